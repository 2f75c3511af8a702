use std::path::Path;

use portcullis_model::{EntryKind, Stat, Tree, TreeError};

use crate::testing::{Place, git, paths, problems};
use crate::{GitSettings, Repository};

#[test]
fn a_tracked_file_that_gitignore_names_is_listed_and_an_untracked_one_is_not() {
    let place = Place::repository();
    place.write(".gitignore", "*.log\n").write("kept.log", "").commit();
    place.write("dropped.log", "").write("new.txt", "");
    assert_eq!(paths(&place.open().work_tree()), [".gitignore", "kept.log", "new.txt"]);
}

#[test]
fn a_tracked_file_that_is_deleted_on_disk_is_not_listed() {
    let place = Place::repository();
    place.write("a", "").write("b", "").commit();
    place.remove("a");
    assert_eq!(paths(&place.open().work_tree()), ["b"]);
}

#[test]
fn without_git_everything_is_listed_that_gitignore_does_not_name() {
    let place = Place::plain();
    place.write(".gitignore", "out/\n*.log\n!kept.log\n").write("out/a", "").write("b.log", "");
    place.write("kept.log", "").write(".hidden/file", "").write(".ignore", "kept.log\n");
    assert_eq!(paths(&place.open().work_tree()), [".gitignore", ".hidden/file", ".ignore", "kept.log"]);
}

#[test]
fn a_line_of_gitignore_that_is_no_pattern_is_a_warning_and_the_others_count() {
    let place = Place::plain();
    place.write("d/.gitignore", "[z-a]\n*.log\n").write("d/a.log", "").write("d/b", "");
    let listing = place.open().work_tree().list().unwrap();
    let listed: Vec<_> = listing.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(listed, ["d/.gitignore", "d/b"]);
    let [problem] = listing.problems.as_slice() else { panic!("{:?}", listing.problems) };
    assert_eq!(problem.health, portcullis_model::Health::Warn);
    assert_eq!(problem.path.as_deref(), Some("d/.gitignore"));
    assert!(!problem.message.contains(place.path().to_str().unwrap()), "{}", problem.message);
}

#[test]
fn a_gitignore_above_the_root_does_not_count_without_git() {
    let place = Place::plain();
    place.write(".gitignore", "*\n").write("project/file", "");
    let repository = Repository::discover(&place.path().join("project"), &GitSettings::default()).unwrap();
    assert_eq!(paths(&repository.work_tree()), ["file"]);
}

#[test]
fn the_listing_is_sorted_by_bytes() {
    let place = Place::repository();
    place.write("b/c", "").write("b-", "").write("B", "").write("ä", "").write("z", "");
    assert_eq!(paths(&place.open().work_tree()), ["B", "b-", "b/c", "z", "ä"]);
}

#[test]
fn files_read_back_what_was_written_and_ignored_ones_can_be_read_too() {
    let place = Place::repository();
    place.write(".gitignore", "out/\n").write("out/report.json", "{}").write("a", "text\r\n");
    let tree = place.open().work_tree();
    assert_eq!(tree.read("a").unwrap(), b"text\r\n");
    assert_eq!(tree.read("./out//report.json").unwrap(), b"{}");
    assert_eq!(tree.read("b"), Err(TreeError::NotFound));
    assert_eq!(tree.read("out"), Err(TreeError::NotAFile));
    assert_eq!(tree.read(""), Err(TreeError::NotAFile));
}

#[test]
fn a_file_above_the_limit_is_refused_and_one_of_exactly_the_limit_is_read() {
    let place = Place::plain();
    place.write("five", "12345").write("six", "123456");
    let tree = place.open().work_tree().with_read_limit(5);
    assert_eq!(tree.read("five").unwrap(), b"12345");
    assert_eq!(tree.read("six"), Err(TreeError::TooLarge { size: 6, limit: 5 }));
}

#[test]
fn a_file_that_vanishes_after_the_listing_is_not_found() {
    let place = Place::plain();
    place.write("a", "");
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), ["a"]);
    place.remove("a");
    assert_eq!(tree.read("a"), Err(TreeError::NotFound));
    assert_eq!(tree.stat("a"), Ok(None));
}

