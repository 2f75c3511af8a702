//! Exceptions are written and taken out without touching anything else.

use std::collections::BTreeSet;

use jiff::civil::date;
use portcullis_model::{Finding, Judged, Kind, Location, Package, Section, Severity, Source};

use super::*;
use crate::load::tests::{load_files, printed, registry};

fn draft(id: &str) -> Draft {
    Draft {
        id: id.to_owned(),
        selectors: Selectors {
            rule: "CVE-2026-11111".to_owned(),
            package: Some("pkg:npm/%40babel/core@7.0.0".to_owned()),
            ..Selectors::default()
        },
        reason: "only the build script: it reads \"our\" files # so far".to_owned(),
        owner: "@acme/web".to_owned(),
        created: date(2026, 11, 21),
        expires: date(2027, 1, 31),
        approved_by: vec!["@sec-lead".to_owned()],
        ticket: Some("123".to_owned()),
        keeps_when_fixed: true,
    }
}

fn ids<'a>(list: &[&'a str]) -> BTreeSet<&'a str> {
    list.iter().copied().collect()
}

#[test]
fn a_new_file_says_what_it_is_and_holds_the_entry() {
    insta::assert_snapshot!(add(None, &draft("EX-2026-001")).unwrap());
}

#[test]
fn every_shape_of_list_takes_an_entry_and_keeps_its_comments() {
    for before in [
        "version: 1 # one\n",
        "version: 1\nexceptions:\n",
        "version: 1\nexceptions: [] # none yet\n",
        "# head\nversion: 1\nexceptions:\n- id: A # why\n  rules: [CVE-2026-1111]\n  reason: long enough a reason\n  owner: x\n  created: 2026-11-01\n  expires: 2026-12-01\n# foot\nlevels: { high: warn }\n",
        "{version: 1, levels: {high: warn}}\n",
        "version: 1\r\nlevels: fail\r\n",
    ] {
        let after = add(Some(before), &draft("EX-2026-001")).unwrap();
        for comment in ["# one", "# none yet", "# head", "# why", "# foot"] {
            assert_eq!(before.contains(comment), after.contains(comment), "{after}");
        }
        let policy = load_files(&after, &[]).unwrap_or_else(|errors| panic!("{after}\n{}", printed(&errors))).policy;
        let exception = policy.exceptions().last().unwrap();
        assert_eq!((exception.id.as_str(), exception.ticket.as_deref()), ("EX-2026-001", Some("123")), "{after}");
        assert_eq!(exception.reason, draft("").reason);
        assert_eq!(next_id(&policy, 2026), "EX-2026-002");
        assert_eq!(next_id(&policy, 2027), "EX-2027-001");
    }
}

const THREE: &str = "version: 1\nkind: exceptions\n# of the team\nexceptions:\n  # first\n  # and more\n  - id: A\n    rules: [x] # a\n\n  # second\n  - id: B\n    rules: [y]\n    # inside\n  # third\n  - id: C\n    rules: [z]\n# the end\n";

#[test]
fn the_comment_above_an_entry_goes_with_it_and_no_other() {
    let Ok(Pruned::Text(text)) = prune(THREE, &ids(&["B"])) else { panic!() };
    assert_eq!(
        text,
        "version: 1\nkind: exceptions\n# of the team\nexceptions:\n  # first\n  # and more\n  - id: A\n    rules: [x] # a\n\n    # inside\n  # third\n  - id: C\n    rules: [z]\n# the end\n"
    );
}

