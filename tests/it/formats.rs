//! Every format of a run, and a stored result rendered again.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::repository::{Repository, finding_ids, project, run_in};
use crate::runner::Runner;

/// Every format `-f` takes.
const FORMATS: [&str; 11] =
    ["human", "short", "json", "jsonl", "sarif", "junit", "csv", "html", "markdown", "github", "baseline"];

const WORKFLOW: &str = "on: push\npermissions: {}\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: a/b@main\n";

#[test]
fn report_writes_every_format_of_a_stored_result_as_the_run_did() {
    let repository = Repository::new().file(".github/workflows/ci.yml", WORKFLOW);
    let mut check = vec!["check".to_owned()];
    let mut report = vec!["report".to_owned(), "check.json".to_owned()];
    for format in FORMATS {
        check.extend(["-f".to_owned(), format!("{format}=check.{format}")]);
        report.extend(["-f".to_owned(), format!("{format}=report.{format}")]);
    }
    let run = |arguments: &[String]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = repository.run(&arguments);
        (answer.code, answer.stderr)
    };
    assert_eq!(run(&check), (1, String::new()));
    assert_eq!(run(&report), (0, String::new()));
    for format in FORMATS {
        let [first, again] = ["check", "report"]
            .map(|run| std::fs::read_to_string(repository.path().join(format!("{run}.{format}"))).unwrap());
        assert!(!first.is_empty(), "{format}");
        assert_eq!(first, again, "{format}");
    }
}