#[test]
fn the_inside_of_git_is_no_part_of_the_tree() {
    let place = Place::repository();
    let tree = place.open().work_tree();
    assert_eq!(tree.read(".git/config"), Err(TreeError::Outside));
    assert_eq!(tree.read("x/../.git/HEAD"), Err(TreeError::NotFound));
    assert!(paths(&tree).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_another_file_system_takes_for_git_is_listed_and_refused() {
    let place = Place::plain();
    place.write(".GIT/a", "").write("git~1/b", "");
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), [".GIT/a", "git~1/b"]);
    assert_eq!(tree.read(".GIT/a"), Err(TreeError::Outside));
    assert_eq!(tree.read("git~1/b"), Err(TreeError::Outside));
}

#[test]
fn a_repository_inside_is_named_and_not_judged_by_git() {
    let place = Place::repository();
    place.write("nested/file", "").write("a", "");
    git(&place.path().join("nested"), &["init", "--quiet", "."], b"");
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), ["a"]);
    assert_eq!(
        problems(&tree),
        ["`nested` is a git repository of its own: git does not look into it and its files are not judged"]
    );
}

#[test]
fn a_repository_inside_a_plain_directory_is_named_and_its_files_are_listed() {
    let place = Place::plain();
    place.write("nested/file", "");
    git(&place.path().join("nested"), &["init", "--quiet", "."], b"");
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), ["nested/file"]);
    assert!(problems(&tree).concat().starts_with("`nested` is a git repository of its own"));
}

#[test]
fn a_submodule_is_listed_as_one_whether_checked_out_or_not() {
    let place = Place::repository();
    let other = Place::repository();
    other.write("inside", "").commit();
    place.git(&["submodule", "--quiet", "add", other.path().to_str().unwrap(), "module"]);
    place.commit();
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), [".gitmodules", "module (submodule)"]);
    assert_eq!(tree.stat("module").unwrap().unwrap().kind, EntryKind::Submodule);

    place.git(&["submodule", "--quiet", "deinit", "--force", "module"]);
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), [".gitmodules", "module (submodule)"]);
    assert_eq!(tree.stat("module").unwrap().unwrap().kind, EntryKind::Submodule);
}

#[test]
fn files_left_out_by_a_sparse_checkout_are_a_problem() {
    let place = Place::repository();
    place.write("in/a", "").write("out/b", "").write("out/c", "").commit();
    place.git(&["sparse-checkout", "set", "--no-cone", "/in/"]);
    let tree = place.open().work_tree();
    assert_eq!(paths(&tree), ["in/a"]);
    assert_eq!(
        problems(&tree),
        ["a sparse checkout leaves 2 tracked files out, the first is `out/b`: check them out as well"]
    );
}

#[test]
fn a_file_in_conflict_is_listed_once() {
    let place = Place::repository();
    place.write("a", "base").commit();
    place.git(&["checkout", "--quiet", "-b", "side"]);
    place.write("a", "side").commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("a", "main").commit();
    let base = place.git(&["merge-base", "main", "side"]);
    place.git(&["read-tree", "-m", &base, "main", "side"]);
    assert_eq!(paths(&place.open().work_tree()), ["a"]);
}

#[test]
fn a_root_below_the_top_level_sees_only_its_own_files() {
    let place = Place::repository();
    place.write("a", "").write("shop/portcullis.yaml", "").write("shop/src/b", "").commit();
    place.write("shop/new", "");
    let repository = Repository::discover_rooted(&place.path().join("shop"), &GitSettings::default()).unwrap();
    assert_eq!(paths(&repository.work_tree()), ["new", "portcullis.yaml", "src/b"]);
    assert_eq!(repository.work_tree().read("../a"), Err(TreeError::Outside));
}

#[cfg(unix)]
mod unix {
    use super::*;

