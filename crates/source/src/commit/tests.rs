use portcullis_model::{EntryKind, Stat, Tree, TreeError};

use crate::testing::{Place, git, paths, problems};
use crate::{GitSettings, Repository, SourceError};

#[test]
fn a_commit_holds_what_was_committed_whatever_stands_on_disk() {
    let place = Place::repository();
    let first = place.write("a", "old").write("d/b", "b").commit();
    place.write("a", "new").remove("d/b");
    let commit = place.open().commit(&first).unwrap();
    assert_eq!(commit.id(), first);
    assert_eq!(paths(&commit), ["a", "d/b"]);
    assert_eq!(commit.read("a").unwrap(), b"old");
    assert_eq!(commit.stat("d").unwrap().unwrap().kind, EntryKind::Directory);
    assert_eq!(commit.stat("d/b").unwrap(), Some(Stat { kind: EntryKind::File, size: 1, executable: false }));
    assert_eq!(commit.stat("d/c").unwrap(), None);
    assert_eq!(commit.read("d"), Err(TreeError::NotAFile));
}

#[test]
fn many_files_are_read_through_one_process_in_any_order() {
    let place = Place::repository();
    for number in 0..50 {
        place.write(&format!("f{number}"), &format!("{number}\n").repeat(number * 100));
    }
    place.commit();
    let commit = place.open().commit("HEAD").unwrap();
    for number in (0..50).rev() {
        assert_eq!(commit.read(&format!("f{number}")).unwrap(), format!("{number}\n").repeat(number * 100).as_bytes());
    }
}

#[test]
fn an_object_above_the_limit_is_refused_and_the_next_one_is_read() {
    let place = Place::repository();
    place.write("large", &"x".repeat(1_000_000)).write("small", "s").commit();
    let commit = place.open().commit("HEAD").unwrap().with_read_limit(10);
    assert_eq!(commit.read("large"), Err(TreeError::TooLarge { size: 1_000_000, limit: 10 }));
    assert_eq!(commit.read("small").unwrap(), b"s");
}

#[test]
fn a_name_that_is_no_commit_is_said_so() {
    let place = Place::repository();
    place.write("a", "").commit();
    let repository = place.open();
    for name in ["nothing", "--help", "", "-", "HEAD:a", "0000000000000000000000000000000000000000", "a\0b"] {
        assert!(
            matches!(repository.commit(name), Err(SourceError::UnknownRevision { shallow: false, .. })),
            "{name}: {:?}",
            repository.commit(name)
        );
    }
}

#[test]
fn a_prefix_shows_the_tree_below_it() {
    let place = Place::repository();
    place.write("a", "").write("fixtures/shop/portcullis.yaml", "p").write("fixtures/shop/src/b", "b").commit();
    let shop = place.path().join("fixtures/shop");
    let repository = Repository::discover_rooted(&shop, &GitSettings::default()).unwrap();
    assert_eq!(repository.prefix(), "fixtures/shop/");
    let commit = repository.commit("HEAD").unwrap();
    assert_eq!(paths(&commit), ["portcullis.yaml", "src/b"]);
    assert_eq!(commit.read("src/b").unwrap(), b"b");
    assert_eq!(commit.read("../../a"), Err(TreeError::Outside));
}

#[test]
fn a_root_that_does_not_exist_in_a_commit_is_empty_and_one_that_is_a_file_is_an_error() {
    let place = Place::repository();
    let before = place.write("a", "").commit();
    let file = place.write("shop", "").commit();
    place.remove("shop").write("shop/portcullis.yaml", "").commit();
    let shop = place.path().join("shop");
    let repository = Repository::discover_rooted(&shop, &GitSettings::default()).unwrap();
    let commit = repository.commit(&before).unwrap();
    assert!(paths(&commit).is_empty());
    assert_eq!(commit.read("portcullis.yaml"), Err(TreeError::NotFound));
    assert!(matches!(repository.commit(&file), Err(SourceError::RootIsNoDirectory { .. })));
}

#[test]
fn a_submodule_is_listed_and_not_entered() {
    let place = Place::repository();
    let other = Place::repository();
    other.write("inside", "").commit();
    place.git(&["submodule", "--quiet", "add", other.path().to_str().unwrap(), "module"]);
    place.commit();
    let commit = place.open().commit("HEAD").unwrap();
    assert_eq!(paths(&commit), [".gitmodules", "module (submodule)"]);
    assert_eq!(commit.read("module"), Err(TreeError::NotAFile));
    assert_eq!(
        commit.read("module/inside"),
        Err(TreeError::Unreadable("`module` is a submodule: its files belong to another repository".to_owned()))
    );
}

#[test]
fn an_object_that_a_partial_clone_lacks_is_named_and_never_fetched() {
    let origin = Place::repository();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.write("a", "first").write("b", "second").commit();
    let place = Place::plain();
    let url = format!("file://{}", origin.path().display());
    place.git(&["clone", "--quiet", "--no-checkout", "--filter=blob:none", &url, "clone"]);
    let clone = Repository::discover(&place.path().join("clone"), &GitSettings::default()).unwrap();
    let commit = clone.commit("HEAD").unwrap();
    let refusal = commit.read("a").unwrap_err().to_string();
    assert!(refusal.contains("is not in this clone (shallow, partial or damaged): fetch it"), "{refusal}");
    assert_eq!(commit.read("b").unwrap_err().to_string().len(), refusal.len());
    assert_eq!(paths(&commit), ["a", "b"]);
    assert_eq!(
        problems(&commit),
        ["the content of `a` and 1 more files is not in this clone (shallow, partial or damaged): fetch it"]
    );
    let objects = git(&place.path().join("clone"), &["count-objects", "-v"], b"");
    assert!(objects.contains("count: 0"), "{objects}");
}

