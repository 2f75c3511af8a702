//! What may happen to a file on its way: encodings, compression, log lines, pages of login forms.

use std::io::{Cursor, Write as _};

use portcullis_model::{Health, ProblemCode, RunStatus};

use super::fixtures::{LINES, NPM_2, PIP, SARIF, TRIVY, all, all_json};
use super::{Repository, codes, health, held, ids, read, read_as};
use crate::ReportOptions;

#[test]
fn a_report_says_the_same_in_every_encoding() {
    for (name, text) in all() {
        let plain = read(text);
        assert!(held(&plain) > 1, "{name}");
        let utf16 =
            |unit: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect::<Vec<_>>();
        let encoded = [
            format!("\u{feff}{text}").into_bytes(),
            text.replace('\n', "\r\n").into_bytes(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ];
        for bytes in encoded {
            let collected = read(&bytes);
            assert_eq!((ids(&collected), held(&collected)), (ids(&plain), held(&plain)), "{name}");
            assert_eq!(codes(&collected), codes(&plain), "{name}");
        }
    }
}

#[test]
fn invalid_utf_8_is_replaced_and_told_and_the_findings_stay() {
    let bytes = PIP.replace("Session", "S\u{1}ssion").into_bytes();
    let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let collected = read(&bytes);
    assert_eq!(collected.findings.len(), 2);
    assert_eq!(codes(&collected), [ProblemCode::InvalidUtf8, ProblemCode::SomeSkipped]);
}

#[test]
fn an_archive_gives_a_report_per_member_that_is_one() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("npm.json", NPM_2), ("build.log", "all good"), ("trivy.json", TRIVY)] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let collected = read(&bytes);
    let formats: Vec<_> =
        collected.reports.iter().map(|report| (report.path.as_str(), report.format.as_str())).collect();
    assert_eq!(formats, [("reports/report.json/npm.json", "npm-audit-2"), ("reports/report.json/trivy.json", "trivy")]);
    assert_eq!(codes(&read(&bytes[..bytes.len() / 2])), [ProblemCode::Truncated]);
}

#[test]
fn an_archive_without_a_report_is_no_clean_report() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("build.log", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"all good").unwrap();
    assert_eq!(codes(&read(writer.finish().unwrap().into_inner())), [ProblemCode::UnknownFormat]);
}

#[test]
fn log_lines_before_a_report_are_skipped_and_told() {
    for noise in ["npm warn config x\n\n", "[INFO] scanning\n[12:01] {x\n", "2026-01-01 start\n{not json\n"] {
        let collected = read(format!("{noise}{NPM_2}"));
        assert_eq!(collected.findings.len(), 2, "{noise}");
        assert_eq!(codes(&collected), [ProblemCode::LeadingNoise], "{noise}");
    }
}

#[test]
fn every_line_of_a_report_of_lines_counts_behind_log_lines() {
    for (name, text) in all_json().filter(|(name, _)| LINES.contains(name)) {
        let (plain, noisy) = (read(text), read(format!("go: downloading x v1.2.3\n[1/2] scanning\n{text}")));
        assert_eq!((ids(&noisy), held(&noisy)), (ids(&plain), held(&plain)), "{name}");
        assert!(codes(&noisy).contains(&ProblemCode::LeadingNoise), "{name}");
        // A report of several lines cut off in its last keeps the lines before it.
        let cut = text.trim_end().len() - 1;
        assert_eq!(held(&read(format!("npm warn x\n{}", &text[..cut]))), held(&read(&text[..cut])), "{name}");
    }
}

#[test]
fn a_report_cut_off_behind_log_lines_still_keeps_its_findings() {
    let cut = NPM_2.find("\"metadata\"").unwrap();
    let collected = read(format!("npm warn x\n{}", &NPM_2[..cut]));
    assert_eq!(collected.findings.len(), 2);
    assert_eq!(codes(&collected), [ProblemCode::LeadingNoise, ProblemCode::Truncated]);
}

#[test]
fn what_follows_a_report_makes_it_unusable() {
    for garbage in ["{}", "done.", "]"] {
        let collected = read(format!("{PIP}\n{garbage}"));
        assert!(codes(&collected).contains(&ProblemCode::TrailingGarbage), "{garbage}");
        assert_eq!(health(&collected), Health::Error);
    }
    assert_eq!(codes(&read(format!("{NPM_2}\r\n \n"))), []);
}

