//! `publish --verify`: a bundle is written by the change it is about, and what the checks say is found out again.

use serde_json::{Value, json};

use crate::github::{Publish, PullRequest, Server, WORKFLOW, bundle_of, publish_from};
use crate::repository::{Answer, Repository};
use crate::runner::Runner;

const POLICY: &str =
    "version: 1\nworkflows: { levels: { high: fail } }\nmisconfigurations: { levels: { high: fail } }\n";
const PATH: &str = ".github/workflows/ci.yml";
/// A report of another scanner, as SARIF.
const SARIF: &str = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lintern","rules":[{"id":"L1",
"shortDescription":{"text":"odd"},"properties":{"security-severity":"8.0"}}]}},"results":[{"ruleId":"L1","level":"error",
"message":{"text":"an odd thing"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.txt"},
"region":{"startLine":1}}}]}]}]}"#;

/// A clone that has the base checked out, as the job that may write has, and gets everything else from where it was cloned.
fn clone_of_base(pull: &PullRequest) -> Repository {
    let clone = Repository::new();
    clone.git(&["init", "--quiet"]);
    clone.git(&["remote", "add", "origin", pull.repository.path().to_str().unwrap()]);
    clone.git(&["fetch", "--quiet", "--depth=1", "origin", &pull.base]);
    clone.git(&["checkout", "--quiet", "--detach", &pull.base]);
    clone
}

/// A pull request of a fork with a fault a check finds, and one that only a report tells.
fn bundled() -> (PullRequest, String) {
    let pull = PullRequest::with(POLICY, &[(PATH, WORKFLOW), ("a.txt", "a\n")]);
    let report = pull.outside.path().join("lintern.sarif");
    std::fs::write(&report, SARIF).unwrap();
    let report = report.display().to_string();
    bundle_of(pull, &["--report", &report])
}

/// Changes what the bundle says.
fn rewrite(directory: &str, change: impl FnOnce(&mut Value)) {
    let path = std::path::Path::new(directory).join("result.json");
    let mut result: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut result);
    std::fs::write(&path, result.to_string()).unwrap();
}

/// What the job that may write says, in a clone of its own.
fn verified(pull: &PullRequest, directory: &str, more: &[&str]) -> (Answer, Server, Repository) {
    let (server, clone) = (Server::new(), clone_of_base(pull));
    let mut arguments = vec![directory, "--verify"];
    arguments.extend(more);
    let answer = publish_from(&clone, pull, &arguments, &server);
    (answer, server, clone)
}

#[test]
fn a_bundle_that_tells_the_truth_has_a_verdict_and_only_what_reports_say_is_marked() {
    let (pull, directory) = bundled();
    let (answer, server, clone) = verified(&pull, &directory, &[]);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("\n### ❌ Fail: 2 "), "{body}");
    assert!(body.contains("evaluated again by this repository's code"), "{body}");
    let row = |id: &str| body.lines().find(|line| line.starts_with("| 🟧") && line.contains(id)).unwrap_or_default();
    assert!(row("L1").contains("*(unverified)*"), "{body}");
    assert!(
        row("gha/unpinned-uses").contains("ci.yml:7") && !row("gha/unpinned-uses").contains("unverified"),
        "{body}"
    );
    assert!(!answer.stdout.contains("of the built-in checks"), "{}", answer.stdout);
    assert!(
        !clone.path().join(PATH).exists() && clone.git(&["rev-parse", "HEAD"]) == pull.base,
        "nothing is checked out"
    );
}

#[test]
fn a_finding_that_a_bundle_leaves_out_is_found_again() {
    let (pull, directory) = bundled();
    rewrite(&directory, |result| {
        result["findings"] = json!([]);
        result["verdict"] = json!("pass");
        result["counts"] = json!({});
        result["reasons"] = json!([]);
    });
    let (answer, server, _) = verified(&pull, &directory, &["--check-run", "on"]);
    let body = server.bodies().pop().unwrap_or_else(|| panic!("{}{}", answer.stdout, answer.stderr));
    assert!(body.contains("### ❌ Fail: 1 new blocking finding\n") && body.contains("gha/unpinned-uses"), "{body}");
    assert!(answer.stdout.contains("::notice::the bundle leaves out 1 finding"), "{}", answer.stdout);
    let runs = server.state.lock().unwrap().check_runs.clone();
    assert_eq!((runs.len(), &runs[0]["conclusion"], &runs[0]["head_sha"]), (1, &json!("failure"), &json!(pull.head)));
    assert_eq!(runs[0]["external_id"].as_str().map(|id| id.starts_with("portcullis:555:1:")), Some(true), "{runs:?}");
}

