//! The vectors each ecosystem publishes for its own order.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

/// Each version is below the next one, in both directions, and equal to itself.
fn ascends(ecosystem: &str, versions: &[&str]) {
    for (at, one) in versions.iter().enumerate() {
        for (other_at, two) in versions.iter().enumerate() {
            assert_eq!(compare(ecosystem, one, two), Some(at.cmp(&other_at)), "{one} {two}");
        }
    }
}

fn check(ecosystem: &str, table: &[(&str, Ordering, &str)]) {
    for (one, order, two) in table {
        assert_eq!(compare(ecosystem, one, two), Some(*order), "{one} {two}");
        assert_eq!(compare(ecosystem, two, one), Some(order.reverse()), "{two} {one}");
    }
}

use Ordering::{Equal, Greater, Less};

#[test]
fn semantic_versions_are_ordered_as_in_item_11() {
    ascends(
        "npm",
        &[
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "2.0.0",
            "2.1.0",
            "2.1.1",
            "2.1.10",
            "99999999999999999999.0.0",
        ],
    );
    check("golang", &[("v1.2.3", Equal, "1.2.3"), ("1.0.0+a", Equal, "1.0.0+b"), ("v1.2", Equal, "1.2.0")]);
}

#[test]
fn python_versions_are_ordered_as_in_pep_440() {
    // The list of `packaging`, tests/test_version.py.
    ascends(
        "pypi",
        &[
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.1.dev1",
            "1.2+123abc",
            "1.2+123abc456",
            "1.2+abc",
            "1.2+abc123",
            "1.2+abc123def",
            "1.2+1234.abc",
            "1.2+123456",
            "1.2.r32+123456",
            "1.2.rev33+123456",
            "1!1.0.dev456",
            "1!1.0a1",
            "1!1.0",
            "1!1.1.dev1",
        ],
    );
    let same = ["1.0.0rc1", "1.0-rc.1", "1.0c1", "v1.0RC1", "1.0pre1", "1.0_preview_1"];
    for text in same {
        check("pypi", &[("1.0rc1", Equal, text)]);
    }
    check("pypi", &[("1.0-1", Equal, "1.0.post1"), ("1.0alpha", Equal, "1.0a0"), ("1.0", Equal, "1")]);
    for text in ["", "1.0-", "french toast", "1.0+a+", "1.0+_foobar", "1.0a1a1"] {
        assert_eq!(compare("pypi", text, "1.0"), None, "{text}");
    }
}

#[test]
fn debian_versions_are_ordered_as_dpkg_does() {
    // dpkg, lib/dpkg/t/t-version.c, and Debian policy 5.6.12.
    check(
        "deb",
        &[
            ("0:0-0", Equal, "0"),
            ("1:0", Greater, "0:9"),
            ("0-1", Greater, "0-0"),
            ("1.2.3", Less, "1.2.3-1"),
            ("1.2.3~rc1", Less, "1.2.3"),
            ("1.2.3~~", Less, "1.2.3~"),
            ("1.2.3~~a", Less, "1.2.3~"),
            ("1.0a", Less, "1.0+"),
            ("1.0a", Greater, "1.0"),
            ("0:a-0", Less, "0:b-0"),
            ("0:0-0a", Less, "0:0-0b"),
            ("1.10", Greater, "1.9"),
            ("1.01", Equal, "1.1"),
            ("3.0.11-1~deb12u2", Less, "3.0.11-1"),
            ("7.88.1-10+deb12u5", Greater, "7.88.1-10"),
            ("2.36-9+deb12u4", Less, "2.36-9+deb12u10"),
            ("1:1.2.13.dfsg-1", Greater, "1.3"),
            ("5.3.28+dfsg2-1", Greater, "5.3.28+dfsg1-0.8"),
        ],
    );
}