#[test]
fn a_replaced_object_is_read_as_it_was() {
    let place = Place::repository();
    let first = place.write("a", "strict").commit();
    let second = place.write("a", "weak").commit();
    place.git(&["replace", &first, &second]);
    assert_eq!(place.open().commit(&first).unwrap().read("a").unwrap(), b"strict");
}

#[test]
fn a_tree_with_paths_no_checkout_can_hold_lists_them_as_problems() {
    let place = Place::repository();
    let blob = place.write("x", "content").git(&["hash-object", "-w", "x"]);
    let inner = place.git_with_input(&["mktree"], format!("100644 blob {blob}\tx\n").as_bytes());
    let entries = format!("040000 tree {inner}\t..\n040000 tree {inner}\t.GIT\n100644 blob {blob}\tfine\n");
    let tree = place.git_with_input(&["mktree"], entries.as_bytes());
    let id = place.git(&["commit-tree", "-m", "x", &tree]);
    let commit = place.open().commit(&id).unwrap();
    assert_eq!(paths(&commit), ["fine"]);
    assert_eq!(
        problems(&commit),
        ["`../x` is a path that no checkout can hold", "`.GIT/x` is a path that no checkout can hold"]
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_commit_only() {
    let place = Place::repository();
    place.write("real/file", "content").link("link", "real/file").link("directory", "real").link("up", "../x");
    place.link("out", "/etc/passwd").link("loop", "loop").link("real/back", "../link").commit();
    let commit = place.open().commit("HEAD").unwrap();
    place.remove("link").link("link", "/etc/passwd");
    assert_eq!(commit.read("link").unwrap(), b"content");
    assert_eq!(commit.read("directory/back").unwrap(), b"content");
    assert_eq!(commit.read("up"), Err(TreeError::Outside));
    assert_eq!(commit.read("out"), Err(TreeError::Outside));
    assert!(matches!(commit.read("loop"), Err(TreeError::Unreadable(_))));
    let stat = commit.stat("directory/back").unwrap().unwrap();
    assert_eq!(stat, Stat { kind: EntryKind::Symlink("../link".to_owned()), size: 7, executable: false });
}

#[cfg(unix)]
#[test]
fn work_tree_index_and_commit_agree_on_a_clean_checkout() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let place = Place::repository();
    for name in [&b"caf\xe9"[..], b"caf\\xe9", b"a\nb", b"z"] {
        std::fs::write(place.path().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
    }
    place.write("b/c", "c").write("b-", "").write("run", "#!").link("b/l\u{e4}", "../z");
    std::fs::set_permissions(place.path().join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    place.commit();
    let repository = place.open();
    let (work_tree, index) = (repository.work_tree(), repository.index().unwrap());
    let commit = repository.commit("HEAD").unwrap();
    let listed = commit.list().unwrap();
    assert_eq!(listed.entries.len(), 8);
    for tree in [&work_tree as &dyn Tree, &index] {
        assert_eq!(tree.list().unwrap().entries, listed.entries);
        for entry in &listed.entries {
            assert_eq!(tree.stat(&entry.path).unwrap().as_ref(), Some(&entry.stat));
            assert_eq!(tree.read(&entry.path), commit.read(&entry.path), "{}", entry.path);
        }
    }
}

#[test]
fn a_repository_of_sha256_ids_is_read_too() {
    let place = Place::plain();
    place.git(&["init", "--quiet", "--object-format=sha256", "."]);
    let id = place.write("a", "content").commit();
    assert_eq!(id.len(), 64);
    assert_eq!(place.open().commit(&id).unwrap().read("a").unwrap(), b"content");
}

#[test]
fn a_link_with_a_target_longer_than_any_path_is_a_problem() {
    let place = Place::repository();
    place.write("target", &"a/".repeat(3_000)).write("fine", "");
    let blob = place.git(&["hash-object", "-w", "target"]);
    place.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{blob},link")]);
    place.git(&["add", "fine"]);
    place.git(&["commit", "--quiet", "--message=x"]);
    let commit = place.open().commit("HEAD").unwrap();
    assert_eq!(paths(&commit), ["fine", "link -> "]);
    assert_eq!(problems(&commit), ["`link` cannot be read: 6000 bytes, more than the limit of 4096"]);
    assert_eq!(commit.read("link"), Err(TreeError::TooLarge { size: 6000, limit: 4096 }));
}

#[test]
fn a_damaged_object_is_an_error_and_the_next_one_is_read() {
    let place = Place::repository();
    place.write("damaged", "some content").write("whole", "w").commit();
    let blob = place.git(&["rev-parse", "HEAD:damaged"]);
    let object = place.path().join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, "nonsense").unwrap();
    let commit = place.open().commit("HEAD").unwrap();
    assert!(matches!(commit.read("damaged"), Err(TreeError::Unreadable(_))));
    assert_eq!(commit.read("whole").unwrap(), b"w");
    assert_eq!(paths(&commit), ["damaged", "whole"]);
    assert_eq!(
        problems(&commit),
        ["the content of `damaged` is not in this clone (shallow, partial or damaged): fetch it"]
    );
}

#[test]
fn several_threads_read_at_once() {
    let place = Place::repository();
    for number in 0..20 {
        place.write(&format!("f{number}"), &format!("{number}").repeat(5_000));
    }
    place.commit();
    let commit = place.open().commit("HEAD").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..20 {
                    let read = commit.read(&format!("f{number}")).unwrap();
                    assert_eq!(read, format!("{number}").repeat(5_000).as_bytes());
                }
            });
        }
    });
}