#[test]
fn what_a_bundle_claims_in_the_name_of_a_check_or_says_to_hide_its_finding_does_not_count() {
    let (pull, directory) = bundled();
    rewrite(&directory, |result| {
        let findings = result["findings"].as_array_mut().unwrap();
        let own = findings.iter().position(|finding| finding["id"] == "gha/unpinned-uses").unwrap();
        // As if a report had said the same, and somebody had accepted it.
        let mut hiding = findings[own].clone();
        hiding["sources"] = json!([{"tool": "x", "report": "x.json"}]);
        hiding["state"] = json!("suppressed");
        hiding["severity"] = json!("info");
        let mut made_up = findings[own].clone();
        made_up["fingerprint"] = json!("v1:0000000000000000000000000000000f");
        made_up["rule_id"] = json!("gha/template-injection");
        made_up["id"] = json!("gha/template-injection");
        findings[own] = hiding;
        findings.push(made_up);
    });
    let (answer, server, _) = verified(&pull, &directory, &[]);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("gha/unpinned-uses") && !body.contains("template-injection"), "{body}");
    assert!(body.contains("\n### ❌ Fail: 2 "), "the finding of the check and that of the report: {body}");
    assert!(answer.stdout.contains("::notice::the bundle claims 1 finding"), "{}", answer.stdout);
}

#[test]
fn the_policy_of_the_base_decides_and_not_that_of_the_head() {
    let silenced = "version: 1\nrules: { gha/unpinned-uses: off }\n";
    let pull = PullRequest::with(POLICY, &[(PATH, WORKFLOW), ("portcullis.yaml", silenced)]);
    let (pull, directory) = bundle_of(pull, &[]);
    let (_, server, _) = verified(&pull, &directory, &[]);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("### ❌ Fail: 1 new blocking finding\n"), "{body}");
    assert!(body.contains("would stop blocking"), "{body}");
    assert!(body.contains(&format!("policy `{}` from `main`", &pull.base[..7])), "{body}");
}

#[test]
fn without_the_objects_of_the_head_nothing_counts_as_verified() {
    let (pull, directory) = bundled();
    let (server, clone) = (Server::new(), clone_of_base(&pull));
    clone.git(&["remote", "set-url", "origin", "/nonexistent"]);
    let answer = publish_from(&clone, &pull, &[&directory, "--verify", "--check-run=on"], &server);
    assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains("incomplete: pull request 7 is not verified: "), "{}", answer.stderr);
    assert!(answer.stderr.contains(&pull.head), "{}", answer.stderr);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("### ℹ️ Reported") && body.contains("not verified by this repository's code."), "{body}");
    assert!(server.state.lock().unwrap().check_runs.is_empty());
    assert!(answer.stdout.contains("nothing was verified"), "{}", answer.stdout);
}

#[test]
fn a_check_run_is_refused_for_what_nobody_verifies() {
    let (pull, directory) = bundled();
    let server = Server::new();
    let answer = publish_from(&pull.repository, &pull, &[&directory, "--check-run", "on"], &server);
    assert_eq!((answer.code, server.bodies().len()), (2, 0), "{}", answer.stderr);
    assert!(answer.stderr.contains("`--check-run on` needs `--verify`"), "{}", answer.stderr);
}

#[test]
fn a_report_the_base_requires_is_missed_in_a_bundle_that_left_it_out() {
    let policy = "version: 1\nworkflows: { levels: { high: fail } }\nreports: [{ name: deps, path: trivy.json, required: true }]\n";
    let pull = PullRequest::with(policy, &[(PATH, WORKFLOW)]);
    let (pull, directory) = bundle_of(pull, &[]);
    rewrite(&directory, |result| {
        result["problems"] = json!([]);
        result["reports"] = json!([]);
    });
    let (_, server, _) = verified(&pull, &directory, &[]);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("1 thing could not be judged") && body.contains("report `deps` was not read"), "{body}");
}

