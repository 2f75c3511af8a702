//! From evidence to verdict (spec/policy.md 5 and 6): a pure function of policy, evidence, rules and date.

mod baseline;
mod exceptions;
mod levels;
mod own;
mod quality;
mod ratings;
mod reported;
mod required;
mod suppressions;
mod told;
mod tools;
mod verdict;
mod vulnerability;

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicU64;

use jiff::civil::Date;
use portcullis_model::{
    Collected, Counts, Decision, Evidence, ExceptionRow, Finding, Health, Introduced, Judged, Level, Metric, Origin,
    Problem, Reason, Registry, Section, State, Step, ToolRow, Verdict, order,
};
use rayon::prelude::*;

use crate::Policy;
use crate::pattern::Names;
use crate::policy::Setting;
use crate::supply;
pub use exceptions::{applies, named_by_exception, near_misses};
pub(crate) use levels::section_level;
pub use reported::{Reported, judge_beside};
use required::Expected;
pub use verdict::{Tally, exit_code};

/// The answer, before the gate adds context.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in order; the first is the headline.
    pub reasons: Vec<Reason>,
    /// Findings, counted.
    pub counts: Counts,
    /// What the verdict was decided on.
    pub tally: Tally,
    /// Every finding with its level, those that only policy sees included, in the total order.
    pub findings: Vec<Judged>,
    /// Every exception and what became of it, by id; then what ignore files and comments took out, by place.
    pub exceptions: Vec<ExceptionRow>,
    /// A row per check and per report.
    pub tools: Vec<ToolRow>,
    /// Everything that could not be judged; missing evidence the policy asks for included.
    pub problems: Vec<Problem>,
    /// What was measured, with the values of the base and the bounds of the policy.
    pub metrics: Vec<Metric>,
}

/// Holds the evidence against the policy.
pub fn judge(policy: &Policy, evidence: Evidence, registry: &Registry, today: Date) -> Judgement {
    assess(policy, evidence, &[], registry, today).conclude(policy, today)
}

/// Holds the evidence against the policy of the base and against that of the change itself: of the two levels of a finding
/// the higher counts (spec/policy.md 11.1). Everything else is the base's.
pub fn judge_tightened(
    base: &Policy,
    head: &Policy,
    evidence: Evidence,
    registry: &Registry,
    today: Date,
) -> Judgement {
    assess_tightened(base, head, evidence, &[], registry, today).conclude(base, today)
}

fn assess_tightened(
    base: &Policy,
    head: &Policy,
    evidence: Evidence,
    told: &[Judged],
    registry: &Registry,
    today: Date,
) -> Assessed {
    let of_head = assess(head, evidence.clone(), told, registry, today);
    let mut assessed = assess(base, evidence, told, registry, today);
    // Findings that are alike in every respect stand in the same order on both sides.
    let mut tighter: BTreeMap<(String, String), VecDeque<Judged>> = BTreeMap::new();
    for judged in of_head.findings {
        let name = (judged.finding.fingerprint.clone(), judged.finding.location_fingerprint.clone());
        tighter.entry(name).or_default().push_back(judged);
    }
    let rank = |judged: &Judged| if judged.is_open() { judged.level } else { Level::Off };
    for judged in &mut assessed.findings {
        let name = (judged.finding.fingerprint.clone(), judged.finding.location_fingerprint.clone());
        let Some(other) = tighter.get_mut(&name).and_then(VecDeque::pop_front) else { continue };
        if rank(&other) > rank(judged) {
            *judged = other;
            judged
                .notes
                .push("the policy of this change is tighter, and trust.apply_tightening lets it count".to_owned());
        }
    }
    assessed
}

/// Findings that one thread judges at least: few are not worth a second one.
const AT_ONCE: usize = 1_000;

/// Every finding with its level, and what the verdict needs besides.
struct Assessed {
    findings: Vec<Judged>,
    exceptions: Vec<ExceptionRow>,
    problems: Vec<Problem>,
    collected: Collected,
    expected: Expected,
}

