//! `portcullis init`: what it writes is used by the very next run.

use crate::repository::Repository;

fn read(repository: &Repository, path: &str) -> Option<String> {
    std::fs::read_to_string(repository.path().join(path)).ok()
}

/// A repository with something of many kinds.
fn repository() -> Repository {
    let repository = Repository::new()
        .file("package-lock.json", "{}")
        .file("Dockerfile", "FROM scratch\n")
        .file("CODEOWNERS", "* @acme/shop\n")
        .file(".github/workflows/ci.yml", "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n");
    repository.commit();
    repository
}

#[test]
fn what_it_writes_passes_our_own_gate_at_its_strictest() {
    let repository = Repository::new().file("Cargo.lock", "");
    repository.commit();
    for hook in ["pre-commit", "lefthook", "husky", "git"] {
        let answer = repository.run(&[
            "init",
            "--yes",
            "--workflow",
            "publish",
            "--baseline",
            "--owner",
            "@acme/security",
            "--hook",
            hook,
        ]);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
        assert!(answer.stdout.ends_with("with this policy 0 of 0 findings would block\n"), "{}", answer.stdout);
    }
    for path in [
        "portcullis.yaml",
        ".github/CODEOWNERS",
        ".github/workflows/portcullis.yml",
        ".github/workflows/portcullis-publish.yml",
        ".portcullis/baseline.json",
        ".pre-commit-config.yaml",
        "lefthook.yml",
        ".husky/pre-commit",
        ".git/hooks/pre-commit",
    ] {
        assert!(read(&repository, path).is_some(), "{path}");
    }
    let policy = read(&repository, "portcullis.yaml").unwrap();
    assert!(policy.starts_with("# yaml-language-server: $schema=https://"), "{policy}");
    assert_eq!(repository.run(&["policy", "check"]).code, 0);
    repository.write("portcullis.yaml", policy.replace("baseline@1", "strict@1") + "workflows: { profile: audit }\n");
    let (answer, document) = repository.check(&[]);
    assert_eq!((answer.code, document["counts"]["total"].as_u64()), (0, Some(0)), "{}", answer.stdout);
}

#[test]
fn it_says_what_it_found_and_what_would_block() {
    let repository = repository();
    let answer = repository.run(&["init"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    for line in
        ["found lock files: package-lock.json", "found workflows: .github/workflows/ci.yml", "found owners: CODEOWNERS"]
    {
        assert!(answer.stdout.contains(line), "{}", answer.stdout);
    }
    assert!(answer.stdout.ends_with("with this policy 1 of 1 finding would block\n"), "{}", answer.stdout);
    let owners = read(&repository, "CODEOWNERS").unwrap();
    assert!(owners.starts_with("* @acme/shop\n") && owners.contains("\n/.portcullis/ @acme/shop\n"), "{owners}");
}

#[test]
fn with_a_baseline_nothing_of_today_blocks() {
    let repository = repository();
    let answer = repository.run(&["init", "--baseline"]);
    assert!(answer.stdout.ends_with("with this policy 0 of 1 finding would block\n"), "{}", answer.stdout);
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let repository = repository()
        .file(".github/portcullis.yml", "version: 1\n")
        .file(".github/workflows/portcullis.yml", "name: mine\n")
        .file(".pre-commit-config.yaml", "repos: []\n");
    let answer = repository.run(&["init", "--workflow", "--hook", "pre-commit"]);
    assert!(answer.stdout.contains("kept `.github/portcullis.yml`: it is the policy"), "{}", answer.stdout);
    assert!(answer.stdout.contains("add to it:") && answer.stdout.contains("portcullis-system"), "{}", answer.stdout);
    assert_eq!(read(&repository, "portcullis.yaml"), None);
    assert_eq!(read(&repository, ".github/workflows/portcullis.yml").unwrap(), "name: mine\n");
    assert_eq!(read(&repository, ".pre-commit-config.yaml").unwrap(), "repos: []\n");
    let owners = read(&repository, "CODEOWNERS").unwrap();
    repository.run(&["init"]);
    assert_eq!(read(&repository, "CODEOWNERS").unwrap(), owners, "the line is written once");
}