#[test]
fn the_head_checked_out_beside_the_rights_of_the_base_is_warned_of() {
    let (pull, directory) = bundled();
    let answer = publish_from(&pull.repository, &pull, &[&directory, "--verify"], &Server::new());
    assert!(answer.stdout.contains("::notice::DANGER: the head of the pull request"), "{}", answer.stdout);
}

/// A report of the same scanner about the base: with this result and one that the change has mended.
fn report_of_base(pull: &PullRequest, rule: &str) -> String {
    let path = pull.outside.path().join("base.sarif");
    let report = SARIF.replace("\"L1\"", &format!("\"{rule}\""));
    std::fs::write(&path, report).unwrap();
    format!("lintern={}", path.display())
}

#[test]
fn a_report_of_the_base_says_what_is_new_of_what_a_bundle_tells() {
    let (pull, directory) = bundled();
    let had = report_of_base(&pull, "L1");
    let (answer, server, _) = verified(&pull, &directory, &["--baseline-report", &had]);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("### ❌ Fail: 1 new blocking finding\n"), "{body}");
    assert!(body.contains("**1 new**, 1 already on `main`"), "{body}");

    let had_another = report_of_base(&pull, "L2");
    let (_, server, _) = verified(&pull, &directory, &["--baseline-report", &had_another]);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("### ❌ Fail: 2 new blocking findings\n"), "{body}");
    assert!(body.contains("**2 new**, 1 fixed"), "{body}");
}

#[test]
fn what_a_bundle_says_of_the_base_does_not_count_where_its_report_is_there() {
    let (pull, directory) = bundled();
    rewrite(&directory, |result| {
        for finding in result["findings"].as_array_mut().unwrap() {
            finding["introduced"] = json!("existing");
        }
    });
    let had_another = report_of_base(&pull, "L2");
    let (_, server, _) = verified(&pull, &directory, &["--baseline-report", &had_another]);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("**2 new**, 1 fixed"), "{body}");
}

#[test]
fn a_report_of_the_base_that_is_no_report_is_told_and_everything_stays_as_it_was_told() {
    let (pull, directory) = bundled();
    let (answer, server, _) = verified(&pull, &directory, &["--baseline-report", "lintern=nowhere.sarif"]);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    let body = server.bodies().pop().unwrap();
    assert!(body.contains("the report of the base `nowhere.sarif` is not used"), "{body}");
    assert!(body.contains("### ❌ Fail: 2 "), "{body}");
}

#[test]
fn a_report_of_the_base_is_refused_where_nothing_is_verified() {
    let (pull, directory) = bundled();
    let server = Server::new();
    let answer = publish_from(&pull.repository, &pull, &[&directory, "--baseline-report", "a.sarif"], &server);
    assert_eq!((answer.code, server.bodies().len()), (2, 0), "{}", answer.stderr);
    assert!(answer.stderr.contains("`--baseline-report` needs `--verify`"), "{}", answer.stderr);
}

/// The same head is to be merged into a second branch, whose policy is another one.
fn with_second_branch(pull: &PullRequest, policy: &str) -> String {
    let repository = &pull.repository;
    repository.git(&["checkout", "--quiet", "--detach", &pull.base]);
    repository.write("portcullis.yaml", policy);
    let base = repository.commit();
    repository.git(&["checkout", "--quiet", "--detach", &pull.head]);
    base
}

