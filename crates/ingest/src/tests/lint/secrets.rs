//! Secret scanners: what they say, and that nothing they found is said again.

use portcullis_model::{Collected, Health, Kind, ProblemCode, Redactor, Section, Severity, State};

use super::fixtures::{ALL, DETECT_SECRETS, GITLEAKS, GITLEAKS_7, SECRETS, TRUFFLEHOG};
use crate::ReportOptions;
use crate::tests::{Repository, codes, health, ids, read, read_as};

fn severities(collected: &Collected) -> Vec<Severity> {
    collected.findings.iter().map(|finding| finding.severity).collect()
}

/// Everything that leaves the reader and is written out.
fn written(collected: &Collected) -> String {
    let mut text = serde_json::to_string(&collected.findings).unwrap();
    text += &serde_json::to_string(&collected.reports).unwrap();
    text += &serde_json::to_string(&collected.problems).unwrap();
    text
}

#[test]
fn no_secret_of_a_fixture_is_in_any_byte_of_the_outcome() {
    for (name, text) in ALL {
        let collected = read(text);
        let redactor = Redactor::new(collected.known_secrets.iter().cloned());
        for secret in SECRETS {
            assert!(!written(&collected).contains(secret), "{name}");
            assert!(!format!("{collected:?}").contains(secret), "{name}: in a debug form");
            let mut leak = format!("somewhere else: {secret}!");
            redactor.mask(&mut leak);
            assert!(!text.contains(secret) || !leak.contains(secret), "{name}: the gate is not told");
        }
        for person in ["ann@example.com", "Ann Example"] {
            assert!(!written(&collected).contains(person), "{name}: an author");
        }
    }
}

#[test]
fn a_leak_is_known_by_its_hash_and_its_first_characters() {
    let collected = read(GITLEAKS);
    assert_eq!(ids(&collected), ["aws-access-token", "github-pat", "generic-api-key"]);
    assert_eq!(severities(&collected), [Severity::High, Severity::Critical, Severity::High]);
    let finding = &collected.findings[0];
    assert_eq!((finding.kind, finding.section), (Kind::Secret, Section::Secrets));
    let secret = finding.secret.as_ref().unwrap();
    assert_eq!(secret.redacted.as_deref(), Some("AKIA…"));
    assert_eq!(secret.secret_hash.as_deref(), Some(portcullis_model::secret_hash(SECRETS[0]).as_str()));
    assert!(secret.commit.as_ref().unwrap().starts_with("8a6c1d2e") && secret.author_hash.is_some());
    let place = &finding.locations[0];
    assert_eq!(
        (place.path.as_str(), place.start_line, place.start_col, place.end_col),
        ("conf/aws.tf", Some(4), Some(11), Some(31))
    );
    assert!(finding.sources[0].fingerprints[0].ends_with(":conf/aws.tf:aws-access-token:4"));
    assert_eq!(collected.findings[1].title, "GitHub ghp_…");
}

