//! What the codes of diagnostics mean, for `explain`: errors in the files that steer the gate are no findings and no rules.

/// A code and its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePage {
    /// `policy/unknown-key`
    pub code: &'static str,
    /// One line.
    pub title: &'static str,
    /// What it means, what to do, an example.
    pub body: &'static str,
}

/// Every code that has a page, in the order of the file.
pub fn codes() -> impl Iterator<Item = CodePage> {
    let text = include_str!("codes.md");
    text.match_indices(HEADING).filter_map(move |(at, _)| {
        let page = text.get(at + "# ".len()..)?.split("\n# policy/").next()?;
        let (head, body) = page.split_once('\n')?;
        let (code, title) = head.split_once(' ')?;
        Some(CodePage { code, title, body: body.trim_end() })
    })
}

/// How a page begins.
const HEADING: &str = "# policy/";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::load::tests::load_files;

    /// What these say is about several files, or about more than a policy.
    const WITHOUT_EXAMPLE: &[&str] = &[
        "policy/override-unmatched",
        "policy/too-many-errors",
        "policy/two-policies",
        "policy/own-rules",
        "policy/nested",
        "policy/no-owner",
        "policy/action-input",
        "policy/exception-ending",
        "policy/baseline-invalid",
        "policy/unreadable",
        "policy/exceptions-approved",
    ];

    #[test]
    fn the_example_of_every_page_is_told_with_its_code() {
        let codes_once: BTreeSet<&str> = codes().map(|page| page.code).collect();
        assert_eq!(codes_once.len(), codes().count(), "a code has two pages");
        assert!(WITHOUT_EXAMPLE.iter().all(|code| codes_once.contains(code)), "{codes_once:?}");
        for page in codes().filter(|page| !WITHOUT_EXAMPLE.contains(&page.code)) {
            let example = page.body.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
            let told = load_files(example, &[]).map_or_else(|errors| errors, |loaded| loaded.warnings);
            assert!(told.iter().any(|diagnostic| diagnostic.code == page.code), "{}: {told:?}", page.code);
        }
    }
}
