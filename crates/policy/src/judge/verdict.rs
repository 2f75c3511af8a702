//! Section 6 of spec/policy.md: the verdict, its reasons, the exit code.

use std::cmp::Reverse;

use portcullis_model::{CheckRun, Counts, Judged, Level, Problem, Reason, RunStatus, Section, Verdict, order};

use super::{Judgement, is_error, section_rank};
use crate::Policy;
use crate::policy::ReportOnly;

/// Problems and findings listed among the reasons; the rest is in the lists themselves.
const LISTED: usize = 20;

/// What the verdict is decided on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// C: checks that ran.
    pub checks_ran: u64,
    /// H: evidence that is missing.
    pub unjudged: u64,
    /// F: findings at `fail`.
    pub blocking: u64,
    /// W: findings at `warn`, and missing evidence the policy takes as a warning.
    pub warnings: u64,
    /// The policy does not let so many warnings pass.
    pub too_many_warnings: bool,
}

impl Tally {
    /// The table of spec/policy.md 6.
    pub const fn verdict(&self) -> Verdict {
        if self.blocking > 0 {
            return Verdict::Fail;
        }
        if self.checks_ran == 0 {
            return Verdict::Incomplete;
        }
        match (self.unjudged > 0, self.too_many_warnings, self.warnings > 0) {
            (_, true, _) => Verdict::Fail,
            (true, false, _) => Verdict::Incomplete,
            (false, false, true) => Verdict::Warn,
            (false, false, false) => Verdict::Pass,
        }
    }

    /// 0, 1 or 3. With `exit_zero` what blocks is taken out, what could not be judged is not.
    pub const fn exit_code(&self, exit_zero: bool) -> u8 {
        match self.verdict() {
            Verdict::Incomplete => 3,
            Verdict::Fail if !exit_zero => 1,
            Verdict::Fail if self.unjudged > 0 || self.checks_ran == 0 => 3,
            Verdict::Pass | Verdict::Warn | Verdict::Fail => 0,
        }
    }
}

/// Exit code of a judgement: 0 pass or warn, 1 fail, 3 incomplete (DESIGN ruling 3).
pub const fn exit_code(judgement: &Judgement, exit_zero: bool) -> u8 {
    judgement.tally.exit_code(exit_zero)
}

/// Counts what decides.
pub(super) fn tally(policy: &Policy, counts: &Counts, problems: &[Problem], runs: &[CheckRun]) -> Tally {
    let missing = problems.iter().filter(|problem| is_error(problem));
    let (forgiven, unjudged): (Vec<_>, Vec<_>) = missing.partition(|problem| is_forgiven(policy, problem));
    let warnings = counts.warn + number(forgiven.len());
    let over_limit = policy.verdict.max_warnings.as_ref().is_some_and(|limit| warnings > limit.value);
    Tally {
        checks_ran: number(runs.iter().filter(|run| run.status == RunStatus::Ran).count()),
        unjudged: number(unjudged.len()),
        blocking: counts.fail,
        warnings,
        too_many_warnings: over_limit || (policy.verdict.warnings_fail.value && warnings > 0),
    }
}

/// `verdict.on_incomplete: warn` speaks for these sections and never for the others.
fn is_forgiven(policy: &Policy, problem: &Problem) -> bool {
    let lenient = [Section::Quality, Section::Slo, Section::Alerts, Section::Repository];
    policy.verdict.incomplete_warns.value && problem.section.is_some_and(|section| lenient.contains(&section))
}

