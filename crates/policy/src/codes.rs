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
    let pages = include_str!("codes.md").split("# policy/").skip(1);
    pages.filter_map(|page| {
        let (head, body) = page.split_once('\n')?;
        let (slug, title) = head.split_once(' ')?;
        let code = KNOWN.iter().find(|code| code.strip_prefix("policy/") == Some(slug))?;
        Some(CodePage { code, title, body: body.trim_end() })
    })
}

const KNOWN: &[&str] = &[
    "policy/unknown-key",
    "policy/bad-value",
    "policy/duplicate-key",
    "policy/unknown-rule",
    "policy/exception-invalid",
    "policy/extends-cycle",
    "policy/report-only",
    "policy/version",
    "policy/yaml",
    "policy/override-expired",
    "policy/override-unmatched",
    "policy/too-many-errors",
    "policy/two-policies",
    "policy/nested",
    "policy/no-owner",
    "policy/exception-ending",
    "policy/baseline-invalid",
    "policy/unreadable",
    "policy/exceptions-approved",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::load_files;

    /// What these say is about several files, or about more than a policy.
    const WITHOUT_EXAMPLE: &[&str] = &[
        "policy/override-unmatched",
        "policy/too-many-errors",
        "policy/two-policies",
        "policy/nested",
        "policy/no-owner",
        "policy/exception-ending",
        "policy/baseline-invalid",
        "policy/unreadable",
        "policy/exceptions-approved",
    ];

    #[test]
    fn the_example_of_every_page_is_told_with_its_code() {
        assert_eq!(codes().map(|page| page.code).collect::<Vec<_>>(), KNOWN);
        for page in codes().filter(|page| !WITHOUT_EXAMPLE.contains(&page.code)) {
            let example = page.body.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
            let told = load_files(example, &[]).map_or_else(|errors| errors, |loaded| loaded.warnings);
            assert!(told.iter().any(|diagnostic| diagnostic.code == page.code), "{}: {told:?}", page.code);
        }
    }
}
