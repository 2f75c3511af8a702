//! Documents cut off, mutated, nested, doubled: nothing panics, nothing broken is healthy, nothing found before is lost.

use portcullis_model::{Health, ProblemCode};

use super::fixtures::{
    CYCLONEDX_EXTENSION, CYCLONEDX_XML, LINES, NPM_2, PIP, SARIF, SPDX_2_TAG_VALUE, TRIVY, all, all_json, has_no_end,
};
use super::{codes, health, held, ids, read, read_as};

/// A small generator of numbers; the same in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }
}

#[test]
fn every_beginning_of_a_report_is_an_error_and_keeps_what_it_holds() {
    for (name, text) in all() {
        let whole = read(text);
        let mut most = 0;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let collected = read_as(name, &text[..end]);
            let is_between_values = has_no_end(text) && all_values_are_whole(&text.as_bytes()[..end]);
            assert!(is_between_values || health(&collected) == Health::Error, "{name} {end}");
            assert!(held(&collected) >= most, "{name}: a longer beginning holds less at {end}");
            most = held(&collected);
        }
        // Without a mark of the end the last line may be one of the findings.
        let lines = text.rsplit_once('\n').filter(|_| has_no_end(text));
        let least = lines.map_or(held(&whole), |(but_the_last, _)| held(&read(but_the_last)));
        assert!(most >= least, "{name}: all but the end holds {most} of {least}");
    }
}

#[test]
fn a_break_inside_a_nested_list_keeps_the_items_before_it() {
    let cut = TRIVY.find("CVE-2024-1001").unwrap();
    let collected = read(&TRIVY[..cut]);
    assert_eq!(ids(&collected), ["os-end-of-life", "CVE-2024-1000"]);
    assert_eq!(codes(&collected), [ProblemCode::Truncated]);
    assert_eq!(collected.problems[0].byte, Some(cut as u64));

    let cut = SARIF.find("py/odd").unwrap();
    assert_eq!(ids(&read(&SARIF[..cut])), ["py/sql", "py/unused"]);

    let cut = NPM_2.find("\"title\": \"Other\"").unwrap();
    assert_eq!(ids(&read(&NPM_2[..cut])), ["GHSA-hrpp-h998-j3pp"]);

    let cut = PIP.find("GHSA-562c").unwrap();
    assert_eq!(ids(&read(&PIP[..cut])), ["CVE-2023-30861"]);
}

#[test]
fn a_document_that_stops_being_json_says_where() {
    let bad = PIP.replace("\"requests\"", "requests");
    let collected = read(&bad);
    assert_eq!(codes(&collected), [ProblemCode::Unparsable, ProblemCode::SomeSkipped][..1]);
    assert_eq!(collected.findings.len(), 2);
    assert_eq!((collected.problems[0].line, collected.problems[0].col), (Some(5), Some(12)));
}

#[test]
fn a_hundred_thousand_levels_are_refused_without_harm() {
    let deep = "[".repeat(100_000);
    for (name, text) in all_json() {
        for hidden in [text.replacen('{', &format!("{{\"x\": {deep}{}, ", "]".repeat(100_000)), 1), deep.clone()] {
            let collected = read_as(name, &hidden);
            assert!(codes(&collected).contains(&ProblemCode::TooDeep), "{name}");
        }
        let inside = text.replacen("null", &deep, 1).replacen("\"name\": \"qs\"", &format!("\"name\": {deep}"), 1);
        assert!(inside == text || health(&read_as(name, &inside)) == Health::Error, "{name}");
    }
}

#[test]
fn depth_inside_an_item_is_refused_and_the_other_findings_stay() {
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let collected = read(TRIVY.replacen("\"Title\": \"curl: overflow\"", &format!("\"Title\": {deep}"), 1));
    assert!(codes(&collected).contains(&ProblemCode::TooDeep));
    assert!(ids(&collected).contains(&"CVE-2024-2000"));
}

#[test]
fn a_decisive_key_given_twice_is_an_error_and_both_count() {
    for (key, text, first) in [
        ("Results", TRIVY, "\"Results\": [], "),
        ("runs", SARIF, "\"runs\": [], "),
        ("vulnerabilities", NPM_2, "\"vulnerabilities\": {}, "),
        ("dependencies", PIP, "\"dependencies\": [], "),
    ] {
        let collected = read(text.replacen('{', &format!("{{{first}"), 1));
        assert!(codes(&collected).contains(&ProblemCode::DuplicateKey), "{key}");
        assert_eq!(ids(&collected), ids(&read(text)), "{key}");
    }
}

#[test]
fn a_list_that_is_none_is_an_error() {
    for (text, from, to) in [
        (TRIVY, "\"Secrets\": [", "\"Secrets\": 7, \"x\": ["),
        (SARIF, "\"results\": [", "\"results\": {}, \"x\": ["),
        (NPM_2, "\"vulnerabilities\": {\n", "\"vulnerabilities\": [], \"x\": {\n"),
        (PIP, "\"dependencies\": [", "\"dependencies\": \"\", \"x\": ["),
    ] {
        let collected = read_as(super::detected(text), text.replacen(from, to, 1));
        assert!(codes(&collected).contains(&ProblemCode::DroppedItem), "{from}: {:?}", codes(&collected));
    }
}