#[test]
fn pull_requests_of_one_head_have_a_comment_each_and_one_check_run_with_the_worst_verdict() {
    let lax = "version: 1\nrules: { gha/unpinned-uses: off }\n";
    // Whether the one that fails is told first or last.
    for (first, second, worst, other) in [(POLICY, lax, 7, 8), (lax, POLICY, 8, 7)] {
        let pull = PullRequest::with(first, &[(PATH, WORKFLOW)]);
        let directory = pull.outside.path().join("portcullis-bundle").display().to_string();
        pull.run(&["--bundle", &directory, "--comment", "off"], &Server::new(), &Runner::new(), &[]);
        let (server, clone) = (Server::new(), clone_of_base(&pull));
        let release = with_second_branch(&pull, second);
        server.state.lock().unwrap().others = vec![(8, "release", release)];
        let arguments = [directory.as_str(), "--verify", "--check-run", "on", "--comment-when", "always"];
        let answer = publish_from(&clone, &pull, &arguments, &server);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
        let state = server.state.lock().unwrap();
        let (of_worst, of_other) = (state.bodies_of(worst), state.bodies_of(other));
        assert_eq!((of_worst.len(), of_other.len()), (1, 1), "{}{}", answer.stdout, answer.stderr);
        assert!(of_worst[0].contains("### ❌ Fail: 1 new blocking finding\n"), "{}", of_worst[0]);
        assert!(of_other[0].contains("### ✅ Pass"), "{}", of_other[0]);
        let runs = &state.check_runs;
        assert_eq!(
            (runs.len(), &runs[0]["conclusion"], &runs[0]["head_sha"]),
            (1, &json!("failure"), &json!(pull.head))
        );
        let summary = runs[0]["output"]["summary"].as_str().unwrap();
        let (of_seven, of_eight) = if worst == 7 { ("fail", "pass") } else { ("pass", "fail") };
        let preface = format!("pull requests 7 ({of_seven}), 8 ({of_eight}). What follows is said of {worst}.\n\n");
        assert!(summary.starts_with(&format!("This commit is the head of the {preface}")), "{summary}");
    }
}

#[test]
fn a_head_of_which_one_pull_request_cannot_be_verified_gets_no_check_run() {
    let (pull, directory) = bundled();
    let (server, clone) = (Server::new(), clone_of_base(&pull));
    server.state.lock().unwrap().others = vec![(8, "release", "c".repeat(40))];
    let answer = publish_from(&clone, &pull, &[&directory, "--verify", "--check-run", "on"], &server);
    assert_eq!(answer.code, 3, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stdout.contains("not every pull request was verified"), "{}", answer.stdout);
    let state = server.state.lock().unwrap();
    assert!(state.check_runs.is_empty());
    assert!(state.bodies_of(7)[0].contains("### ❌ Fail: 2 "), "{:?}", state.bodies_of(7));
    assert!(state.bodies_of(8)[0].contains("### ℹ️ Reported"), "{:?}", state.bodies_of(8));
}

#[test]
fn every_pull_request_the_event_names_is_told_and_those_of_other_repositories_are_not() {
    let (pull, directory) = bundled();
    let (server, clone) = (Server::new(), clone_of_base(&pull));
    server.state.lock().unwrap().others = vec![(8, "release", pull.base.clone())];
    let named = json!([{"number": 99}, {"number": 7}, {"number": 8}, {"number": 7}]);
    let job = Publish { named, runner: &Runner::new() };
    let answer = job.run(&clone, &pull, &[&directory, "--verify"], &server);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    let state = server.state.lock().unwrap();
    assert_eq!((state.bodies_of(7).len(), state.bodies_of(8).len(), state.bodies_of(99).len()), (1, 1, 0));
}

/// What a bundle is posted as for a change that leaves a fault alone, which its base has mended since; the clone has all of
/// the history, or the tip alone.
fn after_the_base_has_mended_it(fetch: &[&str]) -> String {
    let mut pull = PullRequest::with(POLICY, &[(PATH, WORKFLOW)]);
    let (repository, left) = (&pull.repository, pull.head.clone());
    repository.write("a.txt", "a\n");
    pull.head = repository.commit();
    repository.git(&["checkout", "--quiet", "--detach", &left]);
    repository.write(PATH, WORKFLOW.replace("uses: acme/build@main", "run: make"));
    pull.base = repository.commit();
    pull.write_event(&pull.base);
    repository.git(&["checkout", "--quiet", "--detach", &pull.head]);
    let directory = pull.outside.path().join("portcullis-bundle").display().to_string();
    pull.run(&["--bundle", &directory, "--comment", "off"], &Server::new(), &Runner::new(), &[]);
    let (server, clone) = (Server::new(), Repository::new());
    clone.git(&["init", "--quiet"]);
    clone.git(&["remote", "add", "origin", &format!("file://{}", repository.path().display())]);
    clone.git(&[&["fetch", "--quiet"], fetch, &["origin", &pull.base]].concat());
    clone.git(&["checkout", "--quiet", "--detach", &pull.base]);
    publish_from(&clone, &pull, &[&directory, "--verify", "--comment-when", "always"], &server);
    server.bodies().pop().unwrap()
}

