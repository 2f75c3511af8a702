//! The licences of a CycloneDX component: id before expression before name; several hold at once, unless some are what
//! was found out (`concluded`) about what is claimed (`declared`).

use portcullis_model::text::bounded;

use super::shape::LicenseChoice;

/// Characters of an expression.
const MAX_EXPRESSION: usize = 2_000;

/// What the component's licences are, in the order of the document.
pub(super) fn names(choices: &[LicenseChoice<'_>]) -> Vec<String> {
    let is_concluded = choices.iter().any(|choice| acknowledgement(choice) == "concluded" && name(choice).is_some());
    let mut names: Vec<String> = Vec::new();
    for choice in choices.iter().filter(|choice| !(is_concluded && acknowledgement(choice) == "declared")) {
        let name = name(choice).map(|name| bounded(name, MAX_EXPRESSION));
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

fn acknowledgement<'a>(choice: &'a LicenseChoice<'_>) -> &'a str {
    let own = choice.license.as_ref().map_or("", |license| license.acknowledgement.get());
    if own.is_empty() { choice.acknowledgement.get() } else { own }
}

fn name<'a>(choice: &'a LicenseChoice<'_>) -> Option<&'a str> {
    let license = choice.license.as_ref();
    license
        .and_then(|license| license.id.given())
        .or_else(|| choice.expression.given())
        .or_else(|| license.and_then(|license| license.name.given()))
        .or_else(|| license.and_then(|license| license.url.given()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::List;

    fn read(json: &str) -> Vec<String> {
        names(&serde_json::from_str::<List<LicenseChoice<'_>>>(json).unwrap().0)
    }

    #[test]
    fn an_id_goes_before_an_expression_and_that_before_a_name() {
        assert_eq!(read(r#"[{"license": {"id": "MIT", "name": "The MIT License"}}]"#), ["MIT"]);
        assert_eq!(read(r#"[{"license": {"name": "x"}, "expression": "MIT OR Apache-2.0"}]"#), ["MIT OR Apache-2.0"]);
        assert_eq!(read(r#"[{"license": {"url": "https://x.example/l"}}]"#), ["https://x.example/l"]);
        assert_eq!(read(r#"[{"license": {}}, {}]"#), [""; 0]);
    }

    #[test]
    fn several_entries_hold_at_once() {
        assert_eq!(read(r#"[{"license": {"id": "MIT"}}, {"license": {"name": "BSD"}}]"#), ["MIT", "BSD"]);
        assert_eq!(read(r#"[{"license": {"id": "MIT"}}, {"license": {"id": "MIT"}}]"#), ["MIT"]);
    }

    #[test]
    fn what_was_concluded_stands_for_what_is_declared() {
        let mixed = r#"[{"license": {"id": "MIT", "acknowledgement": "declared"}},
            {"expression": "MIT AND GPL-2.0-only", "acknowledgement": "concluded"}, {"license": {"id": "ISC"}}]"#;
        assert_eq!(read(mixed), ["MIT AND GPL-2.0-only", "ISC"]);
        assert_eq!(read(r#"[{"license": {"id": "MIT", "acknowledgement": "declared"}}]"#), ["MIT"]);
    }
}