#[test]
fn a_file_with_comments_of_somebody_stays_and_an_empty_one_goes() {
    let Ok(Pruned::Text(text)) = prune(THREE, &ids(&["A", "B", "C"])) else { panic!() };
    assert!(text.contains("exceptions: []") && text.contains("# of the team") && text.contains("# the end"), "{text}");
    let only = "version: 1\nkind: exceptions\nexceptions:\n  - { id: A, rules: [x] }\n  -\n    id: B\n";
    assert_eq!(prune(only, &ids(&["A", "B"])), Ok(Pruned::Empty));
    assert_eq!(
        prune(only, &ids(&["B"])),
        Ok(Pruned::Text("version: 1\nkind: exceptions\nexceptions:\n  - { id: A, rules: [x] }\n".to_owned()))
    );
    let flow = "version: 1\nkind: exceptions\nexceptions: [{ id: A }, { id: B }]\n";
    assert_eq!(prune(flow, &ids(&["A", "B"])), Ok(Pruned::Empty));
}

#[test]
fn what_is_added_is_taken_out_again_without_a_trace() {
    for before in [THREE, "version: 1\nexceptions:\n  - id: A\n    rules: [x]\n"] {
        let after = add(Some(before), &draft("EX-2026-001")).unwrap();
        assert_eq!(prune(&after, &ids(&["EX-2026-001"])), Ok(Pruned::Text(before.to_owned())));
    }
}

fn judged(finding: Finding) -> Judged {
    Judged { severity: finding.severity, finding: Box::new(finding), ..Judged::default() }
}

fn of(rule: &str, path: &str, fingerprint: &str) -> Finding {
    Finding {
        rule_id: rule.to_owned(),
        id: rule.to_owned(),
        fingerprint: fingerprint.to_owned(),
        section: Section::of_rule(rule),
        severity: Severity::High,
        locations: vec![Location::line(path, 3)],
        sources: vec![Source { tool: "portcullis".to_owned(), ..Source::default() }],
        ..Finding::default()
    }
}

fn shown(finding: &Finding, others: &[Finding]) -> String {
    let run: Vec<Judged> = others.iter().chain([finding]).cloned().map(judged).collect();
    let Selectors { rule, package, path, resource, fingerprint } = narrowest(finding, &run, &registry());
    [Some(rule), package, path, resource, fingerprint].into_iter().flatten().collect::<Vec<_>>().join(" | ")
}

#[test]
fn selectors_are_as_narrow_as_the_run_demands() {
    let use_ = of("gha/unpinned-uses", ".github/workflows/ci.yml", "v1:a");
    assert_eq!(shown(&use_, &[]), "gha/unpinned-uses | .github/workflows/ci.yml");
    let beside = of("gha/unpinned-uses", ".github/workflows/ci.yml", "v1:b");
    assert_eq!(shown(&use_, &[beside]), "gha/unpinned-uses | .github/workflows/ci.yml | v1:a");
    // A name without a directory would be every file of that name.
    assert_eq!(shown(&of("k8s/privileged", "web.yaml", "v1:a"), &[]), "k8s/privileged | v1:a");
    assert_eq!(shown(&of("k8s/privileged", "deploy/[x].yaml", "v1:a"), &[]), "k8s/privileged | v1:a");
    let secret = Finding { kind: Kind::Secret, ..of("github-pat", "src/a.ts", "v1:s") };
    assert_eq!(shown(&secret, &[]), "github-pat | v1:s");
    let mut package = of("CVE-2026-1111", "web/package-lock.json", "v1:p");
    package.package = Some(Box::new(Package { purl: Some("pkg:npm/x@1.0.0?arch=a".to_owned()), ..Package::default() }));
    assert_eq!(shown(&package, &[]), "CVE-2026-1111 | pkg:npm/x@1.0.0");
    let mut twin = package.clone();
    twin.fingerprint = "v1:q".to_owned();
    twin.locations = vec![Location::line("api/package-lock.json", 3)];
    assert_eq!(shown(&package, &[twin]), "CVE-2026-1111 | pkg:npm/x@1.0.0 | web/package-lock.json");
    let mut foreign = of("DL3008", "cart/Dockerfile", "v1:d");
    foreign.sources[0].tool = "hadolint".to_owned();
    assert_eq!(shown(&foreign, &[]), "hadolint:DL3008 | cart/Dockerfile");
}