#[test]
fn rpm_versions_are_ordered_as_in_the_tests_of_rpm() {
    // rpm, tests/rpmvercmp.at.
    check(
        "rpm",
        &[
            ("1.0", Equal, "1.0"),
            ("1.0", Less, "2.0"),
            ("2.0.1", Greater, "2.0"),
            ("2.0.1a", Greater, "2.0.1"),
            ("5.5p1", Less, "5.5p2"),
            ("5.5p1", Less, "5.5p10"),
            ("10xyz", Less, "10.1xyz"),
            ("xyz10", Less, "xyz10.1"),
            ("xyz.4", Less, "8"),
            ("xyz.4", Less, "2"),
            ("5.5p2", Less, "5.6p1"),
            ("5.6p1", Less, "6.5p1"),
            ("6.0.rc1", Greater, "6.0"),
            ("10b2", Greater, "10a1"),
            ("7a", Less, "7b"),
            ("8.0", Less, "8.0.1"),
            ("1.0aa", Greater, "1.0a"),
            ("10.0001", Equal, "10.1"),
            ("10.0001", Less, "10.0039"),
            ("4.999.9", Less, "5.0"),
            ("20101121", Less, "20101122"),
            ("2_0", Equal, "2.0"),
            ("a", Equal, "a+"),
            ("+a", Equal, "a_"),
            ("+", Equal, "_"),
            ("1.0~rc1", Less, "1.0"),
            ("1.0~rc1", Less, "1.0~rc2"),
            ("1.0~rc1~git123", Less, "1.0~rc1"),
            ("1.0^", Greater, "1.0"),
            ("1.0^git1", Less, "1.0^git2"),
            ("1.0^git1", Less, "1.01"),
            ("1.0^20160101", Less, "1.0.1"),
            ("1.0^20160101^git1", Greater, "1.0^20160101"),
            ("1.0~rc1^git1", Greater, "1.0~rc1"),
            ("1.0^git1~pre", Less, "1.0^git1"),
            ("1.0^git1", Greater, "1.0^git1~pre"),
            ("1:1.0-1", Greater, "2.0-1"),
            ("3.0.7-24.el9", Less, "3.0.7-25.el9_3"),
            ("3.0.7", Equal, "3.0.7-24.el9"),
        ],
    );
}

#[test]
fn alpine_versions_are_ordered_as_in_the_tests_of_apk() {
    // apk-tools, test/unit/version.data.
    check(
        "apk",
        &[
            ("2.34", Greater, "0.1.0_alpha"),
            ("0.1.0_alpha", Equal, "0.1.0_alpha"),
            ("0.1.0_alpha", Less, "0.1.3_alpha"),
            ("0.1.0_alpha", Less, "0.1.0"),
            ("0.1.0_alpha2", Greater, "0.1.0_alpha"),
            ("0.1.0_alpha", Less, "0.1.0_beta"),
            ("1.0_p10-r0", Greater, "1.0_p9-r0"),
            ("0.1.0_alpha_pre2", Less, "0.1.0_alpha"),
            ("1.0.4_p1-r1", Less, "1.0.4_p1-r2"),
            ("2.0", Less, "2.0.1"),
            ("1.0.3_pre", Less, "1.0.3"),
            ("1.0b", Greater, "1.0a"),
            ("1.0a", Less, "1.0.1"),
            ("1.3.1-r0", Greater, "1.3-r1"),
            ("0.12.1", Greater, "0.12"),
            ("0.6", Less, "0.10"),
            ("1.01", Less, "1.1"),
            ("3.1.4-r5", Less, "3.1.4-r6"),
            ("8.5_p20-r0", Greater, "8.5-r0"),
            ("1.2.4-r0", Less, "1.2.4-r11"),
            ("1.0_rc1", Less, "1.0"),
            ("1.0_git20200101", Greater, "1.0"),
        ],
    );
    assert_eq!(compare("apk", "1.0x!", "1.0"), None);
}

#[test]
fn where_no_order_is_known_only_equal_texts_are_comparable() {
    assert_eq!(compare("maven", "1.0", "1.0"), Some(Equal));
    assert_eq!(compare("maven", "1.0", "1.1"), None);
}

fn holds(ecosystem: &str, range: &str, inside: &[&str], outside: &[&str]) {
    let parsed = Range::parse(ecosystem, range).unwrap();
    for version in inside {
        assert!(parsed.contains(version), "{range} {version}");
    }
    for version in outside {
        assert!(!parsed.contains(version), "{range} {version}");
    }
}

