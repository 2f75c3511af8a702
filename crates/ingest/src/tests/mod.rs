//! Whole reports through [`read`](crate::read).

mod bom_fixtures;
pub(crate) mod broken;
mod files;
pub(crate) mod fixtures;
mod health;
mod lint;
mod mutations;
mod npm;
mod quality;
pub(crate) mod real;
mod sarif;
mod sbom;
mod seeds;
mod trivy;
mod vex;
mod vulnerabilities;
mod vulnerability_fixtures;

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_model::{Collected, Health, PathResolver, ProblemCode};

use crate::{Input, Options, ReportOptions, Surroundings};

/// A repository in memory.
#[derive(Default)]
pub(crate) struct Repository {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) head: Option<String>,
    pub(crate) options: Options,
}

impl Repository {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { files, ..Self::default() }
    }

    pub(crate) fn read(&self, path: &str, bytes: &[u8], options: &ReportOptions) -> Collected {
        let resolver = PathResolver::new([], [], self.files.keys().cloned().collect());
        let file = |path: &str| self.files.get(path).map(|text| text.as_bytes().to_vec());
        let commits: Vec<&str> = self.head.iter().map(String::as_str).collect();
        let around =
            Surroundings { resolver: &resolver, now: now(), commits: &commits, file: &file, options: &self.options };
        crate::read(&Input { name: Some("deps"), path, bytes, modified: None, options }, &around)
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// Reads a report in an empty repository with default options.
pub(crate) fn read(bytes: impl AsRef<[u8]>) -> Collected {
    Repository::default().read("reports/report.json", bytes.as_ref(), &ReportOptions::default())
}

pub(crate) fn read_as(format: &str, bytes: impl AsRef<[u8]>) -> Collected {
    let options = ReportOptions { format: Some(format.to_owned()), ..ReportOptions::default() };
    Repository::default().read("reports/report.json", bytes.as_ref(), &options)
}

pub(crate) fn codes(collected: &Collected) -> Vec<ProblemCode> {
    collected.problems.iter().map(|problem| problem.code).collect()
}

/// The worst health of everything that was read.
pub(crate) fn health(collected: &Collected) -> Health {
    collected.reports.iter().map(|report| report.health).max().unwrap_or_default()
}

pub(crate) fn ids(collected: &Collected) -> Vec<&str> {
    collected.findings.iter().map(|finding| finding.id.as_str()).collect()
}

/// How much a report says: findings, inventory, statements.
pub(crate) fn held(collected: &Collected) -> usize {
    collected.findings.len() + collected.components.len() + collected.vex.len()
}

/// The format of a fixture.
pub(crate) fn detected(text: &str) -> &'static str {
    fixtures::all().find(|(_, known)| *known == text).map(|(name, _)| name).unwrap()
}
