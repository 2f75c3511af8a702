#![allow(clippy::single_range_in_vec_init, reason = "one range of lines is meant, not its numbers")]

use proptest::prelude::*;

use super::AddedLines;
use crate::testing::Place;
use crate::{Asked, GitSettings};

/// Path and new lines of everything staged, for comparison.
fn staged(place: &Place) -> Vec<(String, AddedLines)> {
    let staged = place.open().staged(None).unwrap().0;
    staged.files.into_iter().map(|file| (file.path, file.added)).collect()
}

fn some<const N: usize>(path: &str, lines: [std::ops::Range<u32>; N]) -> (String, AddedLines) {
    (path.to_owned(), AddedLines::Some(lines.into()))
}

fn all(path: &str) -> (String, AddedLines) {
    (path.to_owned(), AddedLines::All)
}

#[test]
fn only_the_lines_that_were_added_count() {
    let place = Place::repository();
    place.write("a", "1\n2\n3\n4\n5\n").commit();
    place.write("a", "0\n1\n2\nthree\n4\n5\n6").write("b", "new");
    place.git(&["add", "--all"]);
    assert_eq!(staged(&place), [some("a", [1..2, 4..5, 7..8]), all("b")]);
}

#[test]
fn what_is_not_staged_is_not_there() {
    let place = Place::repository();
    place.write("a", "1\n").commit();
    place.write("a", "1\n2\n");
    assert_eq!(staged(&place), []);
    place.git(&["add", "a"]);
    place.write("a", "1\n2\n3\n");
    assert_eq!(staged(&place), [some("a", [2..3])]);
}

#[test]
fn an_answer_asked_for_beforehand_counts_only_where_it_is_about_the_root() {
    let place = Place::repository();
    place.write("a", "1\n").write("sub/b", "1\n").commit();
    place.write("a", "1\n2\n").write("sub/b", "1\n2\n");
    place.git(&["add", "--all"]);
    let expected = place.open().staged(None).unwrap().0;
    assert_eq!(expected.files.len(), 2);
    for directory in ["", "sub"] {
        let asked = Asked::of(&place.path().join(directory), &GitSettings::default());
        assert!(asked.is_some());
        assert_eq!(place.open().staged(asked).unwrap().0, expected, "asked in `{directory}`");
    }
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let place = Place::repository();
    assert_eq!(staged(&place), []);
    place.write("a", "1\n");
    place.git(&["add", "a"]);
    assert_eq!(staged(&place), [all("a")]);
}

#[test]
fn a_repository_with_sha_256_has_another_empty_tree() {
    let place = Place::plain();
    place.git(&["init", "--quiet", "--object-format=sha256", "."]);
    place.write("a", "1\n");
    place.git(&["add", "a"]);
    assert_eq!(staged(&place), [all("a")]);
}

#[test]
fn a_renamed_file_adds_only_what_was_edited() {
    let place = Place::repository();
    let text = "a line of the file\n".repeat(20);
    place.write("old", &text).write("moved", &text.to_uppercase()).commit();
    place.git(&["mv", "old", "new"]);
    place.git(&["mv", "moved", "elsewhere"]);
    place.write("new", &format!("{text}one more\n"));
    place.git(&["add", "--all"]);
    assert_eq!(staged(&place), [some("elsewhere", []), some("new", [21..22])]);
}

