//! Step 9: what the change introduces, and what was there before it (spec/ingest.md 13).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::{
    Baseline, BaselineFinding, Collected, Decision, Finding, Health, Introduced, Judged, Kind, Level, Location, Origin,
    Package, Problem, ProblemCode, RunStatus, Section, Source, State, Step,
};

use super::{cap, is_error};
use crate::Policy;
use crate::baseline::{Index, purl_of};

/// What the comparison says besides the findings it classifies.
#[derive(Default)]
pub(super) struct Compared {
    /// Findings of the baseline that are gone.
    pub(super) gone: Vec<Judged>,
    /// What the baseline does not know, and its age.
    pub(super) problems: Vec<Problem>,
}

/// A run, as far as the comparison asks about it.
pub(super) struct Run<'a> {
    pub(super) collected: &'a Collected,
    pub(super) problems: &'a [Problem],
    pub(super) judges_change: bool,
    pub(super) partial: bool,
    pub(super) today: Date,
    /// Fingerprints of gates that are missed by more than on the base.
    pub(super) worse: &'a BTreeSet<String>,
    /// Fingerprints of findings of which the base cannot be asked.
    pub(super) not_compared: &'a BTreeSet<String>,
}

/// A baseline, ready to be asked about findings of this run.
pub(super) struct Known<'a> {
    baseline: &'a Baseline,
    index: Index<'a>,
    /// Reports the baseline was made from.
    reports: BTreeSet<&'a str>,
    /// Name of a report by the path that findings carry.
    names: BTreeMap<&'a str, &'a str>,
}

impl<'a> Known<'a> {
    /// `renames` has the paths of the base by those of now.
    pub(super) fn new(
        baseline: &'a Baseline,
        collected: &'a Collected,
        findings: &[Judged],
        renames: &BTreeMap<String, String>,
    ) -> Self {
        let findings = findings.iter().map(|judged| &*judged.finding);
        let reports = baseline.reports.iter().map(|report| report.name.as_str()).collect();
        let index = Index::new(&baseline.findings).with_moves(findings, renames);
        Self { baseline, index, reports, names: report_names(collected) }
    }

    /// What the base says of a finding that these entries are.
    pub(super) fn before(&self, finding: &Finding, found: &[usize]) -> Before<'a> {
        if let Some(known) = found.first().and_then(|position| self.baseline.findings.get(*position)) {
            Before::Had(known)
        } else if !self.covers(finding) {
            Before::Unknown
        } else if finding.kind == Kind::Vulnerability && self.has_component(finding) {
            Before::Undisclosed
        } else {
            Before::Without
        }
    }

    /// Whether the baseline holds what one of the finding's reports, or our own check, said then.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let own = || self.baseline.checks.contains(&finding.section);
        finding.sources.is_empty() && own()
            || finding.sources.iter().any(|source| {
                if source.report.is_empty() { own() } else { self.reports.contains(name_of(source, &self.names)) }
            })
    }

    fn has_component(&self, finding: &Finding) -> bool {
        let versioned = finding.package.as_deref().is_some_and(|package| package.version.is_some());
        versioned && purl_of(finding).is_some_and(|purl| self.baseline.components.contains(&purl))
    }

    /// Findings of the baseline that are none of these and that nobody reports any more.
    pub(super) fn gone(&self, matched: &BTreeSet<usize>, run: &Run<'_>) -> Vec<Judged> {
        gone(self.baseline, matched, &self.names, run)
    }

    /// Entries that are this finding, the closest first: also at the place its file was moved from.
    pub(super) fn matches(&self, finding: &Finding) -> Vec<usize> {
        self.index.matches(finding)
    }

    /// The day on which a baseline had the finding first; today where this one would have had it and has not; `None` where
    /// it does not know.
    pub(super) fn first_seen(&self, finding: &Finding, today: Date) -> Option<Date> {
        let found = self.matches(finding);
        if found.is_empty() {
            return self.covers(finding).then_some(today);
        }
        self.index.first_seen(&found).or(self.baseline.created).map(day)
    }
}