/// `told` is what another run has found; it is judged already.
fn assess(policy: &Policy, evidence: Evidence, told: &[Judged], registry: &Registry, today: Date) -> Assessed {
    let Evidence {
        mut collected,
        tracked,
        partial,
        own_checks_only,
        baseline,
        renames,
        not_compared,
        judges_change,
        lines_compared,
        vex,
        well_known_names,
    } = evidence;
    let expected = if own_checks_only { Expected::OwnChecks } else { Expected::Everything };
    let made = supply::made(policy, &collected, &well_known_names, today);
    collected.findings.extend(made.findings);
    collected.problems.extend(made.problems);
    let mut problems = required::problems(policy, &collected, expected, &tracked, registry);

    let found = std::mem::take(&mut collected.findings).into_par_iter().with_min_len(AT_ONCE);
    let mut findings: Vec<Judged> = found.map(unjudged).collect();
    let stated = supply::vex::apply(&policy.vex, &vex, &collected, &mut findings, today);
    problems.extend(stated.problems);
    let mut quality = quality::judge(policy, &collected, baseline.as_ref(), lines_compared);
    // Where no report is read, no number is missed either.
    if expected == Expected::Everything {
        problems.append(&mut quality.problems);
    }
    for (metric, (base, gates)) in collected.metrics.iter_mut().zip(std::mem::take(&mut quality.measured)) {
        (metric.base, metric.gates) = (base, gates);
    }
    findings.extend(std::mem::take(&mut quality.findings).into_iter().map(unjudged));
    let own_level = |judged: &Judged| quality.levels.get(&judged.finding.fingerprint);
    let known = baseline.as_ref().map(|baseline| baseline::Known::new(baseline, &collected, &findings, &renames));
    let clocks = vulnerability::Clocks {
        today,
        known: known.as_ref(),
        investigated: stated.investigated,
        stopped: AtomicU64::new(0),
    };
    let index = exceptions::Index::new(&policy.exceptions);
    // Exceptions are looked up here because the names of each finding are at hand.
    let one_by_one = findings.par_iter_mut().with_min_len(AT_ONCE).map_init(Names::default, |names, judged| {
        names.set(&judged.finding);
        let candidates = index.candidates(&judged.finding, names);
        (levels::judge(policy, judged, own_level(judged), names, &clocks), candidates)
    });
    let (before_modifiers, candidates): (Vec<Level>, Vec<exceptions::Candidates>) = one_by_one.unzip();
    let mut compared = baseline::Compared::default();
    if let Some(known) = &known {
        let run = baseline::Run {
            collected: &collected,
            problems: &problems,
            judges_change,
            partial,
            today,
            worse: &quality.worse,
            not_compared: &not_compared,
        };
        compared = baseline::compare(policy, known, &mut findings, &run);
    }
    problems.append(&mut compared.problems);
    baseline::introduced_by_reports(policy, &mut findings, known.is_some());
    problems.extend(clocks.problem(&policy.vulnerabilities));
    let coverage = exceptions::Coverage::new(policy, &collected, &problems, registry, partial);
    let told = reported::besides(&findings, told);
    let exceptions = exceptions::apply(policy, &mut findings, candidates, &told, &coverage, today);
    for (judged, before_modifiers) in findings.iter_mut().zip(before_modifiers) {
        levels::floors(policy, judged, before_modifiers);
    }
    let honoured = suppressions::rows(policy, &findings);
    let said = own::Said { exceptions: &exceptions, honoured: &honoured, comments: &collected.suppression_comments };
    findings.extend(own::findings(policy, &said, registry, &coverage, today));
    vulnerability::budgets(policy, &mut findings);
    let report_only = policy.report_only.as_ref().filter(|mode| mode.holds(today));
    if let Some(report_only) = report_only {
        for judged in &mut findings {
            levels::report_only(report_only, judged);
        }
    }
    findings.extend(compared.gone);
    arrange(&mut findings);
    let exceptions = exceptions.into_iter().map(|exception| exception.row).chain(honoured).collect();
    Assessed { findings, exceptions, problems, collected, expected }
}