    #[test]
    fn a_link_is_listed_with_its_target_and_followed_inside_the_tree_only() {
        let place = Place::repository();
        place.write("real/file", "content").link("link", "real/file").link("directory", "real").link("dead", "nothing");
        place.link("out", "/etc/passwd").link("up", "../x").link("token", ".git/config").link("loop", "loop");
        let tree = place.open().work_tree();
        assert_eq!(
            paths(&tree),
            [
                "dead -> nothing",
                "directory -> real",
                "link -> real/file",
                "loop -> loop",
                "out -> /etc/passwd",
                "real/file",
                "token -> .git/config",
                "up -> ../x",
            ]
        );
        assert_eq!(tree.read("link").unwrap(), b"content");
        assert_eq!(tree.read("directory/file").unwrap(), b"content");
        assert_eq!(tree.read("directory"), Err(TreeError::NotAFile));
        assert_eq!(tree.read("dead"), Err(TreeError::NotFound));
        for outside in ["out", "up", "token"] {
            assert_eq!(tree.read(outside), Err(TreeError::Outside), "{outside}");
        }
        assert!(matches!(tree.read("loop"), Err(TreeError::Unreadable(_))));
        let stat = tree.stat("directory/../link").unwrap().unwrap();
        assert_eq!(stat, Stat { kind: EntryKind::Symlink("real/file".to_owned()), size: 9, executable: false });
    }

    #[test]
    fn a_directory_replaced_by_a_link_hides_the_tracked_files_behind_it() {
        let place = Place::repository();
        let elsewhere = Place::plain();
        elsewhere.write("file", "not ours");
        place.write("d/file", "").write("a", "").commit();
        std::fs::remove_dir_all(place.path().join("d")).unwrap();
        place.link("d", elsewhere.path().to_str().unwrap());
        let tree = place.open().work_tree();
        let listed = paths(&tree);
        assert_eq!(listed.len(), 2, "{listed:?}");
        assert!(listed[1].starts_with("d -> "));
        assert_eq!(tree.read("d/file"), Err(TreeError::Outside));
    }

    #[test]
    fn a_file_replaced_by_a_directory_is_listed_as_what_is_in_it() {
        let place = Place::repository();
        place.write("a", "").commit();
        place.remove("a").write("a/b", "");
        assert_eq!(paths(&place.open().work_tree()), ["a/b"]);
    }

    #[test]
    fn a_pipe_and_a_socket_are_special_and_never_opened() {
        let place = Place::plain();
        let fifo = place.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(place.path().join("socket")).unwrap();
        let tree = place.open().work_tree();
        assert_eq!(paths(&tree), ["fifo (special)", "socket (special)"]);
        assert_eq!(tree.read("fifo"), Err(TreeError::NotAFile));
        assert_eq!(tree.read("socket"), Err(TreeError::NotAFile));
    }

    #[test]
    fn a_tracked_file_replaced_by_a_pipe_is_special() {
        let place = Place::repository();
        place.write("a", "").commit();
        place.remove("a");
        assert!(std::process::Command::new("mkfifo").arg(place.path().join("a")).status().unwrap().success());
        assert_eq!(paths(&place.open().work_tree()), ["a (special)"]);
    }

