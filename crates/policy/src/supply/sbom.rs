//! `sbom`: what a bill of materials has to say (spec/ingest.md 10.1).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_model::{Bom, Collected, Component, Finding, Kind, Level, Location, Origin, text};

use super::license::{Aliases, Stated, stated};
use super::{Identity, Made, about, identity};
use crate::policy::Setting;

/// Missing things named in one message.
const MOST_NAMED: usize = 20;
/// The age at which `sbom.quality.checks.age` no longer passes.
const OLDEST_DAYS: i32 = 90;

/// One thing a bill of materials has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Check {
    Supplier,
    Name,
    Version,
    UniqueId,
    Dependencies,
    Author,
    Timestamp,
    Purl,
    Licenses,
    Duplicates,
    Sha256,
    CleanParse,
    Age,
}

impl Check {
    pub(crate) const ALL: [Self; 13] = [
        Self::Supplier,
        Self::Name,
        Self::Version,
        Self::UniqueId,
        Self::Dependencies,
        Self::Author,
        Self::Timestamp,
        Self::Purl,
        Self::Licenses,
        Self::Duplicates,
        Self::Sha256,
        Self::CleanParse,
        Self::Age,
    ];

    /// The minimum elements of the NTIA.
    const MINIMUM: usize = 7;

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Name => "name",
            Self::Version => "version",
            Self::UniqueId => "unique_id",
            Self::Dependencies => "dependencies",
            Self::Author => "author",
            Self::Timestamp => "timestamp",
            Self::Purl => "purl",
            Self::Licenses => "licenses",
            Self::Duplicates => "duplicates",
            Self::Sha256 => "sha256",
            Self::CleanParse => "clean_parse",
            Self::Age => "age",
        }
    }

    /// What passes it, after "N of M components".
    const fn what(self) -> &'static str {
        match self {
            Self::Supplier => "state a supplier",
            Self::Name => "state a name",
            Self::Version => "state a version",
            Self::UniqueId => "have a unique id (package URL, CPE, SWID tag or checksum)",
            Self::Dependencies => "stand in a dependency relationship",
            Self::Author => "the document does not say who or what made it",
            Self::Timestamp => "the document does not say, or not credibly, when it was made",
            Self::Purl => "have a valid package URL",
            Self::Licenses => "state a licence that is known",
            Self::Duplicates => "are listed once",
            Self::Sha256 => "have a SHA-256 checksum",
            Self::CleanParse => "the document could be read only with leniency",
            Self::Age => "the document is older than 90 days, or does not say how old it is",
        }
    }

    /// How much it weighs in the score: who a component is counts double.
    const fn weight(self) -> f64 {
        match self {
            Self::Name | Self::Version | Self::UniqueId | Self::Dependencies => 2.0,
            _ => 1.0,
        }
    }

    /// It is about the document, not about its components.
    const fn is_of_document(self) -> bool {
        matches!(self, Self::Author | Self::Timestamp | Self::CleanParse | Self::Age)
    }

    /// What a profile asks: share and level.
    fn asked_by(self, profile: &str) -> Option<(f64, Level)> {
        match (profile, self) {
            ("ntia", Self::Supplier) => Some((100.0, Level::Warn)),
            ("ntia", check) if Self::ALL.iter().take(Self::MINIMUM).any(|one| *one == check) => {
                Some((100.0, Level::Fail))
            }
            ("basic", Self::Name | Self::Version | Self::UniqueId) => Some((95.0, Level::Warn)),
            _ => None,
        }
    }
}

/// `sbom`, besides what every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct SbomPolicy {
    /// Per cent.
    pub(crate) min_score: Option<Setting<f64>>,
    pub(crate) formats: Vec<Setting<String>>,
    pub(crate) profile: Setting<String>,
    pub(crate) checks: BTreeMap<Check, CheckPolicy>,
    /// Per cent.
    pub(crate) min_edges: Option<Setting<f64>>,
}

