//! From the words of a report to an SPDX expression (spec/ingest.md 10.2). What is not surely understood is unknown.

use std::collections::BTreeMap;

use spdx::expression::{ExprNode, Operator};
use spdx::{Expression, LicenseItem, LicenseReq, ParseMode};

use super::names;

/// A longer text is no expression anybody wrote.
const LONGEST: usize = 2_000;

/// What a report says about the licence of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    /// A licence of the SPDX list, or several.
    Licensed(Terms),
    /// It says that there is none.
    Unlicensed,
    /// It says something that means nothing to us, or that it does not know.
    Unknown,
}

/// An expression, in the order in which it is evaluated: operands before their operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Canonical text.
    pub(crate) text: String,
    pub(crate) nodes: Vec<Term>,
    /// Ids the SPDX list has given up, as written.
    pub(crate) deprecated: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    License(Named),
    And,
    Or,
}

/// One licence of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// `GPL-2.0-or-later`, `Apache-2.0+`, `LicenseRef-acme`.
    pub(crate) name: String,
    /// `Classpath-exception-2.0`
    pub(crate) addition: Option<String>,
    /// Its id without `-only`, `-or-later` and `+`; nothing for a `LicenseRef`.
    pub(crate) id: Option<spdx::LicenseId>,
    pub(crate) or_later: bool,
}

