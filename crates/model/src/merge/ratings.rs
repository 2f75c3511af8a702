//! Which severity of several counts (policy `ingest.merge_severity`).

use crate::{Finding, Severity, SeveritySource};

/// What one report says of the severity.
pub(super) struct Rating {
    tool: String,
    severity: Severity,
    source: SeveritySource,
    original: String,
}

impl Rating {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            tool: finding.tool().to_ascii_lowercase(),
            severity: finding.severity,
            source: finding.severity_source,
            original: finding.severity_original.clone(),
        }
    }
}

/// Notes at every source what it says, before the findings become one.
pub(super) fn note(finding: &mut Finding) {
    let severity = finding.severity;
    for source in &mut finding.sources {
        source.severity.get_or_insert(severity);
    }
}

/// Takes the notes back where all sources agree, and the severity of the first tool of the list that has one.
pub(super) fn settle(finding: &mut Finding, ratings: &[Rating], prefer: &[String]) {
    let mut said = finding.sources.iter().filter_map(|source| source.severity);
    let first = said.next();
    if said.all(|severity| Some(severity) == first) {
        finding.sources.iter_mut().for_each(|source| source.severity = None);
    }
    let known = |tool: &String| {
        let of_tool = ratings.iter().filter(|rating| rating.tool == tool.to_ascii_lowercase());
        of_tool
            .filter(|rating| rating.severity != Severity::Unknown)
            .min_by_key(|rating| rating.severity.display_rank())
    };
    if let Some(preferred) = prefer.iter().find_map(known) {
        finding.severity = preferred.severity;
        finding.severity_source = preferred.source;
        finding.severity_original.clone_from(&preferred.original);
    }
}
