//! Step 10: which exceptions apply, and what became of each (spec/policy.md 7.4).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::{
    Collected, ExceptionRow, ExceptionState, Finding, InputReport, Judged, Kind, Level, Problem, Registry, RunStatus,
    Section, State, Step, advisory,
};

use super::levels::has_fix;
use super::suppressions::severity_in_force;
use super::{cap, is_error, set_level};
use crate::Policy;
use crate::pattern::{Names, Pattern};
use crate::policy::{Exception, Setting, fed_by_reports};
use crate::trust::Approval;

/// Narrower selectors proposed for an exception that matches too much.
const PROPOSED: usize = 5;

/// An exception after all findings were held against it.
pub(super) struct Held<'a> {
    pub(super) exception: &'a Exception,
    pub(super) row: ExceptionRow,
    /// Where an exception matches too much: what it covers, the most frequent first.
    pub(super) covers: Vec<(String, u64)>,
}

/// Applies the exceptions to every open finding. What another run has told besides was judged there: it stays as it is, but an
/// exception that covers it is used.
pub(super) fn apply<'a>(
    policy: &'a Policy,
    findings: &mut [Judged],
    candidates: Vec<Candidates>,
    told: &[&Judged],
    coverage: &Coverage<'_>,
    today: Date,
) -> Vec<Held<'a>> {
    let mut tallies: Vec<Tally> = policy.exceptions.iter().map(|_| Tally::default()).collect();
    count_told(policy, told, &mut tallies, today);
    let open = findings.iter_mut().zip(candidates).enumerate().filter(|(_, (judged, _))| judged.is_open());
    for (position, (judged, candidates)) in open {
        for (candidate, by_name) in candidates {
            let (Some(exception), Some(tally)) = (policy.exceptions.get(candidate), tallies.get_mut(candidate)) else {
                continue;
            };
            if let Some(mismatch) = mismatch(exception, &judged.finding) {
                // A pattern is near to half of everything: only who names a finding is told why it does not help.
                if by_name {
                    let note = format!("exception {} does not apply: {mismatch} ({})", exception.id, exception.origin);
                    judged.notes.push(note);
                }
            } else if is_in_force(policy, exception, judged, tally, today) {
                tally.hits.push(position);
            }
        }
    }
    for (exception, tally) in policy.exceptions.iter().zip(&tallies) {
        for position in &tally.hits {
            if let Some(judged) = findings.get_mut(*position) {
                settle(policy, exception, judged, tally.matched());
            }
        }
    }
    let mut held: Vec<_> = policy
        .exceptions
        .iter()
        .zip(&tallies)
        .map(|(exception, tally)| {
            let state = state(policy, exception, tally, coverage, today);
            let covers = if state == ExceptionState::TooBroad { covers(findings, told, tally) } else { Vec::new() };
            Held { exception, row: row(exception, tally, state), covers }
        })
        .collect();
    held.sort_by(|one, two| one.row.id.cmp(&two.row.id));
    held
}

/// How often an exception matched, and how.
#[derive(Default)]
struct Tally {
    /// Findings it matches while it is in force, by position.
    hits: Vec<usize>,
    /// The same of what another run has told.
    told: Vec<usize>,
    after_end: u64,
    after_fix: u64,
    unapproved: u64,
}

impl Tally {
    fn matched(&self) -> usize {
        self.hits.len() + self.told.len()
    }
}

/// Holds the exceptions against what another run has told, which may have taken it out for them already.
fn count_told(policy: &Policy, told: &[&Judged], tallies: &mut [Tally], today: Date) {
    if told.is_empty() {
        return;
    }
    let (index, mut names) = (Index::new(&policy.exceptions), Names::default());
    for (position, judged) in told.iter().enumerate() {
        if !judged.is_open() && judged.state != State::Excepted {
            continue;
        }
        names.set(&judged.finding);
        for candidate in index.candidates(&judged.finding, &names).into_keys() {
            let (Some(exception), Some(tally)) = (policy.exceptions.get(candidate), tallies.get_mut(candidate)) else {
                continue;
            };
            if mismatch(exception, &judged.finding).is_some() {
                continue;
            }
            // What the exception would have said of the finding was said where it was judged.
            let mut apart = Judged {
                severity: severity_in_force(policy, &judged.finding),
                finding: judged.finding.clone(),
                ..Judged::default()
            };
            if is_in_force(policy, exception, &mut apart, tally, today) {
                tally.told.push(position);
            }
        }
    }
}