#[test]
fn ranges_of_npm_are_read_as_node_semver_reads_them() {
    holds("npm", "^1.2.3", &["1.2.3", "1.9.0"], &["1.2.2", "2.0.0", "2.0.0-alpha"]);
    holds("npm", "^0.2.3", &["0.2.9"], &["0.3.0"]);
    holds("npm", "^0.0.3", &["0.0.3"], &["0.0.4"]);
    holds("npm", "^0.0", &["0.0.9"], &["0.1.0"]);
    holds("npm", "~1.2", &["1.2.9"], &["1.3.0"]);
    holds("npm", "~1", &["1.9.9"], &["2.0.0"]);
    holds("npm", "1.x || >=2.5.0 || 5.0.0 - 7.2.3", &["1.4.0", "2.5.0", "6.0.0"], &["2.4.9", "0.9.0"]);
    holds("npm", ">= 1.2.0 < 1.3.0", &["1.2.9"], &["1.3.0", "1.1.9"]);
    holds("npm", "1.2.3 - 2", &["2.9.9"], &["3.0.0"]);
    holds("npm", ">1.2", &["1.3.0"], &["1.2.9"]);
    holds("npm", "<=1.2", &["1.2.9"], &["1.3.0"]);
    holds("npm", "*", &["0.0.1", "9.0.0-rc.1"], &[]);
    holds("npm", "=1.2.3", &["1.2.3", "v1.2.3"], &["1.2.4"]);
    holds("npm", ">*", &[], &["1.0.0"]);
}

#[test]
fn a_bare_version_is_a_caret_for_cargo() {
    holds("cargo", "1.2.3, <1.5", &["1.4.0"], &["1.5.0", "1.2.2"]);
    holds("npm", "1.2.3", &["1.2.3"], &["1.4.0"]);
}

#[test]
fn specifiers_of_python_are_read_as_pep_440_says() {
    holds("pypi", ">=1.0,<2.0", &["1.9", "1.0+local"], &["2.0", "2.0rc1", "0.9"]);
    holds("pypi", "~=2.2", &["2.3"], &["3.0", "2.1"]);
    holds("pypi", "~=1.4.5", &["1.4.9"], &["1.5.0", "1.4.4"]);
    holds("pypi", "==1.1.*", &["1.1", "1.1.5", "1.1a1"], &["1.2"]);
    holds("pypi", "!=1.1.*", &["1.2"], &["1.1.9"]);
    holds("pypi", ">1.7", &["1.7.1"], &["1.7.0.post1", "1.7"]);
    holds("pypi", ">1.7.post2", &["1.7.1", "1.7.0.post3"], &["1.7.0"]);
    holds("pypi", "===1.0", &["1.0"], &["1.0.0"]);
    holds("pypi", "==1.0", &["1.0.0", "1.0+x"], &["1.0.1"]);
}

#[test]
fn other_ranges_are_comparisons_or_texts() {
    holds("deb", ">= 3.0.11, < 3.0.13", &["3.0.11-1~deb12u2+b1", "3.0.12-1"], &["3.0.13", "3.0.11~rc1"]);
    holds("apk", "<3.1.4-r6", &["3.1.4-r5"], &["3.1.4-r6"]);
    holds("maven", "2.14.*", &["2.14.1"], &["2.15.0"]);
    holds("maven", "2.14.1", &["2.14.1"], &["2.14.10"]);
}

#[test]
fn what_is_no_range_is_refused() {
    for (ecosystem, text) in [
        ("npm", "latest"),
        ("npm", "1.2.3.4"),
        ("npm", ""),
        ("npm", "=>1"),
        ("pypi", "about 2"),
        ("pypi", ">=1.*"),
        ("pypi", "~=1"),
        ("apk", "<one"),
        ("cargo", "^"),
        ("deb", "~1"),
    ] {
        assert!(Range::parse(ecosystem, text).is_err(), "{ecosystem} {text}");
    }
}

proptest! {
    #[test]
    fn an_order_is_an_order(
        ecosystem in "npm|pypi|deb|rpm|apk",
        versions in prop::collection::vec("[0-9]{1,2}([.~^_-][0-9a-c]{1,3}|_p1|_rc1|a|rc1|[.]post1|-r1|[+]x){0,3}", 3),
    ) {
        let order = |one: usize, two: usize| compare(&ecosystem, &versions[one], &versions[two]);
        if let (Some(one), Some(two)) = (order(0, 1), order(1, 0)) {
            prop_assert_eq!(one, two.reverse());
        }
        if let (Some(first), Some(second), Some(both)) = (order(0, 1), order(1, 2), order(0, 2))
            && first == second
        {
            prop_assert_eq!(both, first, "{:?}", versions);
        }
    }

    #[test]
    fn no_text_panics(ecosystem in "npm|cargo|pypi|deb|rpm|apk|maven", range in ".{0,20}|[0-9.x*^~<>=|, -]{0,20}", version in ".{0,12}|[0-9.a~^_+!-]{0,12}") {
        let _ = compare(&ecosystem, &version, &range);
        if let Ok(range) = Range::parse(&ecosystem, &range) {
            let _ = range.contains(&version);
        }
    }
}