/// What the base says of a finding.
#[derive(Clone, Copy)]
pub(super) enum Before<'a> {
    /// It had it.
    Had(&'a BaselineFinding),
    /// It had the package, and nobody had told of the weakness.
    Undisclosed,
    /// It had not.
    Without,
    /// Nobody has asked it.
    Unknown,
}

impl Before<'_> {
    /// The word for it.
    pub(super) const fn introduced(self) -> Introduced {
        match self {
            Self::Had(_) => Introduced::Existing,
            Self::Undisclosed => Introduced::NewlyDisclosed,
            Self::Without => Introduced::New,
            Self::Unknown => Introduced::Unknown,
        }
    }
}

/// Findings of which the base was not asked, counted by who has found them.
#[derive(Default)]
pub(super) struct Unasked(BTreeMap<String, u64>);

impl Unasked {
    pub(super) fn count(&mut self, finding: &Finding, known: &Known<'_>) {
        *self.0.entry(what_found(finding, &known.names)).or_default() += 1;
    }

    pub(super) fn problems(self) -> Vec<Problem> {
        self.0.into_iter().map(|(what, count)| not_in_baseline(&what, count)).collect()
    }
}

/// Classifies every finding that counts and caps its level.
pub(super) fn compare(policy: &Policy, known: &Known<'_>, findings: &mut [Judged], run: &Run<'_>) -> Compared {
    let mut matched = BTreeSet::new();
    let mut unasked = Unasked::default();
    for judged in findings {
        let found = known.matches(&judged.finding);
        matched.extend(found.iter().copied());
        // What is suppressed or excluded is no news in either direction.
        if !judged.is_open() || judged.finding.section == Section::None {
            continue;
        }
        let before = match known.before(&judged.finding, &found) {
            _ if run.worse.contains(&judged.finding.fingerprint) => Before::Without,
            Before::Undisclosed | Before::Without if run.not_compared.contains(&judged.finding.fingerprint) => {
                Before::Unknown
            }
            before => before,
        };
        match before {
            Before::Unknown if told_by_report(policy, judged) => {}
            Before::Unknown => unasked.count(&judged.finding, known),
            before => classify(policy, known.baseline, before, judged, run.judges_change),
        }
    }
    let mut problems = unasked.problems();
    problems.extend(stale(policy, known.baseline, run.today));
    Compared { gone: known.gone(&matched, run), problems }
}

/// Says what the base says, and caps the level by it.
pub(super) fn classify(
    policy: &Policy,
    baseline: &Baseline,
    before: Before<'_>,
    judged: &mut Judged,
    judges_change: bool,
) {
    judged.introduced = before.introduced();
    match before {
        Before::Had(known) => existing(policy, baseline, known, judged),
        Before::Undisclosed => newly_disclosed(policy, judged, judges_change),
        Before::Without | Before::Unknown => {}
    }
}

/// `baseline.from_sarif`: a report that was compared with the one of the base says itself what is new. Of several reports one
/// that says so is enough; only where all that say anything have it from the base is it existing.
fn told_by_report(policy: &Policy, judged: &mut Judged) -> bool {
    if !policy.baseline.from_sarif.value || judged.finding.is_of_own_check() {
        return false;
    }
    let mut told = judged.finding.sources.iter().filter_map(|source| source.introduced).peekable();
    if told.peek().is_none() {
        return false;
    }
    if told.all(|introduced| introduced == Introduced::Existing) {
        judged.introduced = Introduced::Existing;
        judged.notes.push("the report itself says that the base has it (baseline.from_sarif)".to_owned());
        cap(judged, Step::Baseline, "baseline.existing", &policy.baseline.existing);
    } else {
        judged.introduced = Introduced::New;
    }
    true
}

