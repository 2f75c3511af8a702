use crate::testing::Place;
use crate::{Change, ChangedFile, GitSettings, Repository, SourceError};

fn changed(path: &str, change: Change) -> ChangedFile {
    ChangedFile { path: path.to_owned(), change }
}

#[test]
fn each_kind_of_change_is_told_apart() {
    let place = Place::repository();
    let text = "a line\n".repeat(20);
    place.write("edited", "1").write("gone", "2").write("old name", &text).write("kind", "3").commit();
    place.write("edited", "4").remove("gone").remove("old name").write("new\nname", &text).write("added", "5");
    place.remove("kind");
    let blob = place.write("target", "nowhere").git(&["hash-object", "-w", "target"]);
    place.remove("target").git(&["add", "--all"]);
    place.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{blob},kind")]);
    place.git(&["commit", "--quiet", "--message=x"]);
    assert_eq!(
        place.open().changed_files("HEAD~1", "HEAD").unwrap(),
        [
            changed("added", Change::Added),
            changed("edited", Change::Modified),
            changed("gone", Change::Deleted),
            changed("kind", Change::TypeChanged),
            changed("new\nname", Change::Renamed { from: "old name".to_owned() }),
        ]
    );
}

#[test]
fn a_move_across_the_border_of_the_root_is_an_addition_or_a_deletion() {
    let place = Place::repository();
    let (one, two) = ("one\n".repeat(20), "two\n".repeat(20));
    place
        .write("shop/portcullis.yaml", "")
        .write("one", &one)
        .write("shop/two", &two)
        .write("shop/three", "3")
        .commit();
    place.remove("one").write("shop/one", &one).remove("shop/two").write("two", &two).write("elsewhere", "").commit();
    let repository = Repository::discover_rooted(&place.path().join("shop"), &GitSettings::default()).unwrap();
    assert_eq!(
        repository.changed_files("HEAD~1", "HEAD").unwrap(),
        [changed("one", Change::Added), changed("two", Change::Deleted)]
    );
}

#[test]
fn gitmodules_cannot_hide_a_changed_submodule() {
    let place = Place::repository();
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    let point = |id: &str| place.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},module")]);
    place.write(".gitmodules", "[submodule \"m\"]\n path = module\n url = ./m\n ignore = all\n");
    place.git(&["add", ".gitmodules"]);
    point(&one);
    place.git(&["commit", "--quiet", "--message=x"]);
    point(&two);
    place.git(&["commit", "--quiet", "--message=x"]);
    assert_eq!(place.open().changed_files("HEAD~1", "HEAD").unwrap(), [changed("module", Change::Modified)]);
}

#[test]
fn a_merge_names_its_parents_in_order_even_where_a_shallow_clone_hides_them() {
    let origin = Place::repository();
    origin.write("a", "").commit();
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    let side = origin.write("b", "").commit();
    origin.git(&["checkout", "--quiet", "main"]);
    let main = origin.write("c", "").commit();
    origin.git(&["merge", "--quiet", "--no-ff", "--message=parent 0000\n\nparent 1111", "side"]);
    let place = Place::plain();
    place.git(&["clone", "--quiet", "--depth=1", &format!("file://{}", origin.path().display()), "."]);
    let shallow = place.open();
    assert!(shallow.is_shallow().unwrap());
    assert_eq!(shallow.parents("HEAD").unwrap(), [main.clone(), side]);
    assert!(matches!(shallow.commit(&main), Err(SourceError::UnknownRevision { shallow: true, .. })));
}

#[test]
fn an_ancestor_is_told_from_a_stranger() {
    let place = Place::repository();
    let first = place.commit();
    let second = place.write("a", "").commit();
    place.git(&["checkout", "--quiet", "--orphan", "other"]);
    place.write("b", "").commit();
    let repository = place.open();
    assert!(repository.is_ancestor(&first, &second).unwrap());
    assert!(repository.is_ancestor(&second, &second).unwrap());
    assert!(!repository.is_ancestor(&second, &first).unwrap());
    assert!(!repository.is_ancestor(&first, "other").unwrap());
    assert_eq!(repository.merge_base("main", &first).unwrap(), Some(first));
    assert_eq!(repository.merge_base("main", "other").unwrap(), None);
}

