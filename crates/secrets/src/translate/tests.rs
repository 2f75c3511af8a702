use proptest::prelude::*;
use regex::Regex;

use super::translate;

fn compiled(go: &str) -> Regex {
    let ours = translate(go).unwrap_or_else(|error| panic!("{go}: {error}"));
    Regex::new(&ours).unwrap_or_else(|error| panic!("{go} -> {ours}: {error}"))
}

/// Pattern, what stands for it.
const WRITTEN: &[(&str, &str)] = &[
    (r"\d\w", r"[0-9][0-9A-Za-z_]"),
    (r"\s", r"[\t\n\x0C\r ]"),
    (r"\D\W\S", r"[^0-9][^0-9A-Za-z_][^\t\n\x0C\r ]"),
    (r"[\w.]", r"[0-9A-Za-z_\.]"),
    (r"[\Wa]", r"[[^0-9A-Za-z_]a]"),
    (r"\bx\B", r"(?-u:\b)x(?-u:\B)"),
    (r"a{x", r"a\{x"),
    (r"a{,3}", r"a\{,3\}"),
    (r"a{2,3}?", r"a{2,3}?"),
    (r"a{02}", r"a\{02\}"),
    (r"}]", r"\}\]"),
    (r"[[a]", r"[\[a]"),
    (r"[]a]", r"[\]a]"),
    (r"[^]a]", r"[^\]a]"),
    (r"[a&&b~~c]", r"[a\&\&b\~\~c]"),
    (r"[+--]", r"[\+-\-]"),
    (r"[--/]", r"[\--/]"),
    (r"[\w-_]", r"[0-9A-Za-z_\-_]"),
    (r"[a-z-9]", r"[a-z\-9]"),
    (r"[a-]", r"[a\-]"),
    (r"\<a\>", "<a>"),
    (r"\Qa.b\E+", r"a\.b+"),
    (r"\Qa.b", r"a\.b"),
    (r"\0\012\123", "\0\nS"),
    (r"\x41\x{1F600}", "A😀"),
    (r"\_\-\/", r"_\-/"),
    (r"\p{Greek}\pL\p{^Lu}\P{^Nd}", r"\p{Greek}\p{L}\P{Lu}\p{Nd}"),
    (r"[\pL-]", r"[\p{L}\-]"),
    (r"[[:alpha:][:^digit:]]", "[[:alpha:][:^digit:]]"),
    (r"(?P<n>a)(?<m>b)(?:c)", "(a)(b)(?:c)"),
    (r"(?i)a(?s-m:.)(?ii-i)", "(?i)a(?s-m:.)(?-i)"),
    (r"(?)a", "a"),
    (r"\A^.$\z", r"\A^.$\z"),
    (r"a|b*?|", "a|b*?|"),
];

#[test]
fn each_construct_of_go_is_written_so_that_the_crate_means_the_same() {
    for (go, ours) in WRITTEN {
        assert_eq!(translate(go).as_deref(), Ok(*ours), "{go}");
        compiled(go);
    }
}

/// Pattern, offset of the fault.
const REFUSED: &[(&str, usize)] = &[
    (r"a**", 2),
    (r"a+{2}", 2),
    (r"*a", 0),
    (r"(|+)", 2),
    (r"a{1001}", 1),
    (r"(a{100}){11}", 8),
    (r"a{3,2}", 1),
    (r"(?x)a", 2),
    (r"(?i-)a", 4),
    (r"(?=a)", 0),
    (r"(?<!a)", 0),
    (r"(?P=n)", 0),
    (r"a\Z", 1),
    (r"(a)\1", 3),
    (r"\q", 0),
    (r"\C", 0),
    (r"\x{110000}", 0),
    (r"\xg0", 0),
    (r"\p{Greek", 0),
    (r"[[:foo:]]", 1),
    (r"[b-a]", 1),
    (r"[a-\d]", 3),
    (r"[\b]", 1),
    (r"[a", 0),
    (r"(a", 0),
    (r"a)", 1),
    (r"(?P<n>a)(?P<n>b)", 8),
    (r"a\", 1),
];

#[test]
fn what_go_refuses_is_refused_at_its_place() {
    for (go, offset) in REFUSED {
        let error = translate(go).expect_err(go);
        assert_eq!(error.offset, *offset, "{go}: {}", error.message);
    }
}

#[test]
fn white_space_of_go_has_no_vertical_tab_and_no_unicode_spaces() {
    let space = compiled(r"^\s$");
    assert!(space.is_match("\t") && space.is_match(" ") && space.is_match("\u{c}"));
    assert!(!space.is_match("\u{b}") && !space.is_match("\u{a0}"));
}

#[test]
fn a_word_edge_is_one_of_ascii_letters() {
    assert!(compiled(r"\btok\b").is_match("étoké"));
    assert!(!compiled(r"\btok\b").is_match("atok"));
}

#[test]
fn folding_case_reaches_beyond_ascii_as_in_go() {
    assert!(compiled(r"(?i)k").is_match("\u{212a}"));
    assert!(compiled(r"(?i)^\w$").is_match("\u{17f}"));
    assert!(!compiled(r"^\w$").is_match("\u{17f}"));
}

#[test]
fn nesting_has_a_limit_instead_of_a_stack() {
    assert!(translate(&"(".repeat(100_000)).is_err());
    let deep = format!("{}a{}", "(".repeat(150), ")".repeat(150));
    compiled(&deep);
}

proptest! {
    #[test]
    fn quoted_text_matches_itself_and_nothing_is_read_into_it(text in "[^\\\\]{0,40}") {
        let pattern = compiled(&format!(r"\A\Q{text}\E\z"));
        prop_assert!(pattern.is_match(&text));
    }

    #[test]
    fn whatever_is_accepted_the_crate_can_read(go in r"[ab\\\[\](){}|*+?.^$,\-&~0-3:dwsQEpLxi<>P=]{0,24}") {
        if let Ok(ours) = translate(&go) {
            let read = regex_syntax::ast::parse::Parser::new().parse(&ours);
            prop_assert!(read.is_ok(), "{go} -> {ours}: {}", read.unwrap_err());
        }
    }

    #[test]
    fn a_class_of_single_characters_matches_exactly_these(members in proptest::collection::vec(any::<char>(), 1..8), probe in any::<char>()) {
        // Escaped one by one, so that no range and no end of the class can arise.
        let class: String = members.iter().map(|char| format!("\\x{{{:X}}}", u32::from(*char))).collect::<Vec<_>>().concat();
        let pattern = compiled(&format!("^[{class}]$"));
        for member in &members {
            prop_assert!(pattern.is_match(&member.to_string()));
        }
        prop_assert_eq!(pattern.is_match(&probe.to_string()), members.contains(&probe));
    }
}