/// What reports say of the base where there is no baseline. GitHub's dependency review compares base and head itself: what it
/// lists came with the change.
pub(super) fn introduced_by_reports(policy: &Policy, findings: &mut [Judged], has_baseline: bool) {
    if !has_baseline {
        for judged in findings.iter_mut().filter(|judged| judged.is_open()) {
            told_by_report(policy, judged);
        }
    }
    let compares = |judged: &Judged| judged.finding.sources.iter().any(|source| source.tool == "dependency-review");
    for judged in findings.iter_mut().filter(|judged| judged.introduced == Introduced::Unknown && compares(judged)) {
        judged.introduced = Introduced::New;
    }
}

fn existing(policy: &Policy, baseline: &Baseline, known: &BaselineFinding, judged: &mut Judged) {
    if known.accepted {
        let since = baseline.created.map(|created| format!(" of {}", day(created))).unwrap_or_default();
        judged.notes.push(format!("was accepted by an exception in the baseline{since}: the baseline does not cap it"));
        return;
    }
    // What the policy makes of a severity may have changed; that is no escalation.
    let now = judged.finding.severity;
    if now != known.severity && now.worse(known.severity) == now {
        judged.notes.push(format!("escalated since the baseline: {} -> {now}", known.severity));
        cap(judged, Step::Baseline, "baseline.escalated", &policy.baseline.escalated);
    } else {
        cap(judged, Step::Baseline, "baseline.existing", &policy.baseline.existing);
    }
}

fn newly_disclosed(policy: &Policy, judged: &mut Judged, judges_change: bool) {
    if judges_change {
        let setting = &policy.baseline.disclosed_in_pull_request;
        cap(judged, Step::Baseline, "baseline.newly_disclosed.pull_request", setting);
    } else {
        cap(judged, Step::Baseline, "baseline.newly_disclosed.push", &policy.baseline.disclosed_on_push);
    }
}

pub(super) fn day(time: jiff::Timestamp) -> Date {
    time.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn not_in_baseline(what: &str, count: u64) -> Problem {
    let findings = if count == 1 { "1 finding counts".to_owned() } else { format!("{count} findings count") };
    Problem::warning(ProblemCode::NotInBaseline, format!("no baseline for {what}: {findings} as new"))
}

fn stale(policy: &Policy, baseline: &Baseline, today: Date) -> Option<Problem> {
    let most = policy.baseline.max_age.as_ref()?;
    let created = day(baseline.created?);
    let days = super::exceptions::days_between(created, today);
    (days.saturating_mul(86_400) > most.value).then(|| {
        let age = super::exceptions::days(days);
        let allowed = super::exceptions::days(most.value / 86_400);
        let message =
            format!("the baseline is {age} old, `baseline.max_age` is {allowed}: write it anew on the base branch");
        Problem::warning(ProblemCode::Stale, message)
    })
}

/// Name of a report by the path that findings carry.
fn report_names(collected: &Collected) -> BTreeMap<&str, &str> {
    collected.reports.iter().map(|report| (report.path.as_str(), crate::baseline::key(report))).collect()
}

fn name_of<'a>(source: &'a Source, names: &BTreeMap<&str, &'a str>) -> &'a str {
    names.get(source.report.as_str()).copied().unwrap_or(&source.report)
}

fn what_found(finding: &Finding, names: &BTreeMap<&str, &str>) -> String {
    match finding.sources.first().filter(|source| !source.report.is_empty()) {
        Some(source) => format!("`{}`", name_of(source, names)),
        None => format!("the checks of `{}`", finding.section),
    }
}

/// Findings of the baseline that nobody reports any more, where everybody who had reported them was heard.
fn gone(baseline: &Baseline, matched: &BTreeSet<usize>, names: &BTreeMap<&str, &str>, run: &Run<'_>) -> Vec<Judged> {
    if run.partial {
        return Vec::new();
    }
    let heard = Heard::new(run, names);
    let tools: BTreeMap<&str, &str> =
        baseline.reports.iter().map(|report| (report.name.as_str(), report.tool.as_str())).collect();
    let missing = baseline.findings.iter().enumerate().filter(|(position, _)| !matched.contains(position));
    missing.map(|(_, known)| known).filter(|known| heard.everybody(known)).map(|known| fixed(known, &tools)).collect()
}

/// Who had their say in this run.
struct Heard<'a> {
    reports: BTreeSet<&'a str>,
    sections: BTreeSet<Section>,
}

