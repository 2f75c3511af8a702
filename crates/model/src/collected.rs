//! What the wings give back, and what policy gets (DESIGN section 2).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Baseline, Bom, CheckRun, Component, Finding, InputReport, KnownSecret, LineCoverage, Metric, Problem,
    SuppressionComment, TestSuite, VexStatement,
};

/// What a wing gives back for one input.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub problems: Vec<Problem>,
    /// What ran.
    pub check_runs: Vec<CheckRun>,
    /// Reports that were read.
    pub reports: Vec<InputReport>,
    /// Numbers.
    pub metrics: Vec<Metric>,
    /// Test runs.
    pub test_suites: Vec<TestSuite>,
    /// Lines the tests ran, file by file.
    pub coverage: Vec<LineCoverage>,
    /// Inventory.
    pub components: Vec<Component>,
    /// Bills of materials the inventory comes from.
    pub boms: Vec<Bom>,
    /// What VEX documents say.
    pub vex: Vec<VexStatement>,
    /// Every suppression comment met, also those that matched nothing.
    pub suppression_comments: Vec<SuppressionComment>,
    /// Secret texts met: masked in everything that leaves the program, never written.
    pub known_secrets: Vec<KnownSecret>,
}

impl Collected {
    /// Takes over everything of another input; check runs of the same id are added up.
    pub fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.problems.extend(other.problems);
        self.reports.extend(other.reports);
        self.metrics.extend(other.metrics);
        self.test_suites.extend(other.test_suites);
        self.coverage.extend(other.coverage);
        self.components.extend(other.components);
        self.boms.extend(other.boms);
        self.vex.extend(other.vex);
        self.suppression_comments.extend(other.suppression_comments);
        self.known_secrets.extend(other.known_secrets);
        for run in other.check_runs {
            match self.check_runs.iter_mut().find(|known| known.section == run.section && known.id == run.id) {
                Some(known) => known.add(run),
                None => self.check_runs.push(run),
            }
        }
    }
}

impl CheckRun {
    /// Adds what the same check did on another input. An error on one input is not hidden by a run on another.
    pub fn add(&mut self, other: Self) {
        use crate::RunStatus::{Error, Ran, Skipped};
        self.seen += other.seen;
        self.skipped.extend(other.skipped);
        self.status = match (self.status, other.status) {
            (Error, _) | (_, Error) => Error,
            (Ran, _) | (_, Ran) => Ran,
            (Skipped, Skipped) => Skipped,
        };
    }
}

/// Everything collected and merged: the input of policy.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What the wings found, duplicates merged, in the total order of [`order`](crate::order).
    pub collected: Collected,
    /// Tracked paths of the subject tree, sorted: what `required: auto` and globs without effect are decided on.
    pub tracked: Vec<String>,
    /// Only some files were judged: what matched nothing may match elsewhere.
    pub partial: bool,
    /// The checks of the program alone judge a change nobody else has seen: no report is read, and none is missed.
    pub own_checks_only: bool,
    /// What was there before; without one nothing is known to be new.
    pub baseline: Option<Baseline>,
    /// Files the change moved: their path now, and what it was on the base.
    pub renames: BTreeMap<String, String>,
    /// Fingerprints of findings of our own checks of which nobody can tell whether the base had them.
    pub not_compared: BTreeSet<String>,
    /// A pull request or merge group is judged, and not a branch as it is.
    pub judges_change: bool,
    /// The lines the change adds are known: where no value says how many of them the tests ran, there is none to judge.
    pub lines_compared: bool,
    /// What the VEX documents of the tree that steers say. Statements that came with a report are in
    /// [`Collected::vex`] and steer nothing.
    pub vex: Vec<VexStatement>,
    /// Names of well-known packages, of the list the policy names: `express`, `npm:express`.
    pub well_known_names: Vec<String>,
}

/// A check counted in [`Outcome::tools`](crate::Outcome::tools).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolStatus {
    /// Ran, found nothing.
    Ok,
    /// Ran, found something.
    Findings,
    /// Nothing to judge.
    #[default]
    Skipped,
    /// Could not judge.
    Error,
    /// A required report is not there.
    Missing,
}