#[test]
fn deletions_are_left_out_and_changed_modes_add_nothing() {
    let place = Place::repository();
    place.write("a", "1\n").write("b", "2\n").commit();
    place.git(&["rm", "--quiet", "a"]);
    place.git(&["update-index", "--chmod=+x", "b"]);
    assert_eq!(staged(&place), [some("b", [])]);
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_link_is_new_as_a_whole() {
    let place = Place::repository();
    place.write("a", "1\n").commit();
    place.remove("a").link("a", "b");
    place.git(&["add", "--all"]);
    assert_eq!(staged(&place), [all("a")]);
}

#[test]
fn attributes_and_nul_bytes_hide_no_line() {
    let place = Place::repository();
    place.write(".gitattributes", "* -diff\n").write("a", "1\n").write("b", "\0\n").commit();
    place.write("a", "1\n2\n").write("b", "\0\n\0\n");
    place.git(&["add", "--all"]);
    assert_eq!(staged(&place), [some("a", [2..3]), some("b", [2..3])]);
}

#[test]
fn names_of_every_kind_are_found_with_their_lines() {
    let place = Place::repository();
    let names = ["a b", "quo\"te", "tab\there", "ü", "new\nline", "-dash", "index 1..2"];
    for name in names {
        place.write(name, &format!("{name}\n"));
    }
    place.commit();
    for name in names {
        place.write(name, &format!("{name}\nmore\n"));
    }
    place.git(&["add", "--all"]);
    // A name with a line end has one line more.
    let lines = |name: &str| if name.contains('\n') { 3..4 } else { 2..3 };
    let mut expected: Vec<_> = names.iter().map(|name| some(name, [lines(name)])).collect();
    expected.sort_by(|one, two| one.0.cmp(&two.0));
    assert_eq!(staged(&place), expected);
}

#[test]
fn of_a_merge_only_what_differs_from_both_sides_counts() {
    let place = Place::repository();
    place.write("ours", "1\n").write("theirs", "1\n").write("both", "1\n2\n3\n4\n5\n").commit();
    place.git(&["checkout", "--quiet", "-b", "side"]);
    place.write("theirs", "1\n2\n").write("both", "1\n2\n3\n4\nside\n").commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("ours", "1\n2\n").write("both", "main\n2\n3\n4\n5\n").commit();
    place.git(&["merge", "--quiet", "--no-commit", "side"]);
    assert_eq!(staged(&place), [some("both", [])], "each line of `both` comes from one side");
    place.write("both", "main\n2\nof the merge\n4\nside\n");
    place.git(&["add", "both"]);
    assert_eq!(staged(&place), [some("both", [3..4])]);
}

#[test]
fn a_conflict_is_named_and_no_staged_file() {
    let place = Place::repository();
    place.write("a", "1\n").commit();
    place.git(&["checkout", "--quiet", "-b", "side"]);
    place.write("a", "side\n").commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("a", "main\n").commit();
    let _ = std::panic::catch_unwind(|| place.git(&["merge", "--quiet", "side"]));
    let staged = place.open().staged(None).unwrap().0;
    assert_eq!((staged.files, staged.in_conflict), (vec![], vec!["a".to_owned()]));
}

#[test]
fn lines_are_found_as_bytes() {
    let lines = |ranges: &[std::ops::Range<u32>]| AddedLines::Some(ranges.to_vec());
    assert_eq!(lines(&[1..2]).bytes(b"ab\ncd\nef"), [0..3]);
    assert_eq!(lines(&[2..3, 3..4]).bytes(b"ab\ncd\nef"), [3..6, 6..8]);
    assert_eq!(lines(&[1..3, 5..9]).bytes(b"ab\n"), [0..3, 3..3]);
    assert_eq!(AddedLines::All.bytes(b"ab\n"), [0..3]);
}

proptest! {
    #[test]
    fn the_bytes_of_lines_are_those_of_a_walk_over_all_lines(content in "[ab\n]{0,40}", marks in prop::collection::vec(any::<bool>(), 40)) {
        let mut ranges: Vec<std::ops::Range<u32>> = Vec::new();
        let mut expected = vec![false; content.len()];
        let mut start = 0;
        for (line, text) in (1..).zip(content.split_inclusive('\n')) {
            if marks[line as usize % marks.len()] {
                ranges.push(line..line + 1);
                expected[start..start + text.len()].fill(true);
            }
            start += text.len();
        }
        let mut found = vec![false; content.len()];
        for range in AddedLines::Some(ranges).bytes(content.as_bytes()) {
            found[range].fill(true);
        }
        prop_assert_eq!(found, expected);
    }
}