#[test]
fn what_is_no_result_is_a_usage_error_that_says_what_and_where() {
    let repository = Repository::new()
        .file("other.json", r#"{"schema": "portcullis.result/2", "verdict": 7}"#)
        .file("none.json", "{}")
        .file("broken.json", "{\"schema\": \"portcullis.result/1\",\n \"findings\": [")
        .file("wrong.json", "{\"schema\": \"portcullis.result/1\",\n \"verdict\": \"maybe\"}")
        .file("text.json", "hello\n");
    for (file, said) in [
        ("other.json", "its schema is `portcullis.result/2`, not `portcullis.result/1`"),
        ("none.json", "it has no `schema`"),
        ("broken.json", "line 2"),
        ("wrong.json", "unknown variant `maybe`"),
        ("text.json", "line 1 column 1"),
        ("absent.json", "absent.json"),
    ] {
        let answer = repository.run(&["report", file, "-f", "sarif=out.sarif"]);
        assert_eq!(answer.code, 2, "{file}: {}", answer.stderr);
        assert!(answer.stderr.contains(file) && answer.stderr.contains(said), "{file}: {}", answer.stderr);
        assert!(!repository.path().join("out.sarif").exists());
    }
}

/// What a finding is, apart from who reported it: text, place and weight.
fn essence(finding: &Value) -> (String, String, String, String, [u64; 4], bool) {
    let place = &finding["locations"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let number = |name: &str| place[name].as_u64().unwrap_or_default();
    (
        text(&finding["id"]),
        format!("{} {} {}", text(&finding["kind"]), text(&finding["severity"]), text(&finding["package"]["purl"])),
        text(&finding["message"]),
        text(&place["path"]),
        [number("start_line"), number("start_col"), number("end_line"), number("end_col")],
        matches!(finding["state"].as_str(), Some("suppressed" | "excepted" | "excluded" | "not_affected" | "fixed")),
    )
}

/// Findings a SARIF file holds, by their essence.
fn essences(document: &Value) -> Vec<(String, String, String, String, [u64; 4], bool)> {
    let findings = document["findings"].as_array().unwrap();
    let is_written = |finding: &&Value| {
        let open = matches!(finding["state"].as_str(), Some("open" | "review" | "under_investigation"));
        !(open && finding["level"] == "off") && finding["state"] != "absent"
    };
    // Findings about the gate itself are made by each run anew.
    let of_gate = |finding: &&Value| {
        finding["id"].as_str().is_some_and(|id| id.starts_with("policy/") || id.starts_with("gate/"))
    };
    let mut essences: Vec<_> = findings.iter().filter(is_written).filter(|it| !of_gate(it)).map(essence).collect();
    essences.sort();
    essences
}

#[test]
fn our_own_reader_finds_the_same_in_our_sarif() {
    let place = tempfile::tempdir().unwrap();
    let sarif = place.path().join("out.sarif");
    let to_file = format!("sarif={}", sarif.display());
    let first = run_in(&project(), &["check", "-C", "fixtures/shop", "-f", "json", "-f", &to_file], &[]).document();
    // A copy without policy, reports and checks of its own would lose the lines; the same tree is read through a policy
    // that looks at nothing but the file.
    let repository = Repository::with_policy("levels: { unknown: warn }\n");
    copy(&project().join("fixtures/shop"), repository.path());
    std::fs::write(repository.path().join("portcullis.yaml"), "version: 1\n").unwrap();
    std::fs::copy(&sarif, repository.path().join("only.sarif")).unwrap();
    let again = repository.run(&["check", "-f", "json", "--report", "sarif=only.sarif", "only.sarif"]).document();
    let again_essences = essences(&again);
    for essence in essences(&first) {
        // A finding outside every file stands at its report, because GitHub refuses results without a place.
        let found = again_essences.iter().any(|other| {
            let same_place = other.3 == essence.3 || essence.3.is_empty();
            (&other.0, &other.1, &other.2, other.5) == (&essence.0, &essence.1, &essence.2, essence.5)
                && same_place
                && (other.4 == essence.4 || essence.3.is_empty())
        });
        assert!(found, "lost: {essence:?}\nthere are: {again_essences:#?}");
    }
    assert_eq!(again_essences.len(), essences(&first).len());
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_secret_is_in_no_format() {
    let secret = ["ghp", "_", "x7Rk2LmQ9vTz4WcY8bNf3HjD6sPa1GuE5oXi"].concat();
    let repository = Repository::new().file("app.py", format!("token = \"{secret}\"\n")).file(
        ".github/workflows/ci.yml",
        format!("on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: a/b@main # {secret}\n      - run: echo {secret} ${{{{ github.event.issue.title }}}}\n"),
    );
    for format in FORMATS {
        let runner = Runner::new();
        for variables in [vec![], runner.variables()] {
            let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = repository.run_with(&["check", "-f", format], &variables);
            assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
            let all = answer.stdout + &answer.stderr + &runner.summary() + &runner.output_file();
            assert!(!all.is_empty() && !all.contains(&secret), "{format}: {all}");
        }
    }
}

#[test]
fn a_run_in_actions_leaves_summary_annotations_and_outputs() {
    let runner = Runner::new();
    let repository = Repository::new().file(".github/workflows/ci.yml", WORKFLOW);
    let variables = runner.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = repository.run_with(&["check", "-f", "human", "-f", "json=result.json"], &variables);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(runner.summary().starts_with("### ❌ Fail: "), "{}", runner.summary());
    let outputs = runner.outputs();
    for (name, value) in [
        ("verdict", "fail"),
        ("exit-code", "1"),
        ("result-file", "result.json"),
        ("policy-changed", "false"),
        ("delivered", "human,json,summary,annotations"),
    ] {
        assert_eq!(outputs.get(name).map(String::as_str), Some(value), "{outputs:?}");
    }
    let commands = Runner::commands(&answer.stdout);
    assert!(
        commands.iter().all(|command| ["error", "warning", "notice"].contains(&command.name.as_str())),
        "{commands:?}"
    );
    let marked: Vec<_> = commands.iter().filter_map(|command| command.properties.get("file")).collect();
    assert!(marked.iter().any(|file| *file == ".github/workflows/ci.yml"), "{commands:?}");
    let off = repository.run_with(&["check", "--annotations", "false", "--summary", "false"], &variables);
    assert!(Runner::commands(&off.stdout).is_empty());
}

#[test]
fn outside_of_actions_nothing_is_told() {
    let runner = Runner::new();
    let variables: Vec<_> = runner.variables().into_iter().filter(|(name, _)| *name != "GITHUB_ACTIONS").collect();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = Repository::new().file(".github/workflows/ci.yml", WORKFLOW).run_with(&["check"], &variables);
    assert!(
        Runner::commands(&answer.stdout).is_empty() && runner.summary().is_empty() && runner.output_file().is_empty()
    );
}

#[test]
fn json_on_standard_output_stays_json_in_actions() {
    let runner = Runner::new();
    let variables = runner.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let repository = Repository::new().file(".github/workflows/ci.yml", WORKFLOW);
    let answer = repository.run_with(&["check", "-f", "json"], &variables);
    assert!(finding_ids(&answer.document()).contains(&"gha/unpinned-uses"));
    assert!(!Runner::commands(&answer.stderr).is_empty(), "{}", answer.stderr);
}

#[test]
fn a_summary_file_that_is_nearly_full_gets_nothing_that_would_lose_it() {
    let runner = Runner::new();
    std::fs::write(runner.summary_path(), "x".repeat(999_990)).unwrap();
    let variables = runner.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Repository::new().file(".github/workflows/ci.yml", WORKFLOW).run_with(&["check"], &variables);
    assert_eq!(runner.summary().len(), 999_990);
}

/// File names and texts that speak to the runner (spec/github-ux.md 19.6): only our own commands are seen.
#[test]
fn the_runner_sees_no_command_but_ours() {
    let attacks = [
        "##[error]owned",
        "::stop-commands::token",
        "::error file=a::owned",
        "x ##[group]y",
        "%0A::error::x",
        "\r::warning::x",
        "\u{202e}::debug::x",
        "${{ '::add-mask::x' }}",
    ];
    let mut repository = Repository::new().file(".github/workflows/ci.yml", WORKFLOW);
    for (index, attack) in attacks.iter().enumerate() {
        let report = serde_json::json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": attack, "rules": []}}, "results": [{
            "ruleId": format!("{attack}"), "level": "error", "message": {"text": format!("{attack}\n{attack}")},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": format!("src/{index}{attack}.c")}, "region": {"startLine": 1}}}]
        }]}]});
        repository = repository.file(&format!("out/{index}.sarif"), report.to_string());
    }
    let reports: Vec<String> = (0..attacks.len()).map(|index| format!("out/{index}.sarif")).collect();
    for format in FORMATS {
        let runner = Runner::new();
        let variables = runner.variables();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut arguments = vec!["check", "-f", format];
        for report in &reports {
            arguments.extend(["--report", report.as_str()]);
        }
        let answer = repository.run_with(&arguments, &variables);
        assert!(matches!(answer.code, 1 | 2), "{format}: {}", answer.stderr);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for stream in [&answer.stdout, &answer.stderr] {
            for command in Runner::commands(stream) {
                *seen.entry(command.name).or_default() += 1;
            }
        }
        let is_ours = |name: &String| ["error", "warning", "notice"].contains(&name.as_str());
        assert!(seen.keys().all(is_ours) && seen.values().all(|count| *count <= 10), "{format}: {seen:?}");
        assert_eq!(runner.outputs().get("verdict").map(String::as_str), Some("fail"), "{format}");
        assert_eq!(runner.outputs().len(), 12, "{format}: {:?}", runner.outputs());
    }
}

#[test]
fn a_page_in_the_log_gives_no_command_and_as_a_file_it_is_told_to_later_steps() {
    let runner = Runner::new();
    let variables = runner.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let workflow = WORKFLOW.replace("a/b@main", "a/b@##[error]::error::owned");
    let repository = Repository::new().file(".github/workflows/ci.yml", &workflow);
    let answer = repository.run_with(&["check", "-f", "html", "-f", "html=page.html"], &variables);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    let commands = Runner::commands(&answer.stdout);
    assert!(commands.is_empty(), "{commands:?}");
    assert_eq!(runner.outputs().get("html-file").map(String::as_str), Some("page.html"));
    let page = std::fs::read_to_string(repository.path().join("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    // What the log does to a page stays outside of style and script: their hashes hold there too.
    let head = page.find("<body>").unwrap();
    assert_eq!(answer.stdout.get(..head), page.get(..head));
}
