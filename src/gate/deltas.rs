//! What was there before the change: the base versions of the files it touches, judged by the same gate, the reports of the
//! base, and the baselines somebody has written (spec/ingest.md 13).

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Baseline, CheckRun, Collected, Entry, EntryKind, Evidence, Finding, Problem, ProblemCode, RunStatus, Section, Tree,
    TreeError, fingerprint,
};
use portcullis_policy::baseline::{compose, of_base};
use portcullis_source::Change as What;
use rayon::prelude::*;

use super::change::{Change, Compared};
use super::collect::{WINGS, at};
use super::files::{self, Look, Said, Wings};
use super::plan::{Plan, Secrets};
use super::trust::Gate;
use super::{Refusal, Request, base_reports, baseline, options};

/// A run, as far as it does not depend on who steers it.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) request: &'a Request,
    pub(super) plan: &'a Plan,
    pub(super) compared: &'a Compared,
}

impl Run<'_> {
    /// What was collected of the base, as a baseline by this gate.
    pub(super) fn of_base(self, gate: &Gate, collected: Collected) -> Baseline {
        let evidence = Evidence {
            collected,
            partial: true,
            own_checks_only: true,
            vex: gate.named.statements.clone(),
            ..Evidence::default()
        };
        let today = self.request.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        of_base(&gate.policy, evidence, &gate.named.merging, &gate.registry, today)
    }
}

/// What the findings are held against.
#[derive(Default)]
pub(super) struct Against {
    pub(super) baseline: Option<Baseline>,
    /// Fingerprints of findings of which the base cannot be asked.
    pub(super) not_compared: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

/// Composes everything that is known of the base. The findings are merged and have their fingerprints.
pub(super) fn against(
    run: Run<'_>,
    gate: &Gate,
    collected: &Collected,
    found: &baseline::Sources,
) -> Result<Against, Refusal> {
    let mut against = Against::default();
    let mut sources: Vec<Baseline> = found.named.iter().cloned().collect();
    let is_known = |section: &Section| found.named.as_ref().is_some_and(|named| named.checks.contains(section));
    if !run.plan.is_local_change() && !WINGS.iter().all(|(section, _)| is_known(section)) {
        match run.compared {
            Compared::Known(change) => {
                if let Err(why) = &change.base {
                    against.problems.push(listed(why));
                }
                let own = Own { run, gate, change, options: options::of(gate)? };
                sources.push(own.baseline(&collected.findings, &mut against));
            }
            Compared::Unknown(why) => against.problems.push(Problem::warning(
                ProblemCode::BaseUnreadable,
                format!("what the change introduces cannot be told from what was there before: {why}"),
            )),
            Compared::Nothing => {}
        }
    }
    // Where another run has read the reports, those are the ones that a report of the base belongs to.
    let reports = run.request.reported.as_ref().map_or(collected.reports.as_slice(), |reported| reported.reports());
    let of_base = base_reports::read(run, gate, reports);
    sources.extend(of_base.baselines);
    against.problems.extend(of_base.problems);
    sources.extend(found.committed.iter().cloned());
    against.baseline = compose(sources);
    Ok(against)
}

/// The findings of our own checks on the base.
struct Own<'a> {
    run: Run<'a>,
    gate: &'a Gate,
    change: &'a Change,
    options: portcullis_checks::Options,
}

/// What the base had of one file.
enum Before {
    /// The very same bytes: what is found now was found then.
    Same,
    /// This.
    Found(Vec<Finding>),
    /// Nobody can tell.
    Unreadable(String),
}

