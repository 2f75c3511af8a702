//! What people let a change do to its own gate: an earlier state of it, and exceptions somebody has approved.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use portcullis_github::{CiContext, Steering as Source};
use portcullis_model::{Diagnostic, PolicySource, Tree};
use portcullis_source::POLICY_FILES;

use super::gate_files::{is_exception_file, is_gate_file, is_named};
use super::plan::Plan;
use super::trust::{Gate, of_tree, start, with_exceptions_of};
use super::{Refusal, Request, base};

/// `--policy-ref` stands in a workflow that the change may have written: an earlier state of the gate may only be tighter.
pub(super) fn refuse_looser_reference(
    request: &Request,
    plan: &Plan,
    id: &str,
    earlier: &dyn Tree,
    gate: &Gate,
) -> Result<(), Refusal> {
    let (Some(reference), true) = (&request.policy_ref, plan.ci.judges_change()) else { return Ok(()) };
    let Source::BaseCommit(base) = plan.ci.steering() else { return Ok(()) };
    if base.eq_ignore_ascii_case(id) {
        return Ok(());
    }
    let refused = |why: &str| {
        Refusal::Usage(format!("`--policy-ref {reference}` would not tighten the gate of the base commit: {why}"))
    };
    let base = base::tree(request, &plan.repository, &base).map_err(|why| refused(&why))?;
    let of_base = of_tree(request, &*base)?;
    if let Some(change) = portcullis_policy::loosened(&of_base.policy, &gate.policy, &gate.registry).first() {
        return Err(refused(&format!("`{}` is looser or other there", change.key)));
    }
    // Policy and exceptions were compared as what they say; of every other file that steers nobody can tell which is looser.
    let steers = |path: &str| is_gate_file(path) || is_named(&of_base.policy, path) || is_named(&gate.policy, path);
    let elsewhere = |path: &str| !POLICY_FILES.contains(&path) && !is_exception_file(path) && steers(path);
    match base::differing_files(earlier, &*base, elsewhere) {
        Ok(differing) => match differing.first() {
            Some(path) => Err(refused(&format!("`{path}` differs there"))),
            None => Ok(()),
        },
        Err(why) => Err(refused(&why)),
    }
}

/// `--now` too: on an earlier day an exception that has ended would still count.
pub(super) fn refuse_earlier_day(request: &Request, ci: &CiContext) -> Result<(), Refusal> {
    let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date();
    match ci.updated_at.map(day).filter(|_| request.now_is_given && ci.judges_change()) {
        Some(event) if day(request.now) < event => Err(Refusal::Usage(format!(
            "`--now {}` lies before the event, which is of {event}: a change is not judged as of an earlier day",
            day(request.now)
        ))),
        _ => Ok(()),
    }
}