impl Named {
    /// The licence with its exception.
    pub(crate) fn whole(&self) -> String {
        match &self.addition {
            Some(addition) => format!("{} WITH {addition}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Names of the policy, in lower case with single spaces, and what they mean.
pub(crate) type Aliases = BTreeMap<String, String>;

/// As aliases and tables are keyed.
pub(crate) fn key(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Reads what a report states.
pub(crate) fn stated(raw: &str, aliases: &Aliases) -> Stated {
    if raw.len() > LONGEST {
        return Stated::Unknown;
    }
    let lower = key(raw);
    if let Some(meaning) = aliases.get(&lower) {
        // An alias is not looked up again: two that name each other would never end.
        return licensed(meaning, &Aliases::new());
    }
    match lower.as_str() {
        "" | "noassertion" | "unknown" | "n/a" | "other" | "non-standard" => return Stated::Unknown,
        "none" | "unlicensed" | "proprietary" | "license :: other/proprietary license" => return Stated::Unlicensed,
        hash if hash.starts_with("sha256:") => return Stated::Unknown,
        _ => {}
    }
    // `License :: OSI Approved :: MIT License`
    let text = match raw.rsplit_once("::") {
        Some((before, last)) if before.trim_start().starts_with("License") => last.trim(),
        _ => raw.trim(),
    };
    licensed(address(text).unwrap_or(text), aliases)
}

fn licensed(text: &str, aliases: &Aliases) -> Stated {
    terms(text, aliases).map_or(Stated::Unknown, Stated::Licensed)
}

/// The expression of a text; nothing where a word of it is not known.
pub(crate) fn terms(text: &str, aliases: &Aliases) -> Option<Terms> {
    if text.len() > LONGEST {
        return None;
    }
    let mut deprecated = Vec::new();
    let canonical = match one_name(text, aliases, &mut deprecated) {
        Some(name) => name,
        None => rewritten(text, aliases, &mut deprecated)?,
    };
    let mode = ParseMode { allow_deprecated: true, ..ParseMode::STRICT };
    let expression = Expression::parse_mode(&canonical, mode).ok()?;
    let nodes: Vec<Term> = expression.iter().map(term).collect();
    Some(Terms { text: canonical, nodes, deprecated })
}

fn term(node: &ExprNode) -> Term {
    match node {
        ExprNode::Op(Operator::And) => Term::And,
        ExprNode::Op(Operator::Or) => Term::Or,
        ExprNode::Req(required) => Term::License(named(&required.req)),
    }
}

fn named(required: &LicenseReq) -> Named {
    let (id, or_later) = match &required.license {
        LicenseItem::Spdx { id, or_later } => (Some(*id), *or_later || id.name.ends_with("-or-later")),
        LicenseItem::Other(_) => (None, false),
    };
    Named {
        name: required.license.to_string(),
        addition: required.addition.as_ref().map(ToString::to_string),
        id,
        or_later,
    }
}

/// The pages people name instead of the licence.
fn address(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/');
    let rest = rest.strip_suffix(".html").or_else(|| rest.strip_suffix(".txt")).unwrap_or(rest);
    match rest {
        "apache.org/licenses/LICENSE-2.0" => Some("Apache-2.0"),
        "apache.org/licenses/LICENSE-1.1" => Some("Apache-1.1"),
        "mozilla.org/MPL/2.0" => Some("MPL-2.0"),
        "eclipse.org/legal/epl-v10" => Some("EPL-1.0"),
        "eclipse.org/legal/epl-2.0" | "eclipse.org/legal/epl-v20" => Some("EPL-2.0"),
        _ => ["spdx.org/licenses/", "opensource.org/licenses/", "opensource.org/license/"]
            .iter()
            .find_map(|start| rest.strip_prefix(start)),
    }
}

/// The text word by word: operators in upper case, names as the list spells them.
fn rewritten(text: &str, aliases: &Aliases, deprecated: &mut Vec<String>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    for token in tokens(text) {
        let operator = match token.to_ascii_lowercase().as_str() {
            "and" | "&" | "&&" | "," | ";" => "AND",
            "or" | "/" | "|" | "||" => "OR",
            "with" | "w/" => "WITH",
            "(" => "(",
            ")" => ")",
            _ => {
                words.push(token);
                continue;
            }
        };
        flush(&mut words, &mut parts, aliases, deprecated)?;
        // `A, and B` is one operator.
        if parts.last().map(String::as_str) != Some("AND") || operator != "AND" {
            parts.push(operator.to_owned());
        }
    }
    flush(&mut words, &mut parts, aliases, deprecated)?;
    Some(parts.join(" ").replace("( ", "(").replace(" )", ")"))
}

fn flush(
    words: &mut Vec<&str>,
    parts: &mut Vec<String>,
    aliases: &Aliases,
    deprecated: &mut Vec<String>,
) -> Option<()> {
    if words.is_empty() {
        return Some(());
    }
    let name = words.join(" ");
    words.clear();
    let after_with = parts.last().is_some_and(|part| part == "WITH");
    let name = if after_with { addition(&name)? } else { one_name(&name, aliases, deprecated)? };
    // A name may stand for a choice.
    parts.push(if name.contains(" OR ") { format!("({name})") } else { name });
    Some(())
}

/// Words, parentheses and signs.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_sign = |char: char| matches!(char, '(' | ')' | ',' | ';' | '/' | '|' | '&');
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end = if is_sign(first) {
            first.len_utf8()
        } else {
            rest.find(|char: char| char.is_whitespace() || is_sign(char)).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(token)
    })
}

/// A name as the SPDX list spells it, or the expression it stands for.
fn one_name(text: &str, aliases: &Aliases, deprecated: &mut Vec<String>) -> Option<String> {
    let lower = key(text);
    if let Some(meaning) = aliases.get(&lower) {
        return terms(meaning, &Aliases::new()).map(|terms| terms.text);
    }
    if let Some(reference) = reference(text.trim()) {
        return Some(reference);
    }
    let (plain, plus) = match lower.strip_suffix('+') {
        Some(plain) => (plain, true),
        None => (lower.as_str(), false),
    };
    let Some(id) = listed(plain) else {
        return names::meaning(&lower).map(str::to_owned).or_else(|| {
            // `Apache-2.0 license`
            let bare = lower.strip_suffix(" license").or_else(|| lower.strip_suffix(" licence"))?;
            one_name(bare, aliases, deprecated)
        });
    };
    if id.is_deprecated() {
        deprecated.push(text.trim().to_owned());
    }
    if let Some(new) = names::with_exception(id.name) {
        return Some(new.to_owned());
    }
    Some(match (id.is_gnu(), plus) {
        (true, _) if id.name.ends_with("-or-later") => id.name.to_owned(),
        (true, true) => format!("{}-or-later", id.name.trim_end_matches("-only")),
        (true, false) if !id.name.ends_with("-only") => format!("{}-only", id.name),
        (_, true) if !id.is_gnu() => format!("{}+", id.name),
        _ => id.name.to_owned(),
    })
}

/// An id of the list, in any case; `+` variants are spelt by the caller.
fn listed(lower: &str) -> Option<spdx::LicenseId> {
    let name = spdx::identifiers::LICENSES.iter().find(|license| license.name.eq_ignore_ascii_case(lower))?.name;
    spdx::license_id(name)
}

/// `LicenseRef-…` and `DocumentRef-…:LicenseRef-…`: letters, digits, `.`, `-`; kept in their own case.
fn reference(text: &str) -> Option<String> {
    let last = text.rsplit(':').next()?;
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | ':');
    let starts = text.starts_with("LicenseRef-") || text.starts_with("DocumentRef-");
    let names = last.strip_prefix("LicenseRef-").is_some_and(|rest| !rest.is_empty());
    (starts && names && text.chars().all(is_word)).then(|| text.to_owned())
}

/// An exception as the list spells it.
fn addition(text: &str) -> Option<String> {
    // `Linux-syscall-note exception`
    let bare = text.strip_suffix(" exception").unwrap_or(text);
    exception(text).or_else(|| exception(bare)).map(str::to_owned)
}

/// The exception of this id, in any case.
pub(crate) fn exception(text: &str) -> Option<&'static str> {
    spdx::identifiers::EXCEPTIONS
        .iter()
        .find(|exception| exception.name.eq_ignore_ascii_case(text.trim()))
        .map(|exception| exception.name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        match stated(text, &Aliases::new()) {
            Stated::Licensed(terms) => terms.text,
            Stated::Unlicensed => "none".to_owned(),
            Stated::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn names_of_other_worlds_become_spdx() {
        let expected = [
            ("mit or apache-2.0", "MIT OR Apache-2.0"),
            ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
            ("GPL-2.0", "GPL-2.0-only"),
            ("gpl-2.0+", "GPL-2.0-or-later"),
            ("GPL-2.0-only", "GPL-2.0-only"),
            ("LGPLv2+", "LGPL-2.0-or-later"),
            ("GPL-2", "GPL-2.0-only"),
            ("ASL 2.0", "Apache-2.0"),
            ("BSD", "BSD-3-Clause"),
            ("Apache License, Version 2.0", "Apache-2.0"),
            ("The MIT License", "MIT"),
            ("Public Domain", "LicenseRef-public-domain"),
            ("License :: OSI Approved :: MIT License", "MIT"),
            ("GPLv2+ and (MIT or BSD)", "GPL-2.0-or-later AND (MIT OR BSD-3-Clause)"),
            ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("gpl-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
            ("https://opensource.org/licenses/MIT", "MIT"),
            ("Perl and MIT", "(Artistic-1.0-Perl OR GPL-1.0-or-later) AND MIT"),
            ("LicenseRef-Acme-1.0 OR MIT", "LicenseRef-Acme-1.0 OR MIT"),
            ("Apache-2.0+", "Apache-2.0+"),
            ("Apache-2.0 license", "Apache-2.0"),
            ("GPL-2 with Linux-syscall-note exception", "GPL-2.0-only WITH Linux-syscall-note"),
            ("MIT, BSD-3-Clause, and ISC", "MIT AND BSD-3-Clause AND ISC"),
        ];
        for (raw, meaning) in expected {
            assert_eq!(read(raw), meaning, "{raw}");
        }
    }

    #[test]
    fn what_is_not_surely_understood_is_unknown() {
        for raw in [
            "",
            "NOASSERTION",
            "sha256:abc",
            "MIT OR my own",
            "(MIT",
            "MIT AND",
            "see LICENSE",
            "MIT WITH love",
            "+",
            "/",
        ] {
            assert_eq!(read(raw), "unknown", "{raw}");
        }
        for raw in ["NONE", "UNLICENSED"] {
            assert_eq!(read(raw), "none", "{raw}");
        }
    }

    #[test]
    fn an_alias_of_the_policy_comes_before_everything() {
        let aliases = Aliases::from([("acme".to_owned(), "MIT".to_owned()), ("bsd".to_owned(), "0BSD".to_owned())]);
        assert!(matches!(stated("ACME", &aliases), Stated::Licensed(terms) if terms.text == "MIT"));
        assert!(matches!(stated("bsd or acme", &aliases), Stated::Licensed(terms) if terms.text == "0BSD OR MIT"));
    }

    #[test]
    fn a_given_up_id_is_told() {
        let terms = terms("GPL-2.0 OR MIT", &Aliases::new()).unwrap();
        assert_eq!(terms.deprecated, ["GPL-2.0"]);
    }

    proptest! {
        #[test]
        fn a_canonical_expression_is_canonical(raw in "[A-Za-z0-9.+()/ ,-]{0,40}|(MIT|GPL-2.0[+]?|BSD|mpl|Perl|LicenseRef-x)( (or|AND|with|/) (isc|Apache-2.0[+]?|GPLv3[+]|Classpath-exception-2.0)){0,3}") {
            if let Some(first) = terms(&raw, &Aliases::new()) {
                let again = terms(&first.text, &Aliases::new()).unwrap();
                prop_assert_eq!(&again.text, &first.text);
                prop_assert_eq!(again.nodes, first.nodes);
            }
        }

        #[test]
        fn no_text_panics(raw in ".{0,60}|[()]{0,60}") {
            let _ = stated(&raw, &Aliases::new());
        }
    }
}
