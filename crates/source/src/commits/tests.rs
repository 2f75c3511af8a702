use super::{Since, unquoted};
use crate::testing::Place;

/// Position of the commit in the range, path, first line and text of everything added.
fn added(place: &Place, since: &Since, tip: &str) -> Vec<(usize, String, u32, String)> {
    let repository = place.open();
    let commits = repository.commits(since, tip).unwrap();
    let mut all = Vec::new();
    let unread = repository.additions(&commits, &mut |addition| {
        let fragment = addition.fragment;
        assert_eq!(addition.author, "test@example.com");
        let position = commits.iter().position(|id| fragment.commit.as_deref() == Some(id.as_str())).unwrap();
        let text = String::from_utf8(fragment.bytes).unwrap();
        all.push((position, fragment.path, fragment.first_line, text));
    });
    assert!(unread.unwrap().lines.is_empty());
    all
}

fn line(commit: usize, path: &str, first: u32, text: &str) -> (usize, String, u32, String) {
    (commit, path.to_owned(), first, text.to_owned())
}

#[test]
fn every_commit_says_what_it_added_also_what_is_gone_again() {
    let place = Place::repository();
    let first = place.write("a", "1\n2\n").commit();
    place.write("a", "0\n1\nsecret\n2\n").commit();
    place.write("a", "0\n1\n2\nlast").commit();
    let expected = [line(0, "a", 1, "0\n"), line(0, "a", 3, "secret\n"), line(1, "a", 4, "last")];
    assert_eq!(added(&place, &Since::Commit(first), "HEAD"), expected);
}

#[test]
fn the_first_commit_adds_everything_it_holds() {
    let place = Place::repository();
    place.write("a", "1\n").write("b", "").commit();
    assert_eq!(added(&place, &Since::Beginning, "HEAD"), [line(0, "a", 1, "1\n")]);
}

#[test]
fn what_a_remote_has_is_left_out() {
    let place = Place::repository();
    place.write("a", "1\n").commit();
    place.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    place.write("a", "1\n2\n").commit();
    assert_eq!(added(&place, &Since::Remotes, "HEAD"), [line(0, "a", 2, "2\n")]);
}

#[test]
fn of_a_merge_only_what_no_parent_has_is_its_own() {
    let place = Place::repository();
    let first = place.write("a", "1\n2\n3\n").commit();
    place.git(&["checkout", "--quiet", "-b", "side"]);
    place.write("a", "1\n2\nside\n").commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("a", "main\n2\n3\n").commit();
    place.git(&["merge", "--quiet", "--no-commit", "side"]);
    place.write("a", "main\nof the merge\nside\n").commit();
    let all = added(&place, &Since::Commit(first), "HEAD");
    assert_eq!(all.last(), Some(&line(2, "a", 2, "of the merge\n")));
    assert_eq!(all.len(), 3);
}

#[test]
fn names_of_every_kind_are_read_back() {
    let place = Place::repository();
    let first = place.commit();
    let mut names = vec!["a b", "quo\"te", "back\\slash", "tab\there", "new\nline", "\u{1}", "ü", "+++ b", "-dash"];
    for name in &names {
        place.write(name, "x\n");
    }
    place.commit();
    names.sort_unstable();
    let found: Vec<String> =
        added(&place, &Since::Commit(first), "HEAD").into_iter().map(|(_, path, ..)| path).collect();
    assert_eq!(found, names);
}

#[test]
fn lines_that_look_like_headers_are_lines() {
    let place = Place::repository();
    let first = place.commit();
    let text = "++ b/other\n@@ -1 +1 @@\ncommit 1234 x\n\\ No newline at end of file\ndiff --git a/x b/x\n";
    place.write("a", text).commit();
    assert_eq!(added(&place, &Since::Commit(first), "HEAD"), [line(0, "a", 1, text)]);
}

#[test]
fn attributes_and_nul_bytes_hide_nothing() {
    let place = Place::repository();
    let first = place.write(".gitattributes", "* -diff\n").commit();
    place.write("a", "\0secret\n").commit();
    assert_eq!(added(&place, &Since::Commit(first), "HEAD"), [line(0, "a", 1, "\0secret\n")]);
}

#[test]
fn the_quoting_of_git_is_taken_away() {
    assert_eq!(unquoted(br#"b/a\tb\"c\\d\001\377"#), b"b/a\tb\"c\\d\x01\xff");
}
