//! Errors in the files that steer the gate: policy, rules, exceptions (spec/policy.md 10.2).

use portcullis_model::{Diagnostic, DiagnosticSeverity, Span};

use crate::escape::cap;
use crate::frame::{Frame, Place, Source};
use crate::json::{JsonForm, to_json};
use crate::terminal::{Canvas, Ink, Terminal, Verbosity};

/// A frame for each diagnostic, in the given order, with an empty line between two.
pub fn diagnostics(diagnostics: &[Diagnostic], terminal: &Terminal) -> String {
    let mut canvas = Canvas::new(terminal);
    if terminal.verbosity == Verbosity::Silent {
        return canvas.finish();
    }
    for diagnostic in diagnostics {
        if !canvas.is_empty() {
            canvas.end();
        }
        frame(diagnostic, terminal).draw(&mut canvas);
    }
    canvas.finish()
}

/// The diagnostics as a JSON array: `severity`, `code`, `message`, the span's fields, `help`, `related`.
pub fn diagnostics_json(diagnostics: &[Diagnostic]) -> Result<Vec<u8>, serde_json::Error> {
    to_json(&diagnostics, JsonForm::Pretty)
}

fn frame(diagnostic: &Diagnostic, terminal: &Terminal) -> Frame {
    let (word, ink) = match diagnostic.severity {
        DiagnosticSeverity::Error => ("error", Ink::Error),
        DiagnosticSeverity::Warning => ("warning", Ink::Warning),
    };
    let spans = std::iter::once(&diagnostic.span).chain(&diagnostic.related);
    let mut frame = Frame {
        word,
        ink: Some(ink),
        id: terminal.text(&diagnostic.code, cap::RULE),
        title: terminal.text(&diagnostic.message, cap::MESSAGE),
        places: spans.filter(|span| !span.path.is_empty()).map(|span| place(span, terminal)).collect(),
        ..Frame::default()
    };
    for help in &diagnostic.help {
        frame.note("help", terminal.text(help, cap::MESSAGE));
    }
    frame
}

fn place(span: &Span, terminal: &Terminal) -> Place {
    let known = |number: u32| (number > 0).then_some(number);
    let start_col = span.start_col.max(1);
    // A span over several lines marks the rest of its first one.
    let end_col = if span.end_line > span.start_line { u32::MAX } else { span.end_col };
    Place {
        path: terminal.text(&span.path, cap::PATH),
        line: known(span.start_line),
        col: known(span.start_col),
        span: start_col..end_col,
        source: (span.start_line > 0 && !span.source_line.trim().is_empty())
            .then(|| Source { line: span.source_line.clone(), first_col: 1 }),
        label: terminal.text(&span.label, cap::MESSAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(path: &str, line: u32, cols: std::ops::Range<u32>, source: &str, label: &str) -> Span {
        Span {
            path: path.to_owned(),
            start_line: line,
            start_col: cols.start,
            end_line: line,
            end_col: cols.end,
            label: label.to_owned(),
            source_line: source.to_owned(),
        }
    }

    fn of_the_specification() -> Vec<Diagnostic> {
        vec![
            Diagnostic::error(
                "policy/unknown-key",
                "unknown key `fail_on` in `vulnerabilities`",
                span("portcullis.yaml", 7, 3..10, "  fail_on: high", "not a key of this section"),
            )
            .help("levels are set per severity: `levels: { critical: fail, high: fail }`"),
            Diagnostic::error(
                "policy/unknown-rule",
                "no rule `gha/unpined-uses`",
                span("portcullis.yaml", 21, 3..19, "  gha/unpined-uses: fail", ""),
            )
            .help("did you mean `gha/unpinned-uses`?"),
            Diagnostic::error(
                "policy/locked",
                "`secrets.unverified` may not be loosened from fail to warn",
                span("portcullis.yaml", 12, 15..19, "  unverified: warn", ""),
            )
            .related(span("preset:strict@2", 41, 8..15, "lock: [secrets, ...]", "locked here"))
            .help("accept single findings with an exception (`portcullis exception add`)"),
            Diagnostic::error(
                "policy/exception-invalid",
                "exception `EX-7` ends 2027-11-20, 365 days after `created`; at most 90 days are allowed",
                span(".portcullis/exceptions/web.yaml", 14, 14..24, "", ""),
            )
            .help("the latest possible date is 2027-02-18"),
            Diagnostic::error(
                "policy/duplicate-key",
                "`high` is given twice in `levels`",
                span("portcullis.yaml", 9, 5..9, "    high: warn", "given again"),
            )
            .related(span("portcullis.yaml", 8, 5..9, "    high: fail", "first given here")),
            Diagnostic::warning(
                "policy/override-unmatched",
                "the override matches no file",
                span("portcullis.yaml", 112, 12..24, "  - paths: [\"legacy/**\"]", ""),
            ),
        ]
    }

    #[test]
    fn the_frames_of_the_specification() {
        insta::assert_snapshot!(diagnostics(&of_the_specification(), &Terminal::default()));
    }

    #[test]
    fn the_same_in_a_narrow_terminal_without_unicode() {
        let terminal = Terminal { unicode: false, width: 50, ..Terminal::default() };
        insta::assert_snapshot!(diagnostics(&of_the_specification(), &terminal));
    }

    #[test]
    fn two_spans_of_one_line_share_it() {
        let line = "{ high: fail, high: warn }";
        let twice = Diagnostic::error(
            "policy/duplicate-key",
            "`high` is given twice",
            span("p.yaml", 3, 15..19, line, "given again"),
        )
        .related(span("p.yaml", 3, 3..7, line, "first given here"));
        insta::assert_snapshot!(diagnostics(&[twice], &Terminal::default()));
    }

    #[test]
    fn a_label_carries_no_escape_sequence_to_the_terminal() {
        let hostile = Diagnostic::error(
            "a\u{1b}[31m",
            "b\u{1b}]8;;x\u{7}",
            span("c\u{1b}[2J", 1, 1..9, "d\u{1b}[0m\u{202e}", "e\u{9b}1m\nf"),
        )
        .help("g\u{1b}c");
        let drawn = diagnostics(&[hostile], &Terminal { color: false, ..Terminal::default() });
        assert!(!drawn.contains(['\u{1b}', '\u{9b}', '\u{7}', '\u{202e}']), "{drawn:?}");
        assert_eq!(drawn.lines().count(), 6, "{drawn}");
    }

    #[test]
    fn the_json_form_has_the_names_of_locations() {
        let json = String::from_utf8(diagnostics_json(&of_the_specification()[..1]).unwrap()).unwrap();
        insta::assert_snapshot!(json);
    }
}