    #[test]
    fn the_executable_bit_is_seen() {
        use std::os::unix::fs::PermissionsExt;
        let place = Place::plain();
        place.write("run.sh", "").write("text", "");
        std::fs::set_permissions(place.path().join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let tree = place.open().work_tree();
        assert!(tree.stat("run.sh").unwrap().unwrap().executable);
        assert!(!tree.stat("text").unwrap().unwrap().executable);
    }

    #[test]
    fn names_of_any_bytes_survive_and_are_found_again() {
        use std::os::unix::ffi::OsStrExt;
        let names: [&[u8]; 6] = [b"a\nb", b"tab\t\x1b[31m", b"caf\xe9", b"caf\\xe9", b" lead", b"-dash"];
        for place in [Place::plain(), Place::repository()] {
            for name in names {
                std::fs::write(place.path().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
            }
            let tree = place.open().work_tree();
            assert_eq!(
                paths(&tree),
                [" lead", "-dash", "a\nb", "caf\\x5cxe9", "caf\\xe9", "tab\t\u{1b}[31m"],
                "git: {}",
                place.open().has_git()
            );
            for entry in tree.list().unwrap().entries {
                assert_eq!(crate::name::to_text(&tree.read(&entry.path).unwrap()), entry.path);
            }
        }
    }

    #[test]
    fn a_directory_deeper_than_any_path_is_a_problem() {
        let place = Place::plain();
        let name = "d".repeat(200);
        let (inner, outer) = (place.path().join(&name), place.path().join("outer"));
        place.write(&format!("{name}/file"), "");
        // From the inside out: a path this long cannot be given to the system.
        for _ in 0..25 {
            std::fs::create_dir(&outer).unwrap();
            std::fs::rename(&inner, outer.join(&name)).unwrap();
            std::fs::rename(&outer, &inner).unwrap();
        }
        for with_git in [false, true] {
            if with_git {
                place.git(&["init", "--quiet", "."]);
            }
            let listing = place.open().work_tree().list().unwrap();
            assert!(listing.entries.is_empty());
            let [problem] = listing.problems.as_slice() else { panic!("{:?}", listing.problems) };
            let (_, why) = problem.message.split_once("` cannot be read: ").unwrap();
            assert_eq!(why, if with_git { "the name is too long" } else { "invalid filename" });
            assert!(problem.path.as_deref().unwrap().starts_with(&name));
            assert_eq!(problem.health, portcullis_model::Health::Error);
        }
    }

    #[test]
    #[allow(clippy::print_stdout, reason = "a skipped test says so")]
    fn what_cannot_be_opened_is_a_problem() {
        use std::os::unix::fs::PermissionsExt;
        let place = Place::plain();
        place.write("closed/file", "").write("locked", "").write("open", "");
        let forbid = |path: &str, mode| {
            std::fs::set_permissions(place.path().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        forbid("closed", 0);
        forbid("locked", 0);
        if std::fs::read(place.path().join("locked")).is_ok() {
            println!("skipped: this user may read everything");
            return;
        }
        for with_git in [false, true] {
            if with_git {
                place.git(&["init", "--quiet", "."]);
            }
            let tree = place.open().work_tree();
            assert_eq!(paths(&tree), ["locked", "open"]);
            let problems = tree.list().unwrap().problems;
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].message.contains("closed"), "{problems:?}");
            assert_eq!(problems[0].health, portcullis_model::Health::Error);
            assert!(matches!(tree.read("locked"), Err(TreeError::Unreadable(_))));
        }
        forbid("closed", 0o755);
    }
}

#[test]
fn a_hook_of_the_repository_and_its_fsmonitor_are_never_run() {
    let place = Place::repository();
    let trace = place.path().join("ran");
    let program = format!("touch '{}'; false", trace.display());
    place.write("a", "").commit();
    for key in ["core.fsmonitor", "core.pager", "diff.external", "core.alternateRefsCommand", "core.sshCommand"] {
        place.git(&["config", key, &program]);
    }
    let repository = place.open();
    let tree = repository.work_tree();
    assert_eq!(paths(&tree), ["a"]);
    let commit = repository.commit("HEAD").unwrap();
    assert_eq!(commit.read("a").unwrap(), b"");
    repository.changed_files("HEAD", "HEAD").unwrap();
    assert!(!Path::new(&trace).exists());
}

#[test]
fn a_file_is_replaced_only_while_it_is_what_was_read() {
    let place = Place::plain();
    place.write("d/a", "old");
    let tree = place.open().work_tree();
    tree.replace("d/a", b"old", b"new").unwrap();
    assert_eq!(tree.read("d/a").unwrap(), b"new");
    let refused = tree.replace("d/a", b"old", b"newer");
    assert_eq!(refused, Err(TreeError::Unreadable("it was changed after it was read".to_owned())));
    assert_eq!(tree.replace("d/none", b"", b"x"), Err(TreeError::NotFound));
    assert_eq!((tree.read("d/a").unwrap(), paths(&tree)), (b"new".to_vec(), vec!["d/a".to_owned()]));
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_mode_and_no_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (place, outside) = (Place::plain(), tempfile::tempdir().unwrap());
    place.write("a", "old");
    std::fs::write(outside.path().join("x"), "old").unwrap();
    let path = |name: &str| place.path().join(name);
    std::fs::set_permissions(path("a"), std::fs::Permissions::from_mode(0o751)).unwrap();
    symlink(outside.path().join("x"), path("link")).unwrap();
    symlink(outside.path(), path("directory")).unwrap();
    let tree = place.open().work_tree();
    tree.replace("a", b"old", b"new").unwrap();
    assert_eq!(path("a").metadata().unwrap().permissions().mode() & 0o777, 0o751);
    assert_eq!(tree.replace("link", b"old", b"new"), Err(TreeError::NotAFile));
    assert_eq!(tree.replace("directory/x", b"old", b"new"), Err(TreeError::Outside));
    assert_eq!(std::fs::read(outside.path().join("x")).unwrap(), b"old");
}
