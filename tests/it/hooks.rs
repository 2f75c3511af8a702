//! `portcullis hook`: a hook of somebody else is never lost.

use crate::repository::{Answer, Repository};

fn repository() -> Repository {
    let repository = Repository::new().file("README.md", "shop\n");
    repository.commit();
    repository
}

fn hook(repository: &Repository, arguments: &[&str]) -> Answer {
    let mut all = vec!["hook"];
    all.extend(arguments);
    repository.run(&all)
}

fn read(repository: &Repository, path: &str) -> Option<String> {
    std::fs::read_to_string(repository.path().join(path)).ok()
}

#[test]
fn install_writes_an_executable_hook_and_uninstall_takes_it_away() {
    let repository = repository();
    let answer = hook(&repository, &["install", "--push"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    for (name, command) in
        [("pre-commit", "exec portcullis staged\n"), ("pre-push", "exec portcullis commits --pre-push\n")]
    {
        let text = read(&repository, &format!(".git/hooks/{name}")).unwrap();
        assert!(text.starts_with("#!/bin/sh\n# portcullis hook v1\n") && text.ends_with(command), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let metadata = std::fs::metadata(repository.path().join(".git/hooks").join(name)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o111, 0o111);
        }
    }
    assert_eq!(hook(&repository, &["install", "--push"]).code, 0, "once more changes nothing");
    assert!(hook(&repository, &["status"]).stdout.contains("pre-commit: portcullis (`portcullis staged`)"));
    assert_eq!(hook(&repository, &["uninstall"]).code, 0);
    assert!(read(&repository, ".git/hooks/pre-commit").is_none() && read(&repository, ".git/hooks/pre-push").is_none());
}

#[test]
fn a_foreign_hook_is_not_overwritten_and_the_choices_are_named() {
    let repository = repository().file(".git/hooks/pre-commit", "#!/bin/sh\necho mine\n");
    let answer = hook(&repository, &["install"]);
    assert_eq!(answer.code, 2);
    for choice in ["--chain", "lefthook", "husky", "pre-commit"] {
        assert!(answer.stderr.contains(choice), "{}", answer.stderr);
    }
    assert_eq!(read(&repository, ".git/hooks/pre-commit").unwrap(), "#!/bin/sh\necho mine\n");
}

#[test]
fn of_two_hooks_none_is_written_where_one_cannot() {
    let repository = repository().file(".git/hooks/pre-push", "#!/bin/sh\n");
    assert_eq!(hook(&repository, &["install", "--push"]).code, 2);
    assert_eq!(read(&repository, ".git/hooks/pre-commit"), None);
}

#[test]
fn a_chained_hook_comes_back() {
    let mine = "#!/bin/sh\necho mine\n";
    let repository = repository().file(".git/hooks/pre-commit", mine);
    assert_eq!(hook(&repository, &["install", "--chain"]).code, 0);
    assert_eq!(read(&repository, ".git/hooks/pre-commit.local").unwrap(), mine);
    // A later install, of a newer version perhaps, keeps the chain.
    assert_eq!(hook(&repository, &["install"]).code, 0);
    assert!(read(&repository, ".git/hooks/pre-commit").unwrap().contains("$0.local"));
    assert_eq!(hook(&repository, &["uninstall"]).code, 0);
    assert_eq!(read(&repository, ".git/hooks/pre-commit").unwrap(), mine);
    assert_eq!(read(&repository, ".git/hooks/pre-commit.local"), None);
}

#[test]
fn uninstall_leaves_a_foreign_hook_alone() {
    let repository = repository().file(".git/hooks/pre-commit", "#!/bin/sh\n");
    let answer = hook(&repository, &["uninstall"]);
    assert!(answer.code == 0 && answer.stdout.contains("no hook of ours"), "{}", answer.stdout);
    assert!(read(&repository, ".git/hooks/pre-commit").is_some());
}

#[test]
fn the_hooks_path_of_the_configuration_is_honoured() {
    let repository = repository();
    repository.git(&["config", "core.hooksPath", "hooks of ours"]);
    assert_eq!(hook(&repository, &["install"]).code, 0);
    assert!(read(&repository, "hooks of ours/pre-commit").is_some());
    assert_eq!(read(&repository, ".git/hooks/pre-commit"), None);
}

/// Runs a hook as git does, with nothing but the system's programs on the path.
#[cfg(unix)]
fn run_hook(repository: &Repository, name: &str, input: &str) -> (i32, String) {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new(repository.path().join(".git/hooks").join(name))
        .args(["origin", "https://example.com"])
        .current_dir(repository.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), said)
}

#[cfg(unix)]
#[test]
fn without_the_program_a_hook_lets_pass_with_a_word_unless_it_is_strict() {
    let repository = repository();
    hook(&repository, &["install"]);
    assert_eq!(
        run_hook(&repository, "pre-commit", ""),
        (0, "portcullis is not on the PATH: nothing was checked\n".to_owned())
    );
    hook(&repository, &["install", "--strict"]);
    assert_eq!(run_hook(&repository, "pre-commit", "").0, 1);
}

#[cfg(unix)]
#[test]
fn a_chained_hook_gets_arguments_and_input_and_can_stop_the_push() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = repository().file(".git/hooks/pre-push", "#!/bin/sh\necho \"$1 $2\"; cat; exit 7\n");
    let path = repository.path().join(".git/hooks/pre-push");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(hook(&repository, &["install", "--push", "--chain"]).code, 0);
    let said = run_hook(&repository, "pre-push", "refs/heads/a 12 refs/heads/a 34\n");
    assert_eq!(said, (7, "origin https://example.com\nrefs/heads/a 12 refs/heads/a 34\n".to_owned()));
}

#[test]
fn completions_and_manual_pages_are_made_for_every_command() {
    let repository = Repository::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = repository.run(&["completions", shell]);
        assert!(answer.code == 0 && answer.stdout.contains("staged"), "{shell}: {}", answer.stderr);
    }
    let answer = repository.run(&["man", "--dir", "pages"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    for name in ["portcullis", "portcullis-staged", "portcullis-hook-install", "portcullis-policy-show"] {
        let page = read(&repository, &format!("pages/{name}.1")).unwrap_or_else(|| panic!("{name}"));
        assert!(page.contains(".TH"), "{page}");
    }
    assert!(repository.run(&["man"]).stdout.contains(".TH portcullis 1"));
}
