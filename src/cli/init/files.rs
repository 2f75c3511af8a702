//! The texts of the files `init` writes. Each passes our own gate; tests/it/init.rs holds them to it.

use super::found::Found;

pub(super) const LEFTHOOK: &str = "pre-commit:\n  commands:\n    portcullis:\n      run: portcullis staged\n";
pub(super) const HUSKY: &str = "portcullis staged\n";

/// The policy, with what the repository shows to need.
pub(super) fn policy(found: &Found<'_>) -> String {
    let mut text = "\
# yaml-language-server: $schema=https://raw.githubusercontent.com/portcullis-gate/portcullis/main/docs/schema/v1.json
#
# What blocks a merge here. `portcullis policy show --origin` prints everything that is in force and who says so.
version: 1
extends: preset:baseline@1
"
    .to_owned();
    if !found.of("lock files").is_empty() {
        text.push_str(
            "
# The lock files say which packages are used, a scanner says what is wrong with them. Nothing is demanded of it until its
# report is named here:
# reports:
#   - { name: dependencies, path: reports/trivy.json, format: trivy, required: true, max_age: 24h }
vulnerabilities: { required: false }
",
        );
    }
    text
}

/// How the program gets onto the runner.
fn install() -> String {
    format!(
        "      - name: Install portcullis
        run: cargo install --locked --git https://github.com/portcullis-gate/portcullis --tag v{} portcullis
",
        env!("CARGO_PKG_VERSION")
    )
}

/// A workflow that judges pull requests by the policy of their base. With `publishes` it leaves its result for
/// [`publish_workflow`].
pub(super) fn workflow(publishes: bool) -> String {
    let (judge, upload) = if publishes {
        (
            "portcullis check --bundle portcullis-bundle",
            "      - name: Leave the result for pull requests of forks
        if: ${{ !cancelled() }}
        uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        with:
          name: portcullis-bundle
          path: portcullis-bundle
",
        )
    } else {
        ("portcullis check", "")
    };
    format!(
        "\
name: portcullis
on:
  pull_request:
  merge_group:
  push:
    branches: [main]

permissions: {{}}

concurrency:
  group: portcullis-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  gate:
    name: Gate
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: read
      # For the comment; pull requests of forks do not get it.
      pull-requests: write
    steps:
      - name: Check out
        uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          # The policy is read from the base commit.
          fetch-depth: 0
          persist-credentials: false
{}      - name: Judge
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
        run: {judge}
{upload}",
        install()
    )
}

/// A workflow that posts what the gate has left. The change has written that: the built-in checks are evaluated again, on git
/// objects of the head. It runs nothing of the pull request and checks nothing of it out.
pub(super) fn publish_workflow() -> String {
    format!(
        "\
name: portcullis publish
on:
  # Nothing of the pull request is checked out or run here.
  workflow_run:
    workflows: [portcullis]
    types: [completed]

permissions: {{}}

concurrency:
  group: portcullis-publish-${{{{ github.event.workflow_run.id }}}}
  cancel-in-progress: false

jobs:
  publish:
    name: Publish
    # A cancelled run has not judged anything.
    if: ${{{{ github.event.workflow_run.event == 'pull_request' && contains(fromJSON('[\"success\", \"failure\"]'), github.event.workflow_run.conclusion) }}}}
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      # For the artifact.
      actions: read
      contents: read
      pull-requests: write
    steps:
      - name: Check out the default branch
        uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          # Where the change left its base is looked up.
          fetch-depth: 0
          # A private repository needs `true`: the head is fetched as git objects.
          persist-credentials: false
{}      - name: Publish
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
          RUN: ${{{{ github.event.workflow_run.id }}}}
        run: portcullis publish --from-run \"$RUN\" --verify
",
        install()
    )
}

/// The settings of pre-commit.
pub(super) fn pre_commit() -> String {
    format!(
        "\
repos:
  - repo: https://github.com/portcullis-gate/portcullis
    rev: v{}
    hooks:
      - id: portcullis-system
",
        env!("CARGO_PKG_VERSION")
    )
}

/// Who owns `*`: the last such line counts.
pub(super) fn owners_of_everything(code_owners: &str) -> Option<String> {
    let mut lines = code_owners.lines().filter_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        (words.next() == Some("*")).then(|| words.collect::<Vec<_>>().join(" "))
    });
    lines.next_back().filter(|owners| !owners.is_empty())
}

/// The file with the lines of the gate at its end, where they win.
pub(super) fn code_owners(before: &str, owners: &str) -> String {
    let mut text = before.to_owned();
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text.push_str("# Who may change what blocks a merge.\n");
    for path in ["/portcullis.yaml", "/.portcullis/", "/.github/CODEOWNERS"] {
        text.push_str(path);
        text.push(' ');
        text.push_str(owners);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_about_everything_names_the_owners() {
        assert_eq!(owners_of_everything("* @a\n*.md @b\n*  @c @d # both\n").as_deref(), Some("@c @d"));
        assert_eq!(owners_of_everything("*.md @b\n* # nobody\n"), None);
    }
}
