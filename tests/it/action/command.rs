//! Which command the step runs, and what it builds where nothing can be downloaded.

use super::*;

#[test]
fn publish_gets_the_bundle_and_only_what_concerns_it() {
    let step = Step::new("");
    let binary = noting(&step);
    let with = [
        ("binary", binary.as_str()),
        ("command", "publish"),
        ("args", "--verify"),
        ("bundle", "-a bundle"),
        ("comment", "new"),
        ("check-run", "on"),
        ("require-publish", "true"),
    ];
    let answer = step.run(&with);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(
        arguments(&step),
        ["publish", "--verify", "--comment=new", "--check-run=on", "--require-publish", "--", "-a bundle"]
    );
    let answer = step.run(&[("binary", &binary), ("command", "publish"), ("args", "--from-run\n81")]);
    assert_eq!((answer.code, arguments(&step)), (0, ["publish", "--from-run", "81"].map(str::to_owned).to_vec()));
}

#[test]
fn an_input_that_means_nothing_to_publish_is_named() {
    for name in ["paths", "reports", "fail-on", "baseline", "result-file", "sarif-file", "html-file", "sarif-upload"] {
        let answer = Step::new("").run(&[("command", "publish"), (name, "x")]);
        assert_eq!(answer.code, 2);
        assert_eq!(error(&answer), format!("the input `{name}` means nothing to `command: publish`"));
    }
}

#[test]
fn a_command_that_is_not_there_is_refused_before_anything_is_downloaded() {
    for (command, said) in [
        ("merge", "which this version of portcullis does not have: write check or publish"),
        ("secrets", "the input `command` is `secrets`: write check or publish"),
        ("check publish", "write check or publish"),
    ] {
        let answer = Step::new("").run(&[("command", command)]);
        assert_eq!(answer.code, 2);
        assert!(error(&answer).contains(said), "{}", answer.stderr);
    }
}

/// A `cargo` that notes how it was called and "builds" a program of this version.
fn with_cargo(step: Step, version: &str) -> Step {
    let path = format!("{}:{}", step.path("home").display(), step.variables["PATH"]);
    let script = format!(
        "printf '%s\\n' \"$@\" > \"$HOME/cargo.called\"\nwhile [ $# -gt 0 ]; do if [ \"$1\" = --root ]; then root=\"$2\"; fi; shift; done\n\
         mkdir -p \"$root/bin\"\nprintf '#!/bin/sh\\necho portcullis {version}\\n' > \"$root/bin/portcullis\"\nchmod 755 \"$root/bin/portcullis\"\n"
    );
    write_program(&step.path("home/cargo"), &script);
    std::fs::write(step.path("Cargo.toml"), "[workspace.package]\nversion = \"9.9.9\"\n").unwrap();
    step.variable("PATH", &path)
}

#[test]
fn what_cannot_be_downloaded_is_built_from_the_commit_of_the_action_where_that_is_asked_for() {
    let server = Server::start(&[]);
    let step = with_cargo(Step::pinning(&archive(VERSION)), VERSION);
    let with = [INSTALL, ("mirror", server.address.as_str())];
    let answer = step.run(&with);
    assert!(answer.code == 2 && error(&answer).contains("cannot be downloaded"), "{}", answer.stderr);
    assert!(!step.path("home/cargo.called").exists(), "nobody has asked for it");

    let answer = step.run(&[with[0], with[1], ("fallback", "cargo")]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let called = std::fs::read_to_string(step.path("home/cargo.called")).unwrap();
    assert!(called.starts_with("install\n--locked\n") && called.contains("/action/..\n"), "{called}");
    assert_eq!(step.runner.outputs()["path"], step.installed().display().to_string());
    assert_eq!(std::fs::read_to_string(step.marker()).unwrap(), "built\n");
    // A second step finds it; one that wants a verified program does not take it.
    std::fs::remove_file(step.path("home/cargo.called")).unwrap();
    assert_eq!(step.run(&[with[0], with[1], ("fallback", "cargo")]).code, 0);
    assert!(!step.path("home/cargo.called").exists());
    assert_eq!(step.run(&with).code, 2);
}

#[test]
fn a_machine_without_a_release_builds_it_where_that_is_asked_for() {
    let step = with_cargo(Step::pinning(&archive(VERSION)), VERSION).variable("RUNNER_ARCH", "RISCV64");
    let answer = step.run(&[INSTALL, ("fallback", "cargo")]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(step.path("tools/portcullis/9.9.9/RISCV64/portcullis").exists());
}

#[test]
fn a_build_is_refused_where_something_vouched_for_is_asked_or_it_would_be_another_version() {
    let server = Server::start(&[]);
    let with = [INSTALL, ("mirror", server.address.as_str()), ("fallback", "cargo")];
    let released = archive(VERSION);
    let step = with_cargo(Step::pinning(&released), VERSION);
    let sha256 = checksum(&released);
    let answer = step.run(&[&with[..], &[("sha256", &sha256)]].concat());
    assert!(answer.code == 2 && error(&answer).contains("neither checksum nor attestation"), "{}", answer.stderr);
    let answer = step.run(&[&with[..], &[("version", "1.0.0")]].concat());
    assert!(answer.code == 2 && error(&answer).contains("not the source of version 1.0.0"), "{}", answer.stderr);
    let other = with_cargo(Step::pinning(&released), "9.9.8");
    let answer = other.run(&with);
    assert!(answer.code == 2 && error(&answer).contains("is not version 9.9.9"), "{}", answer.stderr);
    assert!(!other.installed().exists() && !other.marker().exists());
    let answer = step.run(&[INSTALL, ("fallback", "npm")]);
    assert_eq!((answer.code, error(&answer).as_str()), (2, "the input `fallback` is `npm`: write none or cargo"));
}

#[test]
fn an_archive_that_is_not_the_one_that_was_released_is_never_built_instead() {
    let (good, bad) = (archive(VERSION), archive("9.9.9 of somebody else"));
    let (step, server) = (with_cargo(Step::pinning(&good), VERSION), serving(&bad));
    let answer = step.run(&[INSTALL, ("mirror", &server.address), ("fallback", "cargo")]);
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    assert!(!step.path("home/cargo.called").exists());
}