/// Whether an exception that matches a finding counts today; where it does not, the finding says why.
fn is_in_force(policy: &Policy, exception: &Exception, judged: &mut Judged, tally: &mut Tally, today: Date) -> bool {
    let id = &exception.id;
    if exception.expires < today {
        tally.after_end += 1;
        let ago = days(days_between(exception.expires, today));
        judged.notes.push(format!("exception {id} ended {ago} ago ({})", exception.origin));
        let expired = &policy.exception_policy.expired;
        if expired.value < Level::Fail {
            cap(judged, Step::Exception, "exception_policy.expired", expired);
        }
        return false;
    }
    if exception.ends_when_fixed && has_fix(&judged.finding) {
        tally.after_fix += 1;
        let version = judged.finding.fix.as_ref().and_then(|fix| fix.versions.first());
        let fix = version.map_or_else(|| "a fix is".to_owned(), |version| format!("fix {version}"));
        judged.notes.push(format!("{fix} available, exception {id} ended ({})", exception.origin));
        return false;
    }
    if exception.approved_by.is_empty()
        && let Some(demand) = policy.exception_policy.approval(&judged.finding, judged.severity)
    {
        tally.unapproved += 1;
        judged.notes.push(format!("exception {id} does not apply: {} ({})", needs_approval(demand), exception.origin));
        return false;
    }
    true
}

fn needs_approval(demand: &Setting<Approval>) -> String {
    format!("it needs `approved_by` (exception_policy.require_approval: {}, {})", demand.value.as_str(), demand.origin)
}

/// Takes a finding out, or says why the exception that matches it does not.
fn settle(policy: &Policy, exception: &Exception, judged: &mut Judged, matched: usize) {
    let limit = policy.exception_policy.max_matches.value;
    if number(matched) > limit {
        judged.notes.push(format!(
            "exception {} matches {matched} findings, at most {limit} are allowed: it applies to none ({})",
            exception.id, exception.origin
        ));
    } else if judged.state != State::Excepted {
        set_level(judged, Step::Exception, &exception.id, Level::Off, &exception.origin);
        judged.state = State::Excepted;
        judged.exception = Some(exception.id.clone());
    }
}

/// The first selector, besides the rules, that keeps the exception from a finding.
fn mismatch(exception: &Exception, finding: &Finding) -> Option<String> {
    if !exception.fingerprints.is_empty() && !exception.fingerprints.contains(&finding.fingerprint) {
        return Some("the fingerprint differs".to_owned());
    }
    if let Some(package) = &exception.package
        && !finding.package.as_deref().is_some_and(|found| package.matches(found))
    {
        return Some(format!("package {}", package.as_str()));
    }
    if !exception.paths.is_empty() && (finding.path().is_empty() || !exception.paths.matches(finding.path())) {
        let globs: Vec<_> = exception.paths.iter().map(portcullis_model::Glob::as_str).collect();
        return Some(format!("paths {}", globs.join(", ")));
    }
    if let Some(resource) = &exception.resource
        && !names_resource(finding).any(|found| resource.matches(found))
    {
        return Some(format!("resource {}", resource.as_str()));
    }
    // Who names a rule of a foreign tool may not know that its findings are secrets.
    if finding.kind == Kind::Secret && exception.fingerprints.is_empty() && exception.paths.is_empty() {
        return Some("secrets are only accepted by `paths` or `fingerprints`".to_owned());
    }
    None
}

/// Whether the exception of this id would take a finding out; the error is what keeps it from that.
pub fn applies(policy: &Policy, id: &str, finding: &Finding, today: Date) -> Result<(), String> {
    let Some(exception) = policy.exceptions.iter().find(|exception| exception.id == id) else {
        return Err(format!("there is no exception `{id}`"));
    };
    let names = Names::of(finding);
    if !exception.rules.is_empty() && !exception.rules.iter().any(|rule| names.any(|name| rule.matches(name))) {
        return Err(format!("rules {}", exception.rules().collect::<Vec<_>>().join(", ")));
    }
    if let Some(mismatch) = mismatch(exception, finding) {
        return Err(mismatch);
    }
    let mut judged = Judged {
        severity: severity_in_force(policy, finding),
        finding: Box::new(finding.clone()),
        level: Level::Fail,
        ..Judged::default()
    };
    if is_in_force(policy, exception, &mut judged, &mut Tally::default(), today) {
        Ok(())
    } else {
        Err(judged.notes.pop().unwrap_or_default())
    }
}

/// Whether an exception covers a finding by its selectors, in force or not: what people decided about is no state of the base
/// that anybody else may rest on.
pub fn named_by_exception(policy: &Policy, finding: &Finding) -> bool {
    let names = Names::of(finding);
    policy.exceptions.iter().any(|exception| {
        let by_rule =
            exception.rules.is_empty() || exception.rules.iter().any(|rule| names.any(|name| rule.matches(name)));
        by_rule && mismatch(exception, finding).is_none()
    })
}

