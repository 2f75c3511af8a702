use portcullis_model::Tree;

use crate::testing::{Place, paths, problems};
use crate::{GitSettings, HookEnvironment, Repository};

#[test]
fn the_index_holds_what_is_staged_and_not_what_stands_on_disk() {
    let place = Place::repository();
    place.write("a", "staged").write("untracked", "");
    place.git(&["add", "a"]);
    place.write("a", "edited afterwards");
    let index = place.open().index().unwrap();
    assert_eq!(paths(&index), ["a"]);
    assert_eq!(index.read("a").unwrap(), b"staged");
}

#[test]
fn the_index_before_the_first_commit_can_be_read() {
    let place = Place::repository();
    assert!(paths(&place.open().index().unwrap()).is_empty());
}

#[test]
fn a_hook_reads_the_temporary_index_git_names() {
    let place = Place::repository();
    place.write("a", "").write("b", "").commit();
    let temporary = place.path().join(".git/next-index");
    std::fs::copy(place.path().join(".git/index"), &temporary).unwrap();
    place.git(&["rm", "--quiet", "--cached", "b"]);

    let hook = HookEnvironment { index_file: Some(temporary.into()), ..HookEnvironment::default() };
    let settings = GitSettings { hook, ..GitSettings::default() };
    let in_hook = Repository::discover(place.path(), &settings).unwrap();
    assert_eq!(paths(&in_hook.index().unwrap()), ["a", "b"]);
    assert_eq!(paths(&place.open().index().unwrap()), ["a"]);
}

#[test]
fn a_path_in_conflict_is_a_problem() {
    let place = Place::repository();
    place.write("a", "base").write("b", "").commit();
    place.git(&["checkout", "--quiet", "-b", "side"]);
    place.write("a", "side").commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("a", "main").commit();
    let base = place.git(&["merge-base", "main", "side"]);
    place.git(&["read-tree", "-m", &base, "main", "side"]);
    let index = place.open().index().unwrap();
    assert_eq!(paths(&index), ["b"]);
    assert_eq!(problems(&index), ["`a` is in conflict: resolve it and add it to the index"]);
}