#[test]
fn an_item_of_another_shape_is_an_error_and_the_rest_is_read() {
    for (text, from) in
        [(TRIVY, "{\"VulnerabilityID\": \"CVE-2024-1001\""), (SARIF, "{\"ruleId\": \"py/odd\", \"kind\": \"pass\"")]
    {
        let collected = read(text.replacen(from, &format!("7, {from}"), 1));
        assert_eq!(codes(&collected), [ProblemCode::DroppedItem], "{from}");
        assert_eq!(ids(&collected), ids(&read(text)));
    }
}

#[test]
fn a_problem_met_a_thousand_times_is_named_some_times_and_counted() {
    let items = vec!["{}"; 1_000].join(",");
    let collected = read(format!(
        r#"{{"SchemaVersion": 2, "ArtifactName": "x", "Results": [{{"Target": "x", "Vulnerabilities": [{items}]}}]}}"#
    ));
    assert_eq!(collected.problems.len(), 21);
    assert_eq!(collected.problems[20].message, "980 more problems of this kind");
    assert_eq!(collected.problems[20].health, Health::Error);
}

/// Cuts, doubles, swaps and overwrites pieces of a report.
pub(crate) fn mutated(text: &str, numbers: &mut Numbers) -> Vec<u8> {
    const PIECES: [&str; 16] =
        ["{", "}", "[", "]", ",", ":", "\"", "null", "-1", "1e400", "\\u12", "true", "[[[[", "\u{0}", "\\ud800", "é"];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len().max(1));
        match numbers.below(5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..(at + 1 + numbers.below(40)).min(bytes.len()))),
            2 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                drop(bytes.splice(at..at, piece.bytes()));
            }
            3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(numbers.below(256)).unwrap();
                }
            }
            _ => {
                let end = (at + 1 + numbers.below(200)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, copy));
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Values one after the other, and none broken. Where numbers end a reader cannot always tell.
fn all_values_are_whole(bytes: &[u8]) -> bool {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>();
    values.into_iter().all(|value| value.is_ok())
}

/// Another reader of the same crate, which builds every value. A number beyond its range is JSON all the same.
fn a_strict_reader_takes(name: &str, bytes: &[u8]) -> bool {
    if LINES.contains(&name) && all_values_are_whole(bytes) {
        return true;
    }
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(_) => true,
        Err(error) => error.to_string().starts_with("number out of range"),
    }
}

#[test]
fn no_mutation_panics_and_none_a_strict_reader_refuses_is_healthy() {
    for (name, text) in all_json() {
        let mut numbers = Numbers(name.len() as u64);
        for round in 0..300 {
            let bytes = mutated(text, &mut numbers);
            let is_strict = a_strict_reader_takes(name, &bytes);
            for collected in [read(&bytes), read_as(name, &bytes)] {
                let shown = String::from_utf8_lossy(&bytes);
                assert!(is_strict || health(&collected) != Health::Ok, "{name} {round}: {shown}");
                assert!(
                    held(&collected) > 0 || !collected.problems.is_empty(),
                    "{name} {round}: it holds nothing and nothing is wrong: {shown}"
                );
            }
        }
    }
}

#[test]
fn no_mutation_of_a_document_that_is_no_json_panics_or_says_nothing() {
    for (name, text) in
        [("cyclonedx-xml", CYCLONEDX_XML), ("cyclonedx-xml", CYCLONEDX_EXTENSION), ("spdx2-tv", SPDX_2_TAG_VALUE)]
    {
        let mut numbers = Numbers(text.len() as u64);
        for round in 0..300 {
            let bytes = mutated(text, &mut numbers);
            for collected in [read(&bytes), read_as(name, &bytes)] {
                let shown = String::from_utf8_lossy(&bytes);
                assert!(held(&collected) > 0 || !collected.problems.is_empty(), "{name} {round}: {shown}");
            }
        }
    }
}

#[test]
fn no_mutation_of_a_real_report_panics_or_is_healthy_by_mistake() {
    let folders = ["trivy", "sarif", "defectdojo"].into_iter().filter_map(super::real::files).flatten();
    let small = folders.filter(|(_, bytes)| bytes.len() < 25_000);
    let is_json = |format: &str| !format.is_empty() && !format.ends_with("xml");
    for (name, bytes) in small.filter(|(_, bytes)| is_json(&read(bytes).reports[0].format)) {
        let format = read(&bytes).reports[0].format.clone();
        let text = String::from_utf8(bytes).unwrap();
        // Of XML and of lines a mutation may leave a shorter document that is whole.
        let may_be_whole = text.trim_start().starts_with('<') || !a_strict_reader_takes(&format, text.as_bytes());
        let mut numbers = Numbers(name.len() as u64);
        for _ in 0..10 {
            let bytes = mutated(&text, &mut numbers);
            let is_strict = may_be_whole || a_strict_reader_takes(&format, &bytes);
            assert!(is_strict || health(&read(&bytes)) != Health::Ok, "{name}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}
