//! What every report about vulnerable packages says, whatever words it uses: the one translation into a finding.

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_model::text::{self, bounded};
use portcullis_model::{
    Artifact, Finding, Fix, FixState, Kind, Location, Package, Section, State, Suppression, Vulnerability,
};

use crate::advisory::Names;
use crate::severity::Rating;

/// A known vulnerability of a package.
#[derive(Default)]
pub(crate) struct Weakness<'a> {
    /// Id in the tool's own words.
    pub(crate) rule_id: &'a str,
    pub(crate) names: Names,
    /// Empty where the report has none: then id and package are the title.
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) rating: Rating,
    pub(crate) cwes: BTreeSet<u32>,
    pub(crate) package: Package,
    pub(crate) fix: Fix,
    /// The report's own advice; else the versions that mend it are named.
    pub(crate) remediation: Option<String>,
    pub(crate) locations: Vec<Location>,
    pub(crate) artifact: Option<Arc<Artifact>>,
    /// The first is the page of the advisory.
    pub(crate) references: Vec<String>,
    pub(crate) details: Vulnerability,
    /// The report says that the package itself is harmful.
    pub(crate) is_malicious: bool,
    pub(crate) state: State,
    pub(crate) suppressions: Vec<Suppression>,
}

impl Weakness<'_> {
    pub(crate) fn finding(self) -> Finding {
        let label = self.package.label();
        let title = match self.title.trim() {
            "" => format!("{} in {label}", self.names.id),
            title => bounded(title, text::TITLE),
        };
        let remediation = self.remediation.or_else(|| upgrade(&self.package, &self.fix));
        let is_malicious = self.is_malicious || self.names.is_malware();
        let mut finding = Finding {
            kind: Kind::Vulnerability,
            section: Section::Vulnerabilities,
            rule_id: self.rule_id.to_owned(),
            message: format!("{label}: {title}"),
            title,
            description: bounded(self.description, text::DESCRIPTION),
            remediation,
            severity: self.rating.severity,
            severity_source: self.rating.source,
            severity_original: self.rating.original,
            cwes: self.cwes,
            package: Some(Box::new(self.package)),
            fix: Some(self.fix),
            locations: self.locations,
            artifact: self.artifact,
            vulnerability: Some(Box::new(self.details)),
            references: self.references.into_iter().chain(self.names.notices).collect(),
            state: self.state,
            suppressions: self.suppressions,
            id: self.names.id,
            aliases: self.names.aliases,
            ..Finding::default()
        };
        if is_malicious {
            finding.set_malware();
        }
        finding
    }
}

fn upgrade(package: &Package, fix: &Fix) -> Option<String> {
    (fix.state == FixState::Fixed && !fix.versions.is_empty())
        .then(|| format!("upgrade `{}` to {}", package.name, fix.versions.join(" or ")))
}

/// Fixed where versions are named; what the report means when it names none.
pub(crate) fn fixed_in(versions: Vec<String>, otherwise: FixState) -> Fix {
    let state = if versions.is_empty() { otherwise } else { FixState::Fixed };
    Fix { state, versions, available_since: None }
}