impl<'a> Heard<'a> {
    fn new(run: &Run<'a>, names: &BTreeMap<&str, &'a str>) -> Self {
        let reports = || run.collected.reports.iter();
        let silent: BTreeSet<&str> = reports()
            .filter(|report| report.health == Health::Error || !report.skipped.is_empty())
            .map(crate::baseline::key)
            .collect();
        let own = || run.collected.check_runs.iter().filter(|run| !run.id.starts_with("report:"));
        let errors = run.problems.iter().filter(|problem| is_error(problem)).filter_map(|problem| problem.section);
        let broken: BTreeSet<Section> =
            own().filter(|run| run.status == RunStatus::Error).map(|run| run.section).chain(errors).collect();
        Self {
            reports: names.values().copied().filter(|name| !silent.contains(name)).collect(),
            sections: own().map(|run| run.section).filter(|section| !broken.contains(section)).collect(),
        }
    }

    fn everybody(&self, known: &BaselineFinding) -> bool {
        if known.reports.is_empty() {
            return self.sections.contains(&known.section);
        }
        known.reports.iter().all(|report| self.reports.contains(report.as_str()))
    }
}

fn fixed(known: &BaselineFinding, tools: &BTreeMap<&str, &str>) -> Judged {
    let of_report = |report: &String| Source {
        tool: tools.get(report.as_str()).copied().unwrap_or_default().to_owned(),
        report: report.clone(),
        ..Source::default()
    };
    let own = || vec![Source { tool: "portcullis".to_owned(), ..Source::default() }];
    let finding = Finding {
        fingerprint: known.fingerprint.clone(),
        kind: known.kind,
        section: known.section,
        rule_id: known.id.clone(),
        id: known.id.clone(),
        aliases: known.aliases.clone(),
        title: "fixed since the baseline".to_owned(),
        severity: known.severity,
        package: known.purl.as_deref().map(|purl| Box::new(package(purl))),
        locations: known.path.iter().map(Location::file).collect(),
        state: State::Absent,
        sources: if known.reports.is_empty() { own() } else { known.reports.iter().map(of_report).collect() },
        ..Finding::default()
    };
    let decision = Decision {
        step: Step::State,
        key: "absent since the baseline".to_owned(),
        from: "".into(),
        to: Level::Off.as_str().into(),
        origin: Origin::builtin(),
    };
    Judged {
        severity: known.severity,
        state: State::Absent,
        level: Level::Off,
        introduced: Introduced::Fixed,
        decision: vec![decision],
        finding: Box::new(finding),
        ..Judged::default()
    }
}

/// The parts of a package URL without qualifiers: `pkg:npm/@scope/name@1.2.3`.
fn package(purl: &str) -> Package {
    let rest = purl.strip_prefix("pkg:").unwrap_or(purl);
    let (ecosystem, rest) = rest.split_once('/').unwrap_or(("", rest));
    let (namespace, name) = match rest.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name),
        None => (None, rest),
    };
    let (name, version) = match name.split_once('@') {
        Some((name, version)) => (name, Some(version.to_owned())),
        None => (name, None),
    };
    Package {
        purl: Some(purl.to_owned()),
        ecosystem: ecosystem.to_owned(),
        namespace,
        name: name.to_owned(),
        version,
        ..Package::default()
    }
}