/// Exceptions that stand only in the change count once somebody the base names has approved its head (spec/github-ux.md 10.3):
/// those of its files below `.portcullis/exceptions/` and of its policy file, by the rules the base has for exceptions.
pub(super) fn take_approved_exceptions(request: &Request, plan: &Plan, base: &dyn Tree, gate: &mut Gate) {
    if gate.info.source != PolicySource::Base || !gate.policy.takes_approved_exceptions() {
        return;
    }
    let (Some(source), Some(head)) = (&request.reviews, plan.ci.context.head_sha.as_deref()) else { return };
    let warn = |gate: &mut Gate, message| {
        gate.warnings.push(Diagnostic::warning("policy/exceptions-approved", message, start()));
    };
    let reviews = match source.reviews() {
        Ok(reviews) => reviews,
        Err(why) => {
            let so = "no exception of this change counts (trust.exceptions_from_head)";
            return warn(gate, format!("the reviews of the pull request cannot be read, {so}: {why}"));
        }
    };
    let Some(approver) = gate.policy.approver(head, &reviews) else { return };
    let message = match with_exceptions_of(request, base, &*plan.subject) {
        Ok(with_theirs) => {
            gate.policy = with_theirs.policy;
            gate.policy.digest().clone_into(&mut gate.info.digest);
            format!("{approver} has approved this commit: its exceptions count (trust.exceptions_from_head)")
        }
        Err(refusal) => {
            let why = match refusal {
                Refusal::Usage(why) => why,
                Refusal::Policy(errors) => errors.into_iter().map(|error| error.message).next().unwrap_or_default(),
            };
            format!("the exceptions of this change are approved and cannot be used: {why}")
        }
    };
    warn(gate, message);
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;
    use std::sync::Arc;

    use jiff::Timestamp;
    use portcullis_model::ExceptionState;
    use portcullis_policy::{Review, ReviewState, Reviews};

    use super::super::plan::ReviewSource;
    use super::super::{Answer, Judged, judge};
    use super::*;

    const POLICY: &str = "version: 1\nworkflows: { levels: { high: fail } }\ntrust: { exceptions_from_head: approved, approvers: [lead] }\nexception_policy: { max_days: 60 }\n";

    #[derive(Debug)]
    struct Told(Reviews);

    impl ReviewSource for Told {
        fn reviews(&self) -> Result<Reviews, String> {
            Ok(self.0.clone())
        }
    }

    fn git(directory: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(directory: &Path, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        git(directory, &["add", "--all"]);
        git(directory, &["commit", "--quiet", "-m", "state"]);
        git(directory, &["rev-parse", "HEAD"])
    }

    const WORKFLOW: &str =
        "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@main\n";

    fn exception(expires: &str) -> String {
        format!(
            "exceptions:\n  - id: EX-1\n    rules: [gha/unpinned-uses]\n    paths: [.github/workflows/ci.yml]\n    reason: until the fork is gone\n    owner: '@me'\n    created: 2026-11-20\n    expires: {expires}\n"
        )
    }

    /// A pull request with a fault and a file with an exception for it, reviewed by somebody.
    fn reviewed(expires: &str, user: &str) -> Judged {
        let file = format!("version: 1\nkind: exceptions\n{}", exception(expires));
        reviewed_with((".portcullis/exceptions/mine.yaml", &file), user)
    }

    /// A pull request with a fault and this file, reviewed by somebody.
    fn reviewed_with(file: (&str, &str), user: &str) -> Judged {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        git(root, &["init", "--quiet"]);
        let base = commit(root, &[("portcullis.yaml", POLICY)]);
        let head = commit(root, &[file, (".github/workflows/ci.yml", WORKFLOW)]);
        let event = tempfile::NamedTempFile::new().unwrap();
        let repo = r#"{"full_name":"acme/shop"}"#;
        let payload = format!(
            r#"{{"number":7,"pull_request":{{"head":{{"sha":"{head}","repo":{repo}}},"base":{{"sha":"{base}","repo":{repo}}}}},"repository":{repo}}}"#
        );
        std::fs::write(event.path(), payload).unwrap();
        let mut request = Request::of_test(root);
        request.environment = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", event.path().to_str().unwrap()),
            ("GITHUB_SHA", &head),
            ("GITHUB_REPOSITORY", "acme/shop"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let approval = Review {
            user: user.to_owned(),
            state: ReviewState::Approved,
            commit_id: head,
            submitted_at: Timestamp::UNIX_EPOCH,
        };
        request.reviews = Some(Arc::new(Told(Reviews { author: Some("author".to_owned()), reviews: vec![approval] })));
        match judge(&request).unwrap() {
            Answer::Judged(judged) => *judged,
            Answer::Idle(why) => panic!("{why}"),
        }
    }

    fn state(judged: &Judged) -> Option<ExceptionState> {
        judged.outcome.exceptions.iter().find(|row| row.id == "EX-1").map(|row| row.state)
    }

    #[test]
    fn an_exception_of_the_change_counts_once_somebody_listed_has_approved_its_head() {
        let approved = reviewed("2026-12-20", "lead");
        assert_eq!((approved.outcome.counts.fail, approved.outcome.counts.excepted), (0, 1));
        assert_eq!(state(&approved), Some(ExceptionState::Active));
        let by_a_stranger = reviewed("2026-12-20", "somebody");
        assert_eq!((by_a_stranger.outcome.counts.fail, by_a_stranger.outcome.counts.excepted), (1, 0));
        assert_eq!(state(&by_a_stranger), Some(ExceptionState::Proposed));
    }

    #[test]
    fn an_approved_exception_of_the_policy_file_counts_and_nothing_else_of_it_does() {
        let policy = |expires| format!("{}{}", POLICY.replace("high: fail", "high: log"), exception(expires));
        let file = |text: &str| reviewed_with(("portcullis.yaml", text), "lead");
        let approved = file(&policy("2026-12-20"));
        assert_eq!((approved.outcome.counts.fail, approved.outcome.counts.excepted), (0, 1));
        assert_eq!(state(&approved), Some(ExceptionState::Active));
        let row = approved.outcome.exceptions.iter().find(|row| row.id == "EX-1").unwrap();
        assert_eq!((&*row.origin.layer, row.origin.line), ("portcullis.yaml", Some(6)));
        // Without one the levels of the base are all there is.
        assert_eq!(file(&POLICY.replace("high: fail", "high: log")).outcome.counts.fail, 1);
        assert_eq!(file(&policy("2027-03-01")).outcome.counts.fail, 1, "longer than the base allows");
        let by_a_stranger = reviewed_with(("portcullis.yaml", &policy("2026-12-20")), "somebody");
        assert_eq!((by_a_stranger.outcome.counts.fail, by_a_stranger.outcome.counts.excepted), (1, 0));
    }

    #[test]
    fn an_approved_exception_obeys_the_rules_the_base_has_for_exceptions() {
        let too_long = reviewed("2027-03-01", "lead");
        assert_eq!((too_long.outcome.counts.fail, too_long.outcome.counts.excepted), (1, 0));
        assert!(too_long.warnings.iter().any(|warning| warning.message.contains("cannot be used")));
    }
}
