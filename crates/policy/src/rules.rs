//! The rules only policy can see. Each has its page in `pages/`; a test holds the rows below against the front matters.

use portcullis_model::{FixKind, Rule, Severity, Tier};

/// Rules of `policy/…` and `gate/…`, sorted by id: the program adds them to its registry.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// The rule of this id.
pub(crate) fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

const RULES: &[Rule] = &[
    page(
        "gate/suppression-expired",
        "An ignore comment has ended",
        Severity::Medium,
        include_str!("pages/suppression-expired.md"),
    ),
    page(
        "gate/suppression-imported",
        "An ignore file of another tool takes findings out",
        Severity::Low,
        include_str!("pages/suppression-imported.md"),
    ),
    page(
        "gate/suppression-malformed",
        "An ignore comment cannot be read",
        Severity::Medium,
        include_str!("pages/suppression-malformed.md"),
    ),
    page(
        "gate/suppression-unused",
        "An ignore comment suppresses nothing",
        Severity::Info,
        include_str!("pages/suppression-unused.md"),
    ),
    page(
        "gate/suppression-without-reason",
        "An ignore comment gives no reason",
        Severity::Medium,
        include_str!("pages/suppression-without-reason.md"),
    ),
    page(
        "policy/exception-expired",
        "An exception has ended",
        Severity::Medium,
        include_str!("pages/exception-expired.md"),
    ),
    page(
        "policy/exception-too-broad",
        "An exception matches more findings than allowed",
        Severity::High,
        include_str!("pages/exception-too-broad.md"),
    ),
    page(
        "policy/exception-unused",
        "An exception matches no finding",
        Severity::Low,
        include_str!("pages/exception-unused.md"),
    ),
    page("policy/failed-tests", "Tests failed", Severity::High, include_str!("pages/failed-tests.md")),
    page("policy/few-tests", "Fewer tests ran than have to", Severity::High, include_str!("pages/few-tests.md")),
    page("policy/flaky-tests", "Tests passed only on a repeat", Severity::Medium, include_str!("pages/flaky-tests.md")),
    page(
        "policy/quality-gate",
        "A measured value misses its bound",
        Severity::High,
        include_str!("pages/quality-gate.md"),
    ),
    page(
        "policy/skipped-tests",
        "Too many tests were skipped",
        Severity::Medium,
        include_str!("pages/skipped-tests.md"),
    ),
];

const fn page(id: &'static str, title: &'static str, severity: Severity, page: &'static str) -> Rule {
    Rule {
        id,
        title,
        severity,
        tier: Tier::Default,
        since: "0.1.0",
        aliases: &[],
        fix: FixKind::None,
        page: body(page),
    }
}

/// What follows the front matter: everything after the second line of three dashes.
const fn body(page: &'static str) -> &'static str {
    let bytes = page.as_bytes();
    let mut fences = 0;
    let mut position = 0;
    let mut rest = page;
    while let [one, two, three, four, ..] = rest.as_bytes() {
        let at_line_start = position == 0 || matches!(bytes.split_at(position).0, [.., b'\n']);
        let fence = at_line_start && *one == b'-' && *two == b'-' && *three == b'-' && *four == b'\n';
        if fence {
            fences += 1;
        }
        let step = if fence { 4 } else { 1 };
        position += step;
        // Front matters are ASCII, so a step of one byte inside them never splits a character.
        rest = rest.split_at(step).1;
        if fences == 2 {
            return rest.trim_ascii_start();
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Vec<(&'static str, &'static str)> {
        vec![
            ("gate/suppression-expired", include_str!("pages/suppression-expired.md")),
            ("gate/suppression-imported", include_str!("pages/suppression-imported.md")),
            ("gate/suppression-malformed", include_str!("pages/suppression-malformed.md")),
            ("gate/suppression-unused", include_str!("pages/suppression-unused.md")),
            ("gate/suppression-without-reason", include_str!("pages/suppression-without-reason.md")),
            ("policy/exception-expired", include_str!("pages/exception-expired.md")),
            ("policy/exception-too-broad", include_str!("pages/exception-too-broad.md")),
            ("policy/exception-unused", include_str!("pages/exception-unused.md")),
            ("policy/failed-tests", include_str!("pages/failed-tests.md")),
            ("policy/few-tests", include_str!("pages/few-tests.md")),
            ("policy/flaky-tests", include_str!("pages/flaky-tests.md")),
            ("policy/quality-gate", include_str!("pages/quality-gate.md")),
            ("policy/skipped-tests", include_str!("pages/skipped-tests.md")),
        ]
    }

    #[test]
    fn every_row_says_what_its_page_says() {
        assert_eq!(
            rules().iter().map(|rule| rule.id).collect::<Vec<_>>(),
            sources().iter().map(|(id, _)| *id).collect::<Vec<_>>()
        );
        for (rule, (id, page)) in rules().iter().zip(sources()) {
            let front = page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).unwrap().0;
            let field = |name: &str| {
                let line = front.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                line.unwrap_or_else(|| panic!("{id} has no {name}"))
            };
            assert_eq!(field("title"), rule.title);
            assert_eq!(field("severity"), rule.severity.as_str());
            assert_eq!(field("tier"), rule.tier.as_str());
            assert_eq!(field("since"), rule.since);
            assert_eq!(field("fix"), "none");
        }
    }

    #[test]
    fn a_page_is_embedded_without_its_front_matter() {
        for rule in rules() {
            assert!(!rule.page.starts_with("---") && !rule.page.contains("\nseverity:"), "{}", rule.id);
            assert!(rule.page.contains("## Reported") && rule.page.contains("## Not reported"), "{}", rule.id);
        }
    }
}