#[test]
fn a_shallow_clone_does_not_deny_an_ancestor_it_cannot_see() {
    let origin = Place::repository();
    origin.commit();
    origin.git(&["branch", "side"]);
    origin.write("a", "").commit();
    origin.git(&["checkout", "--quiet", "side"]);
    origin.write("b", "").commit();
    let place = Place::plain();
    let url = format!("file://{}", origin.path().display());
    place.git(&["clone", "--quiet", "--depth=1", "--no-single-branch", &url, "."]);
    let shallow = place.open();
    assert!(matches!(shallow.merge_base("origin/main", "side"), Err(SourceError::ShallowHistory { .. })));
    assert!(matches!(shallow.is_ancestor("origin/main", "side"), Err(SourceError::ShallowHistory { .. })));
}

#[test]
fn a_rename_concerns_both_paths() {
    let renamed = changed("new", Change::Renamed { from: "old".to_owned() });
    assert_eq!(renamed.paths().collect::<Vec<_>>(), ["old", "new"]);
}

#[test]
fn the_default_branch_is_the_one_named_or_the_one_the_remote_points_to() {
    let origin = Place::repository();
    origin.commit();
    origin.git(&["branch", "trunk"]);
    let place = Place::plain();
    place.git(&["clone", "--quiet", &format!("file://{}", origin.path().display()), "."]);
    let clone = place.open();
    assert_eq!(clone.default_branch(None).unwrap().as_deref(), Some("refs/remotes/origin/HEAD"));
    assert_eq!(clone.default_branch(Some("trunk")).unwrap().as_deref(), Some("refs/remotes/origin/trunk"));
    for absent in ["gone", "trunk^", "../../heads/main", "-x", ""] {
        assert_eq!(clone.default_branch(Some(absent)).unwrap(), None, "{absent}");
    }
    place.git(&["remote", "set-head", "origin", "--delete"]);
    assert_eq!(clone.default_branch(None).unwrap().as_deref(), Some("refs/remotes/origin/main"));
    assert_eq!(origin.open().default_branch(None).unwrap(), None);
}

#[test]
fn a_commit_outside_of_a_shallow_clone_is_fetched_with_its_files() {
    use portcullis_model::Tree as _;
    let origin = Place::repository();
    let base = origin.write("portcullis.yaml", "strict").commit();
    origin.write("portcullis.yaml", "weak").commit();
    let place = Place::plain();
    place.git(&["clone", "--quiet", "--depth=1", &format!("file://{}", origin.path().display()), "."]);
    let clone = place.open();
    assert!(clone.commit(&base).is_err());
    clone.fetch_commit(&base).unwrap();
    assert_eq!(clone.commit(&base).unwrap().read("portcullis.yaml").unwrap(), b"strict");
    assert_eq!(clone.work_tree().read("portcullis.yaml").unwrap(), b"weak");
}

#[test]
fn a_commit_outside_of_a_whole_clone_is_fetched_without_cutting_the_history_off() {
    let origin = Place::repository();
    let fork = origin.write("a", "1").commit();
    let place = Place::plain();
    place.git(&["clone", "--quiet", &format!("file://{}", origin.path().display()), "."]);
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    origin.write("b", "2").commit();
    let side = origin.write("b", "3").commit();
    let clone = place.open();
    clone.fetch_commit(&side).unwrap();
    assert_eq!(clone.merge_base("origin/main", &side).unwrap(), Some(fork));
    assert!(!clone.is_shallow().unwrap());
}

#[test]
fn only_a_full_id_is_fetched_and_only_over_plain_transports() {
    let place = Place::repository();
    let absent = "1".repeat(40);
    let trace = place.path().join("ran");
    place.git(&["remote", "add", "origin", &format!("ext::touch {}", trace.display())]);
    place.git(&["config", "protocol.ext.allow", "always"]);
    let repository = place.open();
    let refusal = repository.fetch_commit(&absent).unwrap_err().to_string();
    assert!(refusal.contains("transport 'ext' not allowed"), "{refusal}");
    assert!(!trace.exists());
    for name in ["main", "--upload-pack=touch", "HEAD", "+main:main"] {
        assert!(matches!(repository.fetch_commit(name), Err(SourceError::UnknownRevision { .. })), "{name}");
    }
}
