//! One row for each finding, for spreadsheets (RFC 4180; spec/github-ux.md 18.1).

use std::fmt::Write as _;

use portcullis_model::{Introduced, Judged, Outcome, State};

use crate::escape::{CsvCell, cap};
use crate::short::{headline, subject};

const COLUMNS: &str = "level,severity,state,introduced,tool,rule,path,line,column,title,message,package,version,fixed_versions,exception,due,fingerprint";

/// Every finding in the order of the document, suppressed and accepted ones too; lines end in CR LF.
pub fn csv(outcome: &Outcome) -> String {
    let mut rows = format!("{COLUMNS}\r\n");
    for judged in &outcome.findings {
        row(judged, &mut rows);
    }
    rows
}

fn row(judged: &Judged, rows: &mut String) {
    let finding = &judged.finding;
    let place = finding.primary();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let package = finding.package.as_deref();
    let version = package.and_then(|package| package.version.as_deref()).unwrap_or_default();
    let fixed = finding.fix.as_ref().map(|fix| fix.versions.join(" ")).unwrap_or_default();
    // Our own words and numbers first, then untrusted texts, each of them a cell of its own.
    let _ =
        write!(rows, "{},{},{},{},", judged.level, judged.severity, state(judged.state), introduced(judged.introduced));
    let texts = [
        (finding.tool(), cap::RULE),
        (&finding.id, cap::RULE),
        (&subject(judged), cap::PATH),
        (&number(place.and_then(|place| place.start_line)), cap::VERSION),
        (&number(place.and_then(|place| place.start_col)), cap::VERSION),
        (headline(judged), cap::TITLE),
        (&finding.message, cap::MESSAGE),
        (&package.map(|package| package.name.clone()).unwrap_or_default(), cap::RULE),
        (version, cap::VERSION),
        (&fixed, cap::REASON),
        (judged.exception.as_deref().unwrap_or_default(), cap::RULE),
        (&judged.due.map(|day| day.to_string()).unwrap_or_default(), cap::VERSION),
        (&finding.fingerprint, cap::RULE),
    ];
    for (index, (text, most)) in texts.into_iter().enumerate() {
        let _ = write!(rows, "{}{}", if index > 0 { "," } else { "" }, CsvCell::new(text, most));
    }
    rows.push_str("\r\n");
}

const fn state(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Suppressed => "suppressed",
        State::NotAffected => "not_affected",
        State::Fixed => "fixed",
        State::UnderInvestigation => "under_investigation",
        State::Passed => "passed",
        State::Review => "review",
        State::Excepted => "excepted",
        State::Excluded => "excluded",
        State::Absent => "absent",
    }
}

const fn introduced(introduced: Introduced) -> &'static str {
    match introduced {
        Introduced::New => "new",
        Introduced::NewlyDisclosed => "newly_disclosed",
        Introduced::Existing => "existing",
        Introduced::Fixed => "fixed",
        Introduced::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// A reader of RFC 4180, written from its grammar.
    fn records(text: &str) -> Vec<Vec<String>> {
        let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => record.push(std::mem::take(&mut field)),
                '\r' if !quoted => {
                    assert_eq!(chars.next(), Some('\n'));
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                _ => field.push(char),
            }
        }
        assert!(!quoted && record.is_empty() && field.is_empty());
        records
    }

    #[test]
    fn a_failure() {
        insta::assert_snapshot!(csv(&sample::failing()).replace("\r\n", "\n"));
    }

    #[test]
    fn every_row_has_every_column_and_no_cell_is_a_formula() {
        for outcome in [sample::failing(), sample::hostile(), sample::passing()] {
            let records = records(&csv(&outcome));
            assert_eq!(records.len(), outcome.findings.len() + 1);
            for record in &records {
                assert_eq!(record.len(), COLUMNS.split(',').count(), "{record:?}");
                assert!(record.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{record:?}");
            }
        }
    }
}
