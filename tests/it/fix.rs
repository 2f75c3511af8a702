//! `check --fix`: what is written, what is only shown, and what is left alone.

use crate::repository::{Repository, finding_ids};

const PATH: &str = ".github/workflows/greet.yml";
const POLICY: &str = "workflows: { levels: { high: fail, medium: fail, low: fail } }\n";
const BROKEN: &str = "on: issues
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo \"${{ github.event.issue.title }}\" # greet
          echo ${{ github.event.issue.body }}
        env:
          # the level
          LEVEL: info
";
const FIXED: &str = "on: issues
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo \"${ISSUE_TITLE}\" # greet
          echo ${ISSUE_BODY}
        env:
          # the level
          LEVEL: info
          ISSUE_TITLE: ${{ github.event.issue.title }}
          ISSUE_BODY: ${{ github.event.issue.body }}
";
const INSECURE: &str = "on: push\nenv: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n";

fn repository() -> Repository {
    Repository::with_policy(POLICY).file(PATH, BROKEN)
}

fn text(repository: &Repository) -> String {
    std::fs::read_to_string(repository.path().join(PATH)).unwrap()
}

#[test]
fn the_file_is_fixed_and_the_report_is_about_what_is_left() {
    let repository = repository();
    let (answer, before) = repository.check(&[]);
    assert_eq!((answer.code, finding_ids(&before).len()), (1, 2));
    let (answer, after) = repository.check(&["--fix"]);
    assert_eq!((answer.code, finding_ids(&after)), (0, vec![]), "{}", answer.stderr);
    assert_eq!(text(&repository), FIXED);
    let told = format!(
        "fixed {PATH}:8 gha/template-injection\nfixed {PATH}:9 gha/template-injection\n2 findings fixed in 1 file\n"
    );
    assert_eq!(answer.stderr, told);

    let again = repository.run(&["check", "--fix"]);
    assert_eq!(again.stderr, "0 findings fixed in 0 files\n");
    assert_eq!(text(&repository), FIXED);
}

#[test]
fn a_diff_is_shown_in_place_of_the_report_and_git_takes_it() {
    let repository = repository();
    let answer = repository.run(&["check", "--fix", "--diff"]);
    assert_eq!((answer.code, text(&repository).as_str()), (1, BROKEN));
    assert!(answer.stdout.starts_with(&format!("--- a/{PATH}\n+++ b/{PATH}\n@@ -")), "{}", answer.stdout);
    assert_eq!(answer.stderr, "2 findings would be fixed in 1 file\n");
    std::fs::write(repository.path().join("fix.patch"), &answer.stdout).unwrap();
    repository.commit();
    repository.git(&["apply", "fix.patch"]);
    assert_eq!(text(&repository), FIXED);

    let mixed = repository.run(&["check", "--fix", "--diff", "-f", "json"]);
    assert_eq!(mixed.code, 2, "{}", mixed.stdout);
    assert_eq!(repository.run(&["check", "--diff"]).code, 2);
}

#[test]
fn what_a_person_has_to_look_at_is_changed_only_on_request() {
    let repository = Repository::with_policy(POLICY).file(PATH, INSECURE);
    let answer = repository.run(&["check", "--fix"]);
    assert_eq!((answer.code, text(&repository).as_str()), (1, INSECURE));
    assert!(answer.stderr.contains("note: 1 fix more has to be looked at"), "{}", answer.stderr);
    let answer = repository.run(&["check", "--fix=unsafe"]);
    assert_eq!(answer.code, 0, "{}", answer.stdout);
    assert_eq!(text(&repository), INSECURE.replace("env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}\n", ""));
}