/// An entry of `sbom.quality.checks`.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckPolicy {
    pub(crate) min: Option<Setting<f64>>,
    pub(crate) level: Option<Setting<Level>>,
}

/// What is asked of a check, and which key says so.
struct Asked {
    min: f64,
    level: Setting<Level>,
    key: String,
}

impl SbomPolicy {
    fn asked(&self, check: Check) -> Option<Asked> {
        let own = self.checks.get(&check).filter(|own| own.min.is_some() || own.level.is_some());
        let profile = check.asked_by(&self.profile.value);
        let key = format!("sbom.quality.checks.{}", check.as_str());
        let of_profile = |level| Setting { value: level, origin: self.profile.origin.clone() };
        Some(match (own, profile) {
            (Some(own), profile) => {
                let min = own.min.as_ref().map_or(profile.map_or(100.0, |(min, _)| min), |min| min.value);
                let origin = own.min.as_ref().map(|min| min.origin.clone()).unwrap_or_default();
                let level = own.level.clone().unwrap_or_else(|| match profile {
                    Some((_, level)) => of_profile(level),
                    None => Setting { value: Level::Fail, origin },
                });
                Asked { min, level, key }
            }
            (None, Some((min, level))) => {
                Asked { min, level: of_profile(level), key: "sbom.quality.profile".to_owned() }
            }
            (None, None) => return None,
        })
    }
}

/// The level of a finding about a bill of materials.
pub(super) fn base_level(policy: &SbomPolicy, finding: &Finding) -> Option<(String, Setting<Level>)> {
    let fail = |origin: &Origin| Setting { value: Level::Fail, origin: origin.clone() };
    let id = finding.rule_id.strip_prefix("sbom:")?;
    match id {
        "score" => policy.min_score.as_ref().map(|setting| ("sbom.min_score".to_owned(), fail(&setting.origin))),
        "format" => policy.formats.first().map(|setting| ("sbom.formats".to_owned(), fail(&setting.origin))),
        id => {
            let check = Check::ALL.into_iter().find(|check| check.as_str() == id)?;
            policy.asked(check).map(|asked| (asked.key, asked.level))
        }
    }
}

/// How far a check is passed.
#[derive(Debug, Default)]
struct Passed {
    count: u64,
    of: u64,
    /// What does not pass it.
    missing: Vec<String>,
}

impl Passed {
    #[allow(clippy::cast_precision_loss, reason = "counts of components are small")]
    fn percent(&self) -> f64 {
        if self.of == 0 { 100.0 } else { self.count as f64 * 100.0 / self.of as f64 }
    }
}

/// Every finding about bills of materials.
pub(super) fn judge(policy: &SbomPolicy, collected: &Collected, today: Date, made: &mut Made) {
    let mut by_report: BTreeMap<&str, Vec<&Component>> = BTreeMap::new();
    for component in &collected.components {
        by_report.entry(&component.report).or_default().push(component);
    }
    for bom in &collected.boms {
        let components = by_report.get(bom.report.as_str()).map(Vec::as_slice).unwrap_or_default();
        let document =
            Document { bom, components, min_edges: policy.min_edges.as_ref().map(|setting| setting.value), today };
        made.findings.extend(document.findings(policy));
    }
}

struct Document<'a> {
    bom: &'a Bom,
    components: &'a [&'a Component],
    min_edges: Option<f64>,
    today: Date,
}