/// Why, of findings in the total order: the headline; then what could not be judged (secrets, vulnerabilities, rest); then the findings that count.
pub(super) fn reasons(
    verdict: Verdict,
    tally: &Tally,
    counts: &Counts,
    problems: &[Problem],
    findings: &[Judged],
    report_only: Option<&ReportOnly>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let held_back = report_only.and_then(|mode| would_fail(mode, findings));
    if verdict != Verdict::Warn || held_back.is_none() {
        reasons.extend(headline(verdict, tally, counts));
    }

    let mut missing: Vec<_> = problems.iter().filter(|problem| is_error(problem)).collect();
    missing.sort_by(|one, two| health_rank(one).cmp(&health_rank(two)).then_with(|| order::problems(one, two)));
    reasons.extend(missing.into_iter().take(LISTED).map(|problem| Reason {
        code: problem.code.as_str().to_owned(),
        text: problem.message.clone(),
        tool: problem.report.clone(),
    }));
    reasons.extend(held_back);

    let least = if verdict == Verdict::Fail && tally.blocking > 0 { Level::Fail } else { Level::Warn };
    let decides = |judged: &&Judged| judged.is_open() && judged.level >= least;
    // The findings are in order: of those of one rank the earlier comes first.
    let mut counting: Vec<_> =
        findings.iter().filter(decides).enumerate().map(|(at, judged)| (rank(judged), at, judged)).collect();
    let order = |(one, earlier, _): &Ranked<'_>, (two, later, _): &Ranked<'_>| (one, earlier).cmp(&(two, later));
    // A hundred thousand findings are not sorted for the sake of twenty.
    if counting.len() > LISTED {
        counting.select_nth_unstable_by(LISTED, order);
        counting.truncate(LISTED);
    }
    counting.sort_by(order);
    reasons.extend(counting.into_iter().map(|(_, _, judged)| Reason {
        code: judged.finding.id.clone(),
        text: judged.finding.title.clone(),
        tool: Some(judged.finding.tool().to_owned()),
    }));
    reasons
}

/// What the mode holds back.
fn would_fail(mode: &ReportOnly, findings: &[Judged]) -> Option<Reason> {
    let count = findings.iter().filter(|judged| judged.would_fail).count();
    let findings = if count == 1 { "finding" } else { "findings" };
    let text = format!("would fail: {count} {findings} (report-only until {})", mode.until.value);
    (count > 0).then(|| Reason { code: "would_fail".to_owned(), text, tool: None })
}

fn headline(verdict: Verdict, tally: &Tally, counts: &Counts) -> Option<Reason> {
    let reason = |code: &str, text: String| Some(Reason { code: code.to_owned(), text, tool: None });
    let unjudged = match tally.unjudged {
        0 => String::new(),
        1 => " and 1 check could not be judged".to_owned(),
        number => format!(" and {number} checks could not be judged"),
    };
    match verdict {
        Verdict::Pass => reason("passed", format!("nothing blocks, {} ran", checks(tally.checks_ran))),
        Verdict::Warn => reason("warnings", format!("nothing blocks, {}", warnings(tally.warnings))),
        Verdict::Fail if tally.blocking > 0 => {
            let verb = if counts.fail == 1 { "finding blocks" } else { "findings block" };
            reason("blocking", format!("{} {verb}{unjudged}", counts.fail))
        }
        Verdict::Fail => {
            reason("warnings", format!("{} where the policy allows fewer{unjudged}", warnings(tally.warnings)))
        }
        Verdict::Incomplete if tally.checks_ran == 0 => reason("nothing_checked", "nothing was checked".to_owned()),
        // The first missing piece of evidence is the headline.
        Verdict::Incomplete => None,
    }
}

fn checks(count: u64) -> String {
    if count == 1 { "1 check".to_owned() } else { format!("{count} checks") }
}

fn warnings(count: u64) -> String {
    if count == 1 { "1 warning".to_owned() } else { format!("{count} warnings") }
}

fn health_rank(problem: &Problem) -> u8 {
    match problem.section {
        Some(Section::Secrets) => 0,
        Some(Section::Vulnerabilities) => 1,
        _ => 2,
    }
}

/// What matters more comes first.
type Rank = (Reverse<Level>, u8, usize);

/// A finding with its rank and its place among those that count.
type Ranked<'a> = (Rank, usize, &'a Judged);

fn rank(judged: &Judged) -> Rank {
    (Reverse(judged.level), judged.severity.display_rank(), section_rank(judged.finding.section))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
