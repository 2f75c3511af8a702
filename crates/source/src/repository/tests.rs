use crate::testing::{Place, git, paths};
use crate::{GitSettings, HookEnvironment, Repository, SourceError};

fn discover(place: &Place, below: &str) -> Result<Repository, SourceError> {
    Repository::discover(&place.path().join(below), &GitSettings::default())
}

#[test]
fn the_root_is_the_top_level_of_git() {
    let place = Place::repository();
    place.write("a/b/c", "").write("a/portcullis.yaml", "");
    let repository = discover(&place, "a/b").unwrap();
    assert_eq!(repository.root(), place.path().canonicalize().unwrap());
    assert!(repository.has_git());
    assert_eq!(repository.prefix(), "");
    assert_eq!(discover(&place, "a").unwrap().root(), place.path().canonicalize().unwrap());
}

#[test]
fn without_git_the_root_is_where_the_run_starts() {
    let place = Place::plain();
    place.write("a/b/c", "");
    let repository = discover(&place, "a/b").unwrap();
    assert_eq!(repository.root(), place.path().join("a/b").canonicalize().unwrap());
    assert!(!repository.has_git());
    assert!(matches!(repository.head(), Err(SourceError::NoRepository { .. })));
    assert_eq!(
        repository.commit("HEAD").unwrap_err().to_string(),
        format!("`{}` is in no git repository, and a commit needs one", repository.root().display())
    );
}

#[test]
fn a_named_directory_is_the_root_only_where_it_holds_a_policy_itself() {
    for policy in crate::POLICY_FILES {
        let place = Place::repository();
        place.write(&format!("shop/{policy}"), "").write("shop/src/a", "").write("plain/a", "");
        let rooted = |below: &str| {
            Repository::discover_rooted(&place.path().join(below), &GitSettings::default()).unwrap().root().to_owned()
        };
        let top = place.path().canonicalize().unwrap();
        assert_eq!(rooted("shop"), top.join("shop"));
        assert_eq!(rooted("shop/src"), top);
        assert_eq!(rooted("plain"), top);
    }
}

#[test]
fn a_missing_git_is_an_error_only_where_a_repository_stands() {
    let settings = GitSettings { program: "no-such-program-as-git".into(), ..GitSettings::default() };
    let plain = Place::plain();
    plain.write("a", "");
    let repository = Repository::discover(plain.path(), &settings).unwrap();
    assert_eq!(paths(&repository.work_tree()), ["a"]);

    let place = Place::repository();
    place.write("below/a", "");
    let error = Repository::discover(&place.path().join("below"), &settings).unwrap_err();
    assert!(matches!(error, SourceError::GitMissing { .. }), "{error}");
}

#[test]
fn a_broken_repository_is_not_taken_for_none() {
    let place = Place::plain();
    place.write(".git/HEAD", "nonsense");
    assert!(matches!(discover(&place, ""), Err(SourceError::BrokenRepository { .. })));

    let place = Place::plain();
    place.write(".git", "gitdir: /nowhere/at/all\n");
    assert!(matches!(discover(&place, ""), Err(SourceError::BrokenRepository { .. })));
}

#[test]
fn a_bare_repository_and_the_inside_of_git_have_no_work_tree() {
    let place = Place::plain();
    place.git(&["init", "--quiet", "--bare", "."]);
    assert!(matches!(discover(&place, ""), Err(SourceError::NoWorkTree { .. })));
    assert!(matches!(discover(&Place::repository(), ".git"), Err(SourceError::NoWorkTree { .. })));
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let place = Place::plain();
    place.write("file", "");
    let error = discover(&place, "missing").unwrap_err().to_string();
    assert!(error.starts_with("cannot enter `") && error.contains("missing"), "{error}");
    assert!(matches!(discover(&place, "file"), Err(SourceError::Directory { .. })));
}

#[test]
fn there_is_no_head_before_the_first_commit() {
    let place = Place::repository();
    assert_eq!(place.open().head().unwrap(), None);
    let id = place.commit();
    assert_eq!(place.open().head().unwrap(), Some(id));
}

#[test]
fn a_head_whose_commit_is_lost_is_an_error() {
    let place = Place::repository();
    let id = place.commit();
    place.remove(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    assert!(place.open().head().is_err());
}

#[test]
fn a_linked_work_tree_is_a_root_of_its_own() {
    let place = Place::repository();
    place.write("a", "").commit();
    place.git(&["worktree", "add", "--quiet", "--detach", "linked"]);
    let repository = discover(&place, "linked").unwrap();
    assert_eq!(repository.root(), place.path().join("linked").canonicalize().unwrap());
    assert_eq!(paths(&repository.work_tree()), ["a"]);
}

#[test]
fn the_directory_a_hook_names_is_the_repository() {
    let place = Place::plain();
    place.write("files/a", "");
    git(place.path(), &["init", "--quiet", "--bare", "store"], b"");
    let hook = HookEnvironment {
        directory: Some(place.path().join("store").into()),
        work_tree: Some(place.path().join("files").into()),
        ..HookEnvironment::default()
    };
    let settings = GitSettings { hook, ..GitSettings::default() };
    let repository = Repository::discover(&place.path().join("files"), &settings).unwrap();
    assert_eq!(repository.root(), place.path().join("files").canonicalize().unwrap());
    assert_eq!(paths(&repository.work_tree()), ["a"]);
}

#[cfg(unix)]
#[test]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
fn a_repository_of_another_owner_is_refused_unless_it_is_named() {
    let place = Place::repository();
    place.write("a", "");
    for path in [place.path().to_owned(), place.path().join(".git")] {
        if std::os::unix::fs::chown(path, Some(12_345), None).is_err() {
            println!("skipped: this user may not give files away");
            return;
        }
    }
    let error = discover(&place, "").unwrap_err();
    assert!(matches!(error, SourceError::DubiousOwnership { .. }), "{error}");
    assert!(error.to_string().contains("git config --global --add safe.directory"), "{error}");

    let safe_directory = Some(place.path().canonicalize().unwrap());
    let settings = GitSettings { safe_directory, ..GitSettings::default() };
    let repository = Repository::discover(place.path(), &settings).unwrap();
    assert_eq!(paths(&repository.work_tree()), ["a"]);
}

#[test]
fn a_path_with_a_line_feed_and_quotes_is_a_root_like_any_other() {
    let place = Place::plain();
    place.write("odd \"name\"\n/a", "");
    git(&place.path().join("odd \"name\"\n"), &["init", "--quiet", "."], b"");
    let repository = discover(&place, "odd \"name\"\n").unwrap();
    assert!(repository.has_git());
    assert_eq!(paths(&repository.work_tree()), ["a"]);
}