#[test]
fn a_called_workflow_gets_the_secrets_it_declares() {
    let repository = Repository::with_policy(POLICY)
        .file(PATH, "on: push\npermissions: {}\njobs:\n  test:\n    uses: ./.github/workflows/test.yml\n    secrets: inherit\n  lint:\n    uses: ./.github/workflows/lint.yml\n    secrets: inherit\n")
        .file(".github/workflows/test.yml", "on: {workflow_call: {secrets: {TOKEN: {required: true}, OTHER: {}}}}\npermissions: {}\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: make, env: {T: '${{ secrets.TOKEN }}'}}]}}\n")
        .file(".github/workflows/lint.yml", "on: {workflow_call: {secrets: {TOKEN: {}}}}\npermissions: {}\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: make, env: {T: '${{ secrets.NOT_DECLARED }}'}}]}}\n");
    let (_, left) = repository.check(&["--fix=unsafe"]);
    let text = text(&repository);
    let named = "    uses: ./.github/workflows/test.yml\n    secrets:\n      TOKEN: ${{ secrets.TOKEN }}\n      OTHER: ${{ secrets.OTHER }}\n";
    assert!(text.contains(named) && text.ends_with("lint.yml\n    secrets: inherit\n"), "{text}");
    assert_eq!(finding_ids(&left), ["gha/secrets-inherit"]);
}

#[test]
fn what_is_accepted_is_left_as_it_is() {
    let ignored = BROKEN.replace("# the level", "# portcullis: ignore[template-injection] known and harmless here");
    let policy = format!("{POLICY}trust: {{ inline_suppressions: honour }}\n");
    let repository = Repository::with_policy(&policy).file(PATH, &ignored);
    let answer = repository.run(&["check", "--fix"]);
    assert_eq!((answer.code, text(&repository)), (0, ignored), "{}{}", answer.stdout, answer.stderr);
}

#[test]
fn line_ends_and_comments_stay() {
    let repository = Repository::with_policy(POLICY).file(PATH, format!("\u{feff}{}", BROKEN.replace('\n', "\r\n")));
    repository.run(&["check", "--fix"]);
    assert_eq!(text(&repository), format!("\u{feff}{}", FIXED.replace('\n', "\r\n")));
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_are_not_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = repository();
    let file = repository.path().join(PATH);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("out.yml");
    std::fs::write(&target, BROKEN).unwrap();
    let link = repository.path().join(".github/workflows/link.yml");
    std::os::unix::fs::symlink("greet.yml", &link).unwrap();
    std::os::unix::fs::symlink(&target, repository.path().join(".github/workflows/out.yml")).unwrap();
    let answer = repository.run(&["check", "--fix"]);
    assert_eq!(text(&repository), FIXED, "{}", answer.stderr);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert!(answer.stderr.contains("note: 2 fixes are not made in `.github/workflows/link.yml`: it is a link"));
    assert_eq!(std::fs::read_to_string(&target).unwrap(), BROKEN);
    let mut names: Vec<_> =
        std::fs::read_dir(file.parent().unwrap()).unwrap().map(|one| one.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["greet.yml", "link.yml", "out.yml"], "nothing else is left behind");
}

#[test]
fn a_pull_request_is_judged_as_it_was_committed() {
    let repository = repository();
    let head = repository.commit();
    let outside = tempfile::tempdir().unwrap();
    let event = outside.path().join("event.json");
    let payload = format!(
        r#"{{"number": 7, "repository": {{"full_name": "acme/shop"}}, "pull_request": {{"number": 7, "user": {{"login": "a"}}, "head": {{"sha": "{head}", "ref": "t", "repo": {{"full_name": "acme/shop"}}}}, "base": {{"sha": "{head}", "ref": "main", "repo": {{"full_name": "acme/shop"}}}}}}}}"#
    );
    std::fs::write(&event, payload).unwrap();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
        ("GITHUB_SHA", head.as_str()),
        ("GITHUB_REPOSITORY", "acme/shop"),
    ];
    let answer = repository.run_with(&["check", "--offline", "--fix"], &variables);
    assert_eq!((answer.code, text(&repository).as_str()), (2, BROKEN), "{}", answer.stderr);
    assert!(answer.stderr.contains("refused in a pull request"), "{}", answer.stderr);
}