#[test]
fn a_page_instead_of_a_report_is_called_what_it_is() {
    let page = read("<!DOCTYPE html><html><body>Sign in</body></html>");
    assert_eq!(codes(&page), [ProblemCode::UnknownFormat]);
    assert!(page.problems[0].message.contains("HTML page"));
    assert!(read("<?xml version=\"1.0\"?><x/>").problems[0].message.contains("is XML"));
    assert!(read("Permission denied").problems[0].message.contains("begins with `Permission denied`"));
}

#[test]
fn an_empty_file_is_clean_only_where_the_policy_says_so() {
    for bytes in [&b""[..], b" \r\n\t", b"\xff\xfe", b"\xef\xbb\xbf"] {
        let collected = read_as("pip-audit", bytes);
        assert_eq!(codes(&collected), [ProblemCode::EmptyReport]);
        assert_eq!(collected.check_runs[0].status, RunStatus::Error);
    }
    let options =
        ReportOptions { format: Some("pip-audit".to_owned()), empty_is_clean: true, ..ReportOptions::default() };
    let collected = Repository::default().read("r", b"\n", &options);
    assert_eq!((health(&collected), collected.check_runs[0].status), (Health::Ok, RunStatus::Ran));
}

#[test]
fn a_document_that_says_nothing_is_of_no_format() {
    for text in ["[]", "{}", "null", "0", "\"x\"", "[1,2]", "[[]]"] {
        let collected = read(text);
        assert_eq!(codes(&collected), [ProblemCode::UnknownFormat], "{text}");
    }
    for format in crate::format_names() {
        for text in ["[]", "{}", "null", "{\"error\": null}"] {
            let is_clean = crate::format::of_name(format).iter().any(|format| format.clean.contains(&text));
            let expected = if is_clean { Health::Ok } else { Health::Error };
            assert_eq!(health(&read_as(format, text)), expected, "{format} {text}");
        }
    }
}

#[test]
fn an_unknown_document_is_described_with_its_keys_and_what_could_be_read() {
    let message = read(r#"{"bomFormat": "Other", "specVersion": "1.5"}"#).problems[0].message.clone();
    assert!(message.contains("`bomFormat`, `specVersion`") && message.contains("sarif, cyclonedx-json"), "{message}");
}

#[test]
fn a_document_that_fits_two_formats_needs_its_format_stated() {
    let both = SARIF.replacen('{', "{\"auditReportVersion\": 2,", 1);
    let collected = read(&both);
    assert_eq!(codes(&collected), [ProblemCode::AmbiguousFormat]);
    assert!(collected.problems[0].message.contains("`sarif` and `npm-audit-2`"));
    assert_eq!(read_as("sarif", &both).findings.len(), read(SARIF).findings.len());
}

#[test]
fn a_family_leaves_the_variant_to_the_document() {
    assert_eq!(read_as("npm-audit", NPM_2).reports[0].format, "npm-audit-2");
    assert_eq!(read_as("npm-audit", super::fixtures::NPM_1).reports[0].format, "npm-audit-1");
    let failed = r#"{"error": {"code": "ENOLOCK", "summary": "no lock file", "detail": ""}}"#;
    assert_eq!(codes(&read_as("npm-audit-2", failed)), [ProblemCode::ScannerError]);
}

#[test]
fn a_stated_format_the_document_does_not_have_is_an_error() {
    for format in crate::format_names() {
        for (name, text) in all() {
            if crate::format::of_name(format).iter().any(|format| format.id == name) {
                continue;
            }
            let collected = read_as(format, text);
            assert_eq!(health(&collected), Health::Error, "{name} as {format}");
        }
    }
}

#[test]
fn a_format_nobody_knows_gets_the_nearest_name() {
    assert!(read_as("trivvy", TRIVY).problems[0].message.contains("did you mean `trivy`?"));
}

#[test]
fn a_problem_stands_in_the_report_and_in_the_collection_with_the_name_of_the_report() {
    let collected = read("");
    assert_eq!(collected.problems, collected.reports[0].problems);
    assert_eq!(collected.problems[0].report.as_deref(), Some("deps"));
    assert_eq!(collected.problems[0].path.as_deref(), Some("reports/report.json"));
    assert_eq!(collected.check_runs[0].id, "report:deps");
}