#[test]
fn a_masked_secret_has_no_hash_and_its_line_identifies_it() {
    let repository = Repository::with(&[("a.env", "x=1\nkey = secret\n")]);
    let text = GITLEAKS.replace(r#""StartLine": 0, "EndLine": 0"#, r#""StartLine": 2, "EndLine": 2"#);
    let collected = repository.read("leaks.json", text.as_bytes(), &ReportOptions::default());
    let finding = &collected.findings[2];
    let secret = finding.secret.as_ref().unwrap();
    assert_eq!((&secret.secret_hash, &secret.redacted), (&None, &None));
    assert_eq!(finding.identity, "key = secret");
    assert!(collected.known_secrets.iter().all(|known| known.reveal() != "REDACTED"));
}

#[test]
fn the_names_of_version_7_mean_the_same() {
    let collected = read(GITLEAKS_7);
    assert_eq!(ids(&collected), ["Password", "Key"]);
    assert_eq!(severities(&collected), [Severity::Critical, Severity::High]);
    assert_eq!(collected.findings[0].secret.as_ref().unwrap().redacted.as_deref(), Some("hunt…"));
    assert_eq!(collected.findings[0].locations[0].start_line, Some(13));
}

#[test]
fn nothing_found_is_clean_only_where_it_is_known_whose_report_it_is() {
    for text in ["[]", "null", " [ ]\n"] {
        assert_eq!(health(&read_as("gitleaks", text)), Health::Ok, "{text}");
        let named = Repository::default().read("out/Gitleaks-report.json", text.as_bytes(), &ReportOptions::default());
        assert_eq!((health(&named), named.reports[0].format.as_str()), (Health::Ok, "gitleaks"), "{text}");
        assert_eq!(codes(&read(text)), [ProblemCode::UnknownFormat], "{text}");
        let folder = Repository::default().read("gitleaks/x.json", text.as_bytes(), &ReportOptions::default());
        assert_eq!(codes(&folder), [ProblemCode::UnknownFormat], "{text}");
    }
}

#[test]
fn what_nobody_audited_waits_for_review() {
    let collected = read(DETECT_SECRETS);
    assert_eq!(ids(&collected), ["base64-high-entropy-string", "aws-access-key", "secret-keyword"]);
    let states: Vec<_> = collected.findings.iter().map(|finding| finding.state).collect();
    assert_eq!(states, [State::Review, State::Open, State::Suppressed]);
    assert_eq!(severities(&collected), [Severity::High, Severity::Critical, Severity::High]);
    assert_eq!(collected.findings[2].suppressions[0].by, "detect-secrets");
    assert_eq!(collected.findings[2].sources[0].pointer, "/results/docs~1a~1b.md/0");
    assert_eq!(collected.reports[0].tool.version.as_deref(), Some("1.5.0"));
    assert!(collected.reports[0].generated_at.is_some());
    assert!(!written(&collected).contains("1111111111"), "an unsalted hash of a short secret is as good as the secret");
}

#[test]
fn a_baseline_made_without_detectors_is_not_clean() {
    let start = DETECT_SECRETS.find("\"results\"").unwrap();
    let clean = format!("{}\"results\": {{}}}}", &DETECT_SECRETS[..start]);
    assert_eq!((health(&read(&clean)), read(&clean).findings.len()), (Health::Ok, 0));
    let nothing = r#"{"version": "1.5.0", "plugins_used": [], "results": {}}"#;
    assert_eq!(codes(&read(nothing)), [ProblemCode::NoResults]);
}

#[test]
fn a_secret_that_works_is_critical_and_one_that_could_not_be_tried_is_not_called_dead() {
    let collected = read(TRUFFLEHOG);
    assert_eq!(ids(&collected), ["AWS", "URI", "Slack"]);
    assert_eq!(severities(&collected), [Severity::Critical, Severity::Medium, Severity::Medium]);
    let verified: Vec<_> = collected.findings.iter().map(|finding| finding.secret.as_ref().unwrap().verified).collect();
    assert_eq!(verified, [Some(true), None, Some(false)]);
    let places: Vec<_> = collected.findings.iter().map(|finding| &finding.locations[0]).collect();
    assert_eq!((places[0].path.as_str(), places[0].start_line), ("keys", Some(4)));
    assert_eq!((places[1].path.as_str(), places[1].uri.as_deref()), ("", Some("shop:1.2")), "a file inside an image");
}

#[test]
fn lines_and_the_list_of_them_say_the_same() {
    let items: Vec<serde_json::Value> = serde_json::from_str(TRUFFLEHOG).unwrap();
    let log = r#"{"level":"info-0","ts":"2026-01-01T00:00:00Z","logger":"trufflehog","msg":"running source"}"#;
    let mut lines: Vec<String> = items.iter().map(ToString::to_string).collect();
    assert_eq!(ids(&read(lines.join("\n"))), ids(&read(TRUFFLEHOG)));
    lines.insert(0, log.to_owned());
    let collected = read(lines.join("\r\n"));
    assert_eq!((ids(&collected), codes(&collected)), (ids(&read(TRUFFLEHOG)), vec![]));
    let text = lines.join("\n");
    let cut = read(&text[..text.len() - 20]);
    assert_eq!((cut.findings.len(), codes(&cut)), (2, vec![ProblemCode::Truncated]));
}

#[test]
fn what_trufflehog_says_of_its_own_trouble_is_told() {
    let nothing = r#"{"level":"info-0","ts":"t","logger":"trufflehog","msg":"finished scanning","chunks":0,"bytes":0}"#;
    assert_eq!(codes(&read(nothing)), [ProblemCode::NoResults]);
    let error = r#"{"level":"error","ts":"t","logger":"trufflehog","msg":"cannot clone","error":"no route"}"#;
    assert_eq!((codes(&read(error)), health(&read(error))), (vec![ProblemCode::ScanIncomplete], Health::Warn));
}

#[test]
fn every_string_of_version_2_is_a_secret_of_its_own() {
    let text = format!(
        r#"{{"branch":"main","commit":"m","commitHash":"abc","date":"d","diff":"{0}","path":"a.py","printDiff":"{0}","reason":"High Entropy","stringsFound":["{0}","{1}","{0}"]}}"#,
        SECRETS[2], SECRETS[4]
    );
    let collected = read(text);
    assert_eq!(ids(&collected), ["High Entropy", "High Entropy"]);
    let hashes: std::collections::BTreeSet<_> =
        collected.findings.iter().map(|finding| finding.secret.clone().unwrap().secret_hash).collect();
    assert_eq!(hashes.len(), 2);
    assert!(SECRETS.iter().all(|secret| !written(&collected).contains(secret)));
}

#[test]
fn a_secret_early_versions_write_in_base64_is_hidden_in_both_forms() {
    // base64 of SECRETS[2]
    let raw = "aHVudGVyMi1jb3JyZWN0LWhvcnNl";
    let text = format!(
        r#"{{"SourceMetadata":{{"Data":{{}}}},"DetectorName":"X {0}","Verified":true,"Raw":"{raw}","Redacted":""}}"#,
        SECRETS[2]
    );
    let collected = read(text);
    let secret = collected.findings[0].secret.as_ref().unwrap();
    assert_eq!(secret.secret_hash.as_deref(), Some(portcullis_model::secret_hash(SECRETS[2]).as_str()));
    let known: Vec<_> = collected.known_secrets.iter().map(portcullis_model::KnownSecret::reveal).collect();
    assert_eq!(known, [SECRETS[2], raw]);
    assert!(!collected.findings[0].message.contains(SECRETS[2]));
}