#[test]
fn a_fix_whose_line_holds_a_secret_is_made_and_not_shown() {
    let token = ["ghp_", "0a1B2c3D4e5F6g7H8i9J", "0k1L2m3N4o5P6q7R"].concat();
    let step = format!("      - run: 'curl -H \"Authorization: {token}\" ${{{{ github.event.issue.title }}}}'\n");
    let workflow = BROKEN.split("      - run").next().unwrap().to_owned() + &step;
    let repository = Repository::with_policy(POLICY).file(PATH, &workflow);
    let shown = repository.run(&["check", "--fix", "--diff"]);
    assert!(shown.stdout.contains("${ISSUE_TITLE}") && !shown.stdout.contains(&token), "{}", shown.stdout);
    repository.run(&["check", "--fix"]);
    let text = text(&repository);
    assert!(text.contains(&token) && text.contains("${ISSUE_TITLE}"), "{text}");
}

/// Scripts in which a value is pasted, to be run by a real shell with the value pasted and with the fix.
const SCRIPTS: [&str; 18] = [
    "echo @ \"@\" x@y \"x@\"",
    "A=@ B=\"@ $HOME\"; echo $A-$B",
    "for word in a @ b; do echo \"[$word]\"; done",
    "cat <<EOF\nit's \"@\"\nEOF\necho @",
    "cat <<'EOF'\n@\nEOF\necho @",
    "if [ \"@\" = value ]; then echo same; fi",
    "if [[ @ == val* ]]; then echo \"like @\"; fi",
    "case \"@\" in\n  v*) echo \"v @\" ;;\n  *) echo other ;;\nesac",
    "echo '@' \"it's @\" 'a'\"@\"'b'",
    "list=(a @ \"b @\")\necho \"${#list[@]} ${list[*]}\"",
    "echo \"$(printf '%s\\n' '@' \"@\" @)\"",
    "echo `echo @` \"${X:-@}\" $((1 + 2)) @",
    "f() { echo \"f $1 @\"; }\nf @ | tr a-z A-Z",
    "echo \"\\\"@\\\"\" \\\\@ # @ 'x",
    "echo @ > /dev/null 2>&1; echo \"@\" >&2",
    "echo a#@ \\\n  @ && { echo \"{@}\"; } || echo no",
    "sh -c 'echo @'; bash -c \"echo @\"; eval echo @; echo @",
    "echo $'a\\'b @' \"$'@'\" @",
];

#[test]
fn a_fixed_script_does_what_it_did_with_the_value_pasted() {
    let Some(bash) = ["/bin/bash", "/usr/bin/bash"].into_iter().find(|path| std::path::Path::new(path).exists()) else {
        eprintln!("SKIPPED: there is no bash");
        return;
    };
    let expression = "${{ github.event.issue.title }}";
    let output = |script: &str| {
        let output = std::process::Command::new(bash)
            .args(["--noprofile", "--norc", "-e", "-c", script])
            .env_clear()
            .env("HOME", "/home")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("ISSUE_TITLE", "value")
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let mut replaced = 0;
    for script in SCRIPTS {
        // A lone sign is a place; those of the shell stand in brackets.
        let script = script.replace("[@]", "[\u{1}]");
        let places = script.matches('@').count();
        let with = |value: &str| script.replace('@', value).replace('\u{1}', "@");
        let lines = with(expression).replace('\n', "\n          ");
        let head = BROKEN.split("      - run").next().unwrap();
        let repository =
            Repository::with_policy(POLICY).file(PATH, format!("{head}      - run: |\n          {lines}\n"));
        repository.run(&["check", "--fix"]);
        let text = text(&repository);
        let run = text.split("run: |\n").nth(1).unwrap();
        let run = run.split("\n        env:").next().unwrap().replace("\n          ", "\n");
        let run = run.strip_prefix("          ").unwrap();
        assert!(run.matches(expression).count() < places, "nothing is fixed in {script}");
        replaced += places - run.matches(expression).count();
        assert_eq!(output(&run.replace(expression, "value")), output(&with("value")), "{script}\n{run}");
    }
    assert!(replaced >= 35, "{replaced}");
}