impl Own<'_> {
    /// Only files that differ are judged; where the base version cannot be read, the place in the diff tells, or nobody.
    fn baseline(&self, findings: &[Finding], against: &mut Against) -> Baseline {
        let mut now: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| is_own(finding)) {
            now.entry(finding.path()).or_default().push(finding);
        }
        let files: Vec<(String, String)> = self.files(now.keys().copied()).into_iter().collect();
        let before: Vec<Before> =
            files.par_iter().map(|(path, from)| self.before(path, from, now.contains_key(path.as_str()))).collect();
        let touched = self.change.paths();
        let mut found = Vec::new();
        for ((path, _), before) in files.iter().zip(before) {
            let here = now.get(path.as_str()).map(Vec::as_slice).unwrap_or_default();
            match before {
                Before::Same => found.extend(here.iter().copied().map(by_us)),
                Before::Found(findings) => found.extend(findings),
                Before::Unreadable(why) => {
                    for finding in here {
                        match self.change.adds_line_of(finding) {
                            Some(true) => {}
                            _ if !touched.contains(path.as_str()) => found.push(by_us(finding)),
                            _ => drop(against.not_compared.insert(finding.fingerprint.clone())),
                        }
                    }
                    // A base that git has nothing of was told once.
                    if !here.is_empty() && self.change.base.is_ok() {
                        against.problems.push(unreadable(path, &why));
                    }
                }
            }
        }
        let runs = WINGS.map(|(section, id)| CheckRun {
            section,
            id: id.to_owned(),
            status: RunStatus::Ran,
            ..CheckRun::default()
        });
        self.run.of_base(self.gate, Collected { findings: found, check_runs: runs.to_vec(), ..Collected::default() })
    }

    /// The files to ask the base about and what they were called there: those something was found in, and all that changed,
    /// because what is gone is told too.
    fn files<'p>(&self, found_in: impl Iterator<Item = &'p str>) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        if self.run.request.paths.is_empty() {
            for file in &self.change.files {
                let from = match &file.change {
                    What::Added => continue,
                    What::Renamed { from } => from,
                    What::Modified | What::Deleted | What::TypeChanged => &file.path,
                };
                files.insert(file.path.clone(), from.clone());
            }
        }
        for path in found_in {
            let from = self.change.renames.get(path).map_or(path, String::as_str);
            files.entry(path.to_owned()).or_insert_with(|| from.to_owned());
        }
        files
    }

    fn before(&self, path: &str, from: &str, has_findings: bool) -> Before {
        let base = match &self.change.base {
            Ok(base) => base,
            Err(why) => return Before::Unreadable(why.clone()),
        };
        let stat = match base.stat(from) {
            Ok(Some(stat)) if stat.kind != EntryKind::Directory => stat,
            Ok(_) | Err(TreeError::NotFound) => return Before::Found(Vec::new()),
            Err(error) => return Before::Unreadable(error.to_string()),
        };
        match base.read(from) {
            Ok(bytes)
                if has_findings && path == from && self.run.plan.subject.read(path).is_ok_and(|now| now == bytes) =>
            {
                return Before::Same;
            }
            Ok(_) | Err(TreeError::NotFound | TreeError::NotAFile | TreeError::Outside) => {}
            Err(error @ (TreeError::TooLarge { .. } | TreeError::Unreadable(_))) => {
                return Before::Unreadable(error.to_string());
            }
        }
        // By its old name: what a file is judged for hangs on where it lies, and the move may be what makes it a workflow.
        let entry = Entry { path: from.to_owned(), stat };
        let look = Look { tree: base, counting: &Secrets::Files, gate: self.gate, wings: Wings::ALL };
        let Said { secrets, checks } = files::judge(&entry, look, &at(&self.options, self.gate, &entry));
        let mut findings: Vec<Finding> = secrets.findings.into_iter().chain(checks.findings).collect();
        if path != from {
            for place in findings.iter_mut().flat_map(|finding| &mut finding.locations) {
                if place.path == from {
                    path.clone_into(&mut place.path);
                }
            }
            fingerprint::assign(&mut findings);
        }
        Before::Found(findings)
    }
}

/// Found by one of our own checks, perhaps by a report as well.
fn is_own(finding: &Finding) -> bool {
    finding.is_of_own_check() && finding.section != Section::None && !finding.path().is_empty()
}

/// As our own check alone would have said it: what a report of now says is nothing about the base.
fn by_us(finding: &Finding) -> Finding {
    let mut finding = finding.clone();
    finding.sources.retain(|source| source.report.is_empty());
    finding
}

fn listed(why: &str) -> Problem {
    let message = format!(
        "what the change introduces is told by the lines GitHub lists of it, not by what was there before: {why}"
    );
    Problem::warning(ProblemCode::BaseUnreadable, message)
}

fn unreadable(path: &str, why: &str) -> Problem {
    let message =
        format!("`{path}` cannot be read on the base, so its findings are told by their place in the diff: {why}");
    Problem::warning(ProblemCode::BaseUnreadable, message).at_path(path)
}