#[test]
fn what_the_base_has_mended_since_is_not_charged_to_the_change_where_the_clone_has_the_history() {
    let body = after_the_base_has_mended_it(&[]);
    assert!(body.contains("### ✅ Pass") && body.contains("1 already on `main`"), "{body}");
    // Where it has not, nobody can tell, and everything that differs from the base counts.
    let body = after_the_base_has_mended_it(&["--depth=1"]);
    assert!(body.contains("### ❌ Fail: 1 new blocking finding\n"), "{body}");
}

#[test]
fn what_a_run_has_said_itself_is_not_said_again_for_it() {
    let (pull, server) = (PullRequest::with(POLICY, &[(PATH, WORKFLOW)]), Server::new());
    let directory = pull.outside.path().join("portcullis-bundle").display().to_string();
    let of_run = [("GITHUB_RUN_ID", "555"), ("GITHUB_RUN_ATTEMPT", "1")];
    pull.run(&["--bundle", &directory], &server, &Runner::new(), &of_run);
    let said = server.bodies();
    assert!(said.len() == 1 && said[0].contains("### ❌ Fail"), "{said:?}");
    let clone = clone_of_base(&pull);
    for more in [&[][..], &["--verify"]] {
        let arguments = [&[directory.as_str()], more].concat();
        let answer = publish_from(&clone, &pull, &arguments, &server);
        assert!(answer.stderr.contains("pull request 7: comment unchanged"), "{}{}", answer.stdout, answer.stderr);
        assert_eq!(server.bodies(), said);
    }
}

#[test]
fn what_was_verified_takes_the_place_of_what_was_claimed_and_not_the_other_way_round() {
    let (pull, directory) = bundled();
    let (_, server, clone) = verified(&pull, &directory, &[]);
    let verified = server.bodies();
    publish_from(&clone, &pull, &[&directory], &server);
    assert_eq!(server.bodies(), verified);
    let server = Server::new();
    publish_from(&clone, &pull, &[&directory], &server);
    assert!(server.bodies()[0].contains("### ℹ️ Reported"), "{:?}", server.bodies());
    publish_from(&clone, &pull, &[&directory, "--verify"], &server);
    assert_eq!(server.bodies().len(), 1);
    assert!(server.bodies()[0].contains("### ❌ Fail: 2 "), "{:?}", server.bodies());
}

#[test]
fn the_outputs_of_the_step_have_a_verdict_only_where_it_was_verified() {
    let (pull, directory) = bundled();
    let clone = clone_of_base(&pull);
    let outputs = |arguments: &[&str]| {
        let (runner, server) = (Runner::new(), Server::new());
        let job = Publish { named: json!([]), runner: &runner };
        job.run(&clone, &pull, &[&[directory.as_str()], arguments].concat(), &server);
        runner.outputs()
    };
    let claimed = outputs(&[]);
    assert_eq!((claimed["comment-action"].as_str(), claimed["exit-code"].as_str()), ("created", "0"));
    assert_eq!((claimed["comment-id"].as_str(), claimed["delivered"].as_str()), ("9000", "comment"));
    assert!(!claimed.contains_key("verdict") && !claimed.contains_key("fail"), "{claimed:?}");
    let verified = outputs(&["--verify", "--check-run", "on"]);
    assert_eq!((verified["verdict"].as_str(), verified["fail"].as_str()), ("fail", "2"));
    assert_eq!(verified["delivered"], "comment,check-run");
}

#[test]
fn a_check_run_of_a_gate_that_stops_nobody_is_neutral() {
    let (pull, directory) = bundled();
    let (_, server, _) = verified(&pull, &directory, &["--check-run", "on", "--exit-zero"]);
    assert_eq!(server.state.lock().unwrap().check_runs[0]["conclusion"], json!("neutral"));
}