/// Exceptions of which at least one selector matches a finding and another does not, each with the first that does not, and
/// the nearest such override.
pub fn near_misses(policy: &Policy, finding: &Finding) -> Vec<String> {
    let names = Names::of(finding);
    let misses = policy.exceptions.iter().filter_map(|exception| {
        let rules = exception.rules.iter().any(|rule| names.any(|name| rule.matches(name)));
        let miss = if !exception.rules.is_empty() && !rules {
            if !matches_besides_rules(exception, finding) {
                return None;
            }
            let rules: Vec<_> = exception.rules().collect();
            format!("rules {}", rules.join(", "))
        } else {
            if !rules && !matches_besides_rules(exception, finding) {
                return None;
            }
            match mismatch(exception, finding) {
                Some(mismatch) => mismatch,
                None if exception.approved_by.is_empty() => {
                    let severity = severity_in_force(policy, finding);
                    needs_approval(policy.exception_policy.approval(finding, severity)?)
                }
                None => return None,
            }
        };
        Some(format!("exception {} does not apply: {miss} ({})", exception.id, exception.origin))
    });
    // Of overrides the nearest: the last one would have decided.
    let nearest = policy.overrides.iter().rev().find_map(|entry| entry.near_miss(finding));
    misses.chain(nearest).collect()
}

fn matches_besides_rules(exception: &Exception, finding: &Finding) -> bool {
    exception.fingerprints.contains(&finding.fingerprint)
        || exception
            .package
            .as_ref()
            .is_some_and(|package| finding.package.as_deref().is_some_and(|found| package.matches(found)))
        || (!finding.path().is_empty() && exception.paths.matches(finding.path()))
        || exception
            .resource
            .as_ref()
            .is_some_and(|resource| names_resource(finding).any(|found| resource.matches(found)))
}

/// The object a finding is about, with and without the container inside it.
fn names_resource(finding: &Finding) -> impl Iterator<Item = &str> {
    finding
        .locations
        .iter()
        .filter_map(|location| location.resource.as_deref())
        .flat_map(|resource| [Some(resource), resource.split_once('#').map(|(object, _)| object)])
        .flatten()
}

/// Exceptions that may concern a finding, by position, and whether they name it outright.
pub(super) type Candidates = BTreeMap<usize, bool>;

/// Which exceptions may concern a finding, without holding every finding against every exception.
pub(super) struct Index<'a> {
    by_name: BTreeMap<&'a str, Vec<usize>>,
    by_fingerprint: BTreeMap<&'a str, Vec<usize>>,
    globs: Vec<(usize, &'a Pattern)>,
}

impl<'a> Index<'a> {
    pub(super) fn new(exceptions: &'a [Exception]) -> Self {
        let mut index = Self { by_name: BTreeMap::new(), by_fingerprint: BTreeMap::new(), globs: Vec::new() };
        for (position, exception) in exceptions.iter().enumerate() {
            for rule in &exception.rules {
                if rule.is_glob() {
                    index.globs.push((position, rule));
                } else {
                    index.by_name.entry(rule.as_str()).or_default().push(position);
                }
            }
            if exception.rules.is_empty() {
                for fingerprint in &exception.fingerprints {
                    index.by_fingerprint.entry(fingerprint).or_default().push(position);
                }
            }
        }
        index
    }

    /// Exceptions that may concern the finding, which has these names, in the order they were read.
    pub(super) fn candidates(&self, finding: &Finding, names: &Names) -> Candidates {
        let mut found = BTreeMap::new();
        let globs = self.globs.iter().filter(|(_, glob)| names.any(|name| glob.matches(name)));
        found.extend(globs.map(|(position, _)| (*position, false)));
        let outright = names.iter().filter_map(|name| self.by_name.get(name));
        let exact = self.by_fingerprint.get(finding.fingerprint.as_str());
        found.extend(outright.chain(exact).flatten().map(|position| (*position, true)));
        found
    }
}

fn state(
    policy: &Policy,
    exception: &Exception,
    tally: &Tally,
    coverage: &Coverage<'_>,
    today: Date,
) -> ExceptionState {
    if exception.expires < today {
        return ExceptionState::Expired;
    }
    if number(tally.matched()) > policy.exception_policy.max_matches.value {
        return ExceptionState::TooBroad;
    }
    if tally.matched() == 0 && tally.after_fix > 0 {
        return ExceptionState::EndedByFix;
    }
    if tally.matched() == 0 && tally.unapproved == 0 && coverage.could_match(exception) {
        return ExceptionState::Unused;
    }
    if days_between(today, exception.expires) <= i64::from(policy.exception_policy.warn_days.value) {
        return ExceptionState::Expiring;
    }
    ExceptionState::Active
}