impl Assessed {
    fn conclude(self, policy: &Policy, today: Date) -> Judgement {
        let Self { findings, exceptions, problems, collected, expected } = self;
        let report_only = policy.report_only.as_ref().filter(|mode| mode.holds(today));
        let counts = count(&findings);
        let mut tally = verdict::tally(policy, &counts, &problems, &collected.check_runs);
        // Warnings beyond the limit would block, and nothing blocks for now.
        tally.too_many_warnings &= report_only.is_none();
        let verdict = tally.verdict();
        Judgement {
            reasons: verdict::reasons(verdict, &tally, &counts, &problems, &findings, report_only),
            tools: tools::rows(policy, &collected, expected, &problems, &findings),
            exceptions,
            verdict,
            counts,
            tally,
            findings,
            problems,
            metrics: collected.metrics,
        }
    }
}

fn unjudged(finding: Finding) -> Judged {
    let notes = ratings::disagreement(&finding).into_iter().chain(suppressions::conflict(&finding)).collect();
    Judged { severity: finding.severity, state: finding.state, notes, finding: Box::new(finding), ..Judged::default() }
}

/// The total order.
fn arrange(findings: &mut [Judged]) {
    order::sort(findings, |judged| &judged.finding, |one, two| tie(one).cmp(&tie(two)));
}

/// What tells findings apart that no report should have listed twice.
fn tie(judged: &Judged) -> (Reverse<Level>, u8, State) {
    (Reverse(judged.level), judged.severity.display_rank(), judged.state)
}

/// Sets a level and says which step did.
fn set_level(judged: &mut Judged, step: Step, key: impl Into<String>, level: Level, origin: &Origin) {
    let from = if step == Step::BaseLevel { "" } else { judged.level.as_str() };
    judged.level = level;
    // Most findings are decided in one step or two.
    judged.decision.reserve_exact(1);
    judged.decision.push(Decision {
        step,
        key: key.into(),
        from: from.into(),
        to: level.as_str().into(),
        origin: origin.clone(),
    });
}

/// Lowers a level to at most this; says so only where it changes something.
fn cap(judged: &mut Judged, step: Step, key: &str, setting: &Setting<Level>) {
    if judged.level > setting.value {
        set_level(judged, step, key, setting.value, &setting.origin);
    }
}

/// Raises a level to at least this; says so only where it changes something.
fn raise(judged: &mut Judged, step: Step, key: impl Into<String>, level: Level, origin: &Origin) {
    if judged.level < level {
        set_level(judged, step, key, level, origin);
    }
}

/// Counts so that `total = fail + warn + log + off + excepted + excluded + suppressed` (spec/policy.md 6).
fn count(findings: &[Judged]) -> Counts {
    let mut counts = Counts::default();
    for judged in findings {
        let place = match judged.state {
            State::Passed => continue,
            State::Absent => {
                counts.fixed += 1;
                continue;
            }
            State::Excepted => &mut counts.excepted,
            State::Excluded => &mut counts.excluded,
            State::Suppressed | State::NotAffected | State::Fixed => &mut counts.suppressed,
            State::Open | State::Review | State::UnderInvestigation => match judged.level {
                Level::Fail => &mut counts.fail,
                Level::Warn => &mut counts.warn,
                Level::Log => &mut counts.log,
                Level::Off => &mut counts.off,
            },
        };
        *place += 1;
        counts.total += 1;
        match judged.introduced {
            Introduced::New => counts.new += 1,
            Introduced::NewlyDisclosed => counts.newly_disclosed += 1,
            Introduced::Existing => counts.existing += 1,
            Introduced::Fixed => counts.fixed += 1,
            Introduced::Unknown => {}
        }
    }
    counts
}

/// Whether a problem takes evidence away.
fn is_error(problem: &Problem) -> bool {
    problem.health == Health::Error
}

/// Position of a section in the policy's table; the gate's own come last.
fn section_rank(section: Section) -> usize {
    Section::ALL.iter().position(|known| *known == section).unwrap_or(Section::ALL.len())
}

#[cfg(test)]
mod tests;