impl Document<'_> {
    fn findings(&self, policy: &SbomPolicy) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.format(policy));
        // Without a component nothing can be measured; that the document is empty is told by its reader.
        if self.parts().next().is_none() {
            return findings;
        }
        let measured: BTreeMap<Check, Passed> =
            Check::ALL.into_iter().map(|check| (check, self.measure(check))).collect();
        for (check, passed) in &measured {
            if let Some(asked) = policy.asked(*check)
                && passed.percent() < asked.min
            {
                findings.push(self.falls_short(*check, passed, &asked));
            }
        }
        findings.extend(self.score(policy, &measured));
        findings
    }

    /// Everything but the thing the document is about.
    fn parts(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().copied().filter(|component| !component.is_root)
    }

    fn format(&self, policy: &SbomPolicy) -> Option<Finding> {
        let first = policy.formats.first()?;
        if policy.formats.iter().any(|format| format.value == self.bom.family) {
            return None;
        }
        let wanted: Vec<_> = policy.formats.iter().map(|format| format!("`{}`", format.value)).collect();
        let message = format!(
            "`{}` is written in `{}`, and `sbom.formats` takes {} ({})",
            self.bom.report,
            self.bom.family,
            wanted.join(" or "),
            first.origin
        );
        Some(self.finding("format", "the format of the bill of materials is not allowed", &message))
    }

    fn score(&self, policy: &SbomPolicy, measured: &BTreeMap<Check, Passed>) -> Option<Finding> {
        let least = policy.min_score.as_ref()?;
        let counted = Check::ALL
            .into_iter()
            .enumerate()
            .filter(|(at, check)| *at < Check::MINIMUM || policy.checks.contains_key(check))
            .filter_map(|(_, check)| Some((check, measured.get(&check)?)));
        let (mut sum, mut weights) = (0.0, 0.0);
        let mut parts = Vec::new();
        for (check, passed) in counted {
            sum += passed.percent() * check.weight();
            weights += check.weight();
            parts.push(format!("{} {:.0}", check.as_str(), passed.percent().floor()));
        }
        let score = if weights > 0.0 { sum / weights } else { 0.0 };
        if score >= least.value {
            return None;
        }
        let message = format!(
            "`{}` scores {:.0} of 100, and `sbom.min_score` asks for {} ({}): {}",
            self.bom.report,
            score.floor(),
            least.value,
            least.origin,
            parts.join(", ")
        );
        Some(self.finding("score", "the bill of materials says too little", &message))
    }

    fn falls_short(&self, check: Check, passed: &Passed, asked: &Asked) -> Finding {
        let report = &self.bom.report;
        let by = format!("`{}` ({})", asked.key, asked.level.origin);
        let message = if check.is_of_document() {
            format!("`{report}`: {}; {by}", check.what())
        } else if check == Check::Dependencies && passed.missing.is_empty() {
            format!("`{report}` does not say what the thing it describes depends on; {by}")
        } else {
            format!(
                "`{report}`: {} of {} components {} ({:.0} %), {} % are asked for by {by}{}",
                passed.count,
                passed.of,
                check.what(),
                passed.percent().floor(),
                asked.min,
                named(&passed.missing)
            )
        };
        self.finding(check.as_str(), &format!("the bill of materials falls short of `{}`", check.as_str()), &message)
    }

    fn finding(&self, id: &str, title: &str, message: &str) -> Finding {
        let component = Component { report: self.bom.report.clone(), ..Component::default() };
        let remediation = "let the tool that writes the document state it, or complete the document before the gate";
        let made = about(&component, Kind::Sbom, &format!("sbom:{id}"), title, message, remediation);
        let place = Location { path: self.bom.report.clone(), ..Location::default() };
        Finding { package: None, locations: vec![place], ..made }
    }

    fn measure(&self, check: Check) -> Passed {
        let has = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let some = |text: &str| !text.trim().is_empty();
        match check {
            Check::Supplier => self.each(|component| has(&component.supplier)),
            Check::Name => self.each(|component| some(&component.package.name)),
            // An operating system and a file are what they are without one.
            Check::Version => self.each_of(
                |component| !matches!(component.kind.as_str(), "operating-system" | "file"),
                |component| has(&component.package.version),
            ),
            Check::UniqueId => self.each(|component| {
                component.package.purl.is_some()
                    || has(&component.cpe)
                    || has(&component.swid)
                    || !component.hashes.is_empty()
            }),
            Check::Dependencies => self.dependencies(),
            Check::Author => {
                document(!self.bom.authors.is_empty() || !self.bom.tools.is_empty() || has(&self.bom.supplier))
            }
            Check::Timestamp => document(!self.bom.odd_timestamp && self.days_old().is_some_and(|days| days >= -1)),
            Check::Age => document(self.days_old().is_some_and(|days| days <= OLDEST_DAYS)),
            Check::Purl => self.each(|component| component.package.purl.is_some() && component.invalid_purl.is_none()),
            Check::Licenses => self.each(|component| {
                let licenses = &component.package.licenses;
                let known = |raw: &String| matches!(stated(raw, &Aliases::new()), Stated::Licensed(_));
                !licenses.is_empty() && licenses.iter().all(known)
            }),
            Check::Duplicates => {
                let mut counts: BTreeMap<Identity<'_>, u64> = BTreeMap::new();
                for component in self.parts() {
                    *counts.entry(identity(&component.package)).or_default() += 1;
                }
                self.each(|component| counts.get(&identity(&component.package)) == Some(&1))
            }
            Check::Sha256 => self.each(|component| {
                component
                    .hashes
                    .iter()
                    .any(|hash| matches!(hash.algorithm.to_ascii_uppercase().as_str(), "SHA-256" | "SHA256"))
            }),
            Check::CleanParse => document(self.bom.is_clean),
        }
    }

    /// Days from its day to the day of the run.
    fn days_old(&self) -> Option<i32> {
        let day = self.bom.timestamp?.to_zoned(TimeZone::UTC).date();
        day.until(self.today).ok().map(|span| span.get_days())
    }

    fn each(&self, passes: impl Fn(&Component) -> bool) -> Passed {
        self.each_of(|_| true, passes)
    }

    fn each_of(&self, counts: impl Fn(&Component) -> bool, passes: impl Fn(&Component) -> bool) -> Passed {
        let mut share = Passed::default();
        for component in self.parts().filter(|component| counts(component)) {
            share.of += 1;
            if passes(component) {
                share.count += 1;
            } else {
                share.missing.push(called(component));
            }
        }
        share
    }

    /// The root has an edge; and so many components stand in one.
    fn dependencies(&self) -> Passed {
        let root = self.components.iter().find(|component| component.is_root);
        let root = self.bom.root.as_deref().or_else(|| root.and_then(|root| root.package.bom_ref.as_deref()));
        let has_edge = self.bom.dependencies.iter().any(|(from, to)| Some(&**from) == root && !to.is_empty());
        let Some(least) = self.min_edges else { return document(has_edge) };
        let named: BTreeSet<&str> = self
            .bom
            .dependencies
            .iter()
            .filter(|(_, to)| !to.is_empty())
            .flat_map(|(from, to)| std::iter::once(&**from).chain(to.iter().map(|to| &**to)))
            .collect();
        let stands =
            |component: &Component| component.package.bom_ref.as_deref().is_some_and(|name| named.contains(name));
        let passed = self.each(stands);
        // What is enough is enough: the share that counts is the one `min_edges` asks for.
        if !has_edge || passed.percent() >= least { document(has_edge) } else { passed }
    }
}

fn document(passes: bool) -> Passed {
    Passed { count: u64::from(passes), of: 1, missing: Vec::new() }
}

fn called(component: &Component) -> String {
    let label = component.package.label();
    if label.trim().is_empty() {
        component.package.bom_ref.clone().unwrap_or_else(|| "a component without a name".to_owned())
    } else {
        label
    }
}

fn named(missing: &[String]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let shown: Vec<_> = missing.iter().take(MOST_NAMED).map(|name| format!("`{}`", text::bounded(name, 80))).collect();
    let more = missing.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("; not: {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests;