fn row(exception: &Exception, tally: &Tally, state: ExceptionState) -> ExceptionRow {
    let matched = match state {
        ExceptionState::Expired => tally.after_end,
        ExceptionState::EndedByFix => tally.after_fix,
        _ => number(tally.matched()),
    };
    ExceptionRow {
        id: exception.id.clone(),
        rules: exception.rules().map(str::to_owned).collect(),
        target: exception.target(),
        reason: exception.reason.clone(),
        owner: Some(exception.owner.clone()),
        expires: Some(exception.expires),
        state,
        matched,
        origin: exception.origin.clone(),
    }
}

/// Rule and file (or package) of what a too broad exception matches: the narrower selectors its author may choose from.
fn covers(findings: &[Judged], told: &[&Judged], tally: &Tally) -> Vec<(String, u64)> {
    let mut places: BTreeMap<String, u64> = BTreeMap::new();
    let found = tally.hits.iter().filter_map(|position| findings.get(*position));
    for judged in found.chain(tally.told.iter().filter_map(|position| told.get(*position).copied())) {
        let finding = &judged.finding;
        let place = match finding.package.as_deref().and_then(|package| package.purl.as_deref()) {
            Some(purl) => format!("`rules: [{}]` with `package: {purl}`", finding.id),
            None => format!("`rules: [{}]` with `paths: [{}]`", finding.id, finding.path()),
        };
        *places.entry(place).or_default() += 1;
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by(|(one, first), (two, second)| second.cmp(first).then_with(|| one.cmp(two)));
    places.truncate(PROPOSED);
    places
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

pub(super) fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

pub(super) fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// What this run looked at: only then can an exception be called unused.
pub(super) struct Coverage<'a> {
    looked_at: BTreeSet<Section>,
    every_report_read: bool,
    nothing_missing: bool,
    registry: &'a Registry,
    partial: bool,
}

impl<'a> Coverage<'a> {
    pub(super) fn new(
        policy: &Policy,
        collected: &Collected,
        problems: &[Problem],
        registry: &'a Registry,
        partial: bool,
    ) -> Self {
        let mut broken: BTreeSet<Section> = BTreeSet::new();
        let mut nothing_missing = true;
        for problem in problems.iter().filter(|problem| is_error(problem)) {
            nothing_missing = false;
            broken.extend(problem.section);
        }
        let runs = || collected.check_runs.iter();
        broken.extend(runs().filter(|run| run.status == RunStatus::Error).map(|run| run.section));
        let looked_at = runs().filter(|run| run.status == RunStatus::Ran).map(|run| run.section);
        let read =
            |name: &str| collected.reports.iter().any(|report: &InputReport| report.name.as_deref() == Some(name));
        Self {
            looked_at: looked_at.filter(|section| !broken.contains(section)).collect(),
            every_report_read: policy.reports.iter().all(|entry| read(&entry.name)),
            nothing_missing,
            registry,
            partial,
        }
    }

    /// Whether everything that could have matched the exception was there and healthy.
    fn could_match(&self, exception: &Exception) -> bool {
        if self.partial {
            return false;
        }
        if exception.rules.is_empty() {
            return self.everything();
        }
        exception.rules.iter().all(|rule| match self.section_of(rule.as_str()) {
            Some(section) => self.looked_at.contains(&section) && (!fed_by_reports(section) || self.everything()),
            None => self.everything(),
        })
    }

    /// Whether the check of a rule named in a comment ran. Patterns, short forms and unknown ids belong to no check.
    pub(super) fn has_looked_at(&self, rule: &str) -> bool {
        self.section_of(rule).is_none_or(|section| section == Section::None || self.looked_at.contains(&section))
    }

    fn everything(&self) -> bool {
        self.nothing_missing && self.every_report_read && !self.looked_at.is_empty()
    }

    /// The section of our own rules and of advisories; `None` for patterns and the ids of other tools.
    fn section_of(&self, rule: &str) -> Option<Section> {
        if self.registry.secret_rules().iter().any(|known| known == rule) {
            return Some(Section::Secrets);
        }
        if let Some(rule) = self.registry.get(rule) {
            return Some(rule.section());
        }
        advisory::is_advisory(rule).then_some(Section::Vulnerabilities)
    }
}

/// A cap or level of the exception policy, for the findings only policy makes.
pub(super) fn unused_level(policy: &Policy) -> &Setting<Level> {
    &policy.exception_policy.unused
}
