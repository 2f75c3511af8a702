//! `vex`: which statements about vulnerabilities the policy trusts, and what they make of findings (spec/ingest.md 11).
//!
//! The statements come from documents of the tree that steers: what a pull request adds to its own documents is not here.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_model::{
    Bom, Collected, Component, Finding, Glob, Judged, Origin, Package, Problem, ProblemCode, Section, State,
    Suppression, VexProduct, VexStatement, VexStatus, advisory, text, version,
};

use super::is_same;
use super::purl::Purl;
use crate::pattern::Pattern;

/// An entry of `vex`.
#[derive(Clone, Debug)]
pub struct VexEntry {
    /// Documents it is about.
    pub path: Glob,
    /// Only statements of these authors; none means any.
    pub(crate) authors: Vec<Pattern>,
    /// Seconds; older statements do not count.
    pub(crate) max_age: Option<i64>,
    /// Without a reason nothing is taken for not affected.
    pub(crate) require_justification: bool,
    /// Where the entry stands.
    pub origin: Origin,
}

/// The state a statement gives a finding, from best to worst for who made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    NotAffected,
    Fixed,
    UnderInvestigation,
    Affected,
}

/// A statement that counts, its names and products read.
struct Trusted<'a> {
    statement: &'a VexStatement,
    ids: BTreeSet<String>,
    products: Vec<Product>,
}

/// A product with its package URLs read.
struct Product {
    purl: Option<Purl>,
    hashes: Vec<String>,
    bom_ref: Option<String>,
    subcomponents: Vec<Self>,
}

impl Product {
    fn of(product: &VexProduct) -> Self {
        Self {
            purl: product.purl.as_deref().and_then(Purl::parse),
            hashes: product.hashes.iter().map(|hash| bare_hash(hash).to_owned()).collect(),
            bom_ref: product.bom_ref.clone(),
            // Subcomponents of subcomponents are no form of any format.
            subcomponents: product
                .subcomponents
                .iter()
                .map(|inner| Self::of(&VexProduct { subcomponents: Vec::new(), ..inner.clone() }))
                .collect(),
        }
    }
}

fn bare_hash(hash: &str) -> &str {
    hash.rsplit(':').next().unwrap_or(hash)
}

/// What the statements did besides changing findings.
#[derive(Default)]
pub(crate) struct Applied {
    /// What is wrong with statements that do not count.
    pub(crate) problems: Vec<Problem>,
    /// Since when a finding is under investigation, by its fingerprint with its place.
    pub(crate) investigated: BTreeMap<String, Date>,
}

/// Applies every trusted statement.
pub(crate) fn apply(
    entries: &[VexEntry],
    statements: &[VexStatement],
    collected: &Collected,
    findings: &mut [Judged],
    today: Date,
) -> Applied {
    let mut problems = Problems::default();
    let mut investigated = BTreeMap::new();
    let trusted: Vec<Trusted<'_>> =
        statements.iter().filter_map(|statement| trusted(entries, statement, today, &mut problems)).collect();
    let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, one) in trusted.iter().enumerate() {
        for id in &one.ids {
            by_id.entry(id).or_default().push(index);
        }
    }
    if by_id.is_empty() {
        return Applied { problems: problems.told(), investigated };
    }
    let around = Around::new(collected);
    for judged in
        findings.iter_mut().filter(|judged| judged.finding.section == Section::Vulnerabilities && judged.is_open())
    {
        let named: BTreeSet<usize> = judged
            .finding
            .all_ids()
            .filter_map(|id| by_id.get(advisory::spelling(id).as_str()))
            .flatten()
            .copied()
            .collect();
        let matching = named
            .into_iter()
            .filter_map(|index| trusted.get(index))
            .filter_map(|one| around.matches(one, &judged.finding));
        if let Some(last) = matching.max_by(Said::order) {
            last.apply(judged);
            let said = last.statement.timestamp.filter(|_| judged.state == State::UnderInvestigation);
            if let Some(said) = said {
                let day = said.to_zoned(TimeZone::UTC).date();
                investigated.insert(judged.finding.location_fingerprint.clone(), day);
            }
        }
    }
    Applied { problems: problems.told(), investigated }
}

/// What is wrong with statements, once per document and reason, with their number.
#[derive(Default)]
struct Problems {
    counted: BTreeMap<(String, String), u64>,
}

impl Problems {
    fn add(&mut self, document: &str, why: &str) {
        *self.counted.entry((document.to_owned(), why.to_owned())).or_default() += 1;
    }

    fn told(self) -> Vec<Problem> {
        let told = |((document, why), count): ((String, String), u64)| {
            let of = if count == 1 { "1 statement does".to_owned() } else { format!("{count} statements do") };
            let message = format!("`{document}`: {of} not count: {why}");
            Problem::warning(ProblemCode::Stale, message).at_path(document).in_section(Section::Vulnerabilities)
        };
        self.counted.into_iter().map(told).collect()
    }
}

/// Whether an entry of the policy lets the statement count.
fn trusted<'a>(
    entries: &[VexEntry],
    statement: &'a VexStatement,
    today: Date,
    problems: &mut Problems,
) -> Option<Trusted<'a>> {
    let entry = entries.iter().find(|entry| entry.path.matches(&statement.document))?;
    let author = statement.author.as_deref().unwrap_or_default();
    if !entry.authors.is_empty() && !entry.authors.iter().any(|known| known.matches(author)) {
        let who = if author.is_empty() { "nobody".to_owned() } else { format!("`{}`", text::bounded(author, 80)) };
        problems.add(&statement.document, &format!("{who} is not among the `authors` of {}", entry.origin));
        return None;
    }
    if let Some(most) = entry.max_age {
        match statement.timestamp.map(|timestamp| seconds_since(timestamp, today)) {
            Some(age) if age <= most => {}
            Some(_) => {
                problems.add(&statement.document, &format!("older than `max_age` of {}", entry.origin));
                return None;
            }
            None => {
                problems.add(&statement.document, &format!("without a time, and {} sets `max_age`", entry.origin));
                return None;
            }
        }
    }
    let said = |words: &Option<String>| words.as_ref().is_some_and(|words| !words.trim().is_empty());
    let unexplained = !said(&statement.justification) && !said(&statement.impact);
    if statement.status == VexStatus::NotAffected && entry.require_justification && unexplained {
        problems.add(&statement.document, "not affected, but no justification and no impact statement says why");
        return None;
    }
    Some(Trusted {
        statement,
        ids: statement.ids.iter().map(|id| advisory::spelling(id)).collect(),
        products: statement.products.iter().map(Product::of).collect(),
    })
}

/// Whole days, as every date of the policy.
fn seconds_since(timestamp: jiff::Timestamp, today: Date) -> i64 {
    let day = timestamp.to_zoned(TimeZone::UTC).date();
    let days = day.until(today).map_or(0, |span| i64::from(span.get_days()));
    days.max(0).saturating_mul(86_400)
}

/// What the reports know of the thing that was scanned.
struct Around<'a> {
    roots: BTreeMap<&'a str, Vec<&'a Component>>,
    components: BTreeMap<&'a str, Vec<&'a Component>>,
    boms: BTreeMap<&'a str, &'a Bom>,
}

/// A statement about a finding.
struct Said<'a> {
    statement: &'a VexStatement,
    /// Versions of the products that name the finding's own package.
    versions: Vec<Option<String>>,
}

impl<'a> Around<'a> {
    fn new(collected: &'a Collected) -> Self {
        let mut around = Self { roots: BTreeMap::new(), components: BTreeMap::new(), boms: BTreeMap::new() };
        for component in &collected.components {
            let list = if component.is_root { &mut around.roots } else { &mut around.components };
            list.entry(&component.report).or_default().push(component);
        }
        around.boms = collected.boms.iter().map(|bom| (bom.report.as_str(), bom)).collect();
        around
    }

    /// The statement, where one of its products is what the finding is about.
    fn matches<'s>(&self, trusted: &Trusted<'s>, finding: &Finding) -> Option<Said<'s>> {
        let package = finding.package.as_deref()?;
        // Without a package URL no product can be told to be it, and none matches.
        package.purl.as_ref()?;
        let is_fix = trusted.statement.status == VexStatus::Fixed;
        let versions: Vec<Option<String>> = trusted
            .products
            .iter()
            .filter_map(|product| self.product(product, package, finding, trusted.statement, is_fix))
            .collect();
        (!versions.is_empty()).then_some(Said { statement: trusted.statement, versions })
    }

    /// `None` where the product is another one; else the version it states of the package.
    #[allow(clippy::option_option, reason = "whether it matches, and which version it states if any")]
    fn product(
        &self,
        product: &Product,
        package: &Package,
        finding: &Finding,
        statement: &VexStatement,
        any_version: bool,
    ) -> Option<Option<String>> {
        let own = |product: &Product| names_package(product, package, finding, statement, any_version);
        let stated = |product: &Product| product.purl.as_ref().and_then(|purl| purl.version.clone());
        if own(product) {
            return Some(stated(product));
        }
        if product.subcomponents.is_empty() {
            return self.is_scanned(product, finding).then_some(None);
        }
        let part = product.subcomponents.iter().find(|part| own(part))?;
        (self.is_scanned(product, finding) || self.leads_to(product, package, finding)).then(|| stated(part))
    }

    /// The image, directory or application that was scanned.
    fn is_scanned(&self, product: &Product, finding: &Finding) -> bool {
        if let Some(artifact) = finding.artifact.as_deref() {
            let digest = artifact.digest.as_deref();
            let by_hash = digest
                .is_some_and(|digest| product.hashes.iter().any(|hash| hash.eq_ignore_ascii_case(bare_hash(digest))));
            let by_name = product.purl.as_ref().is_some_and(|purl| purl.names_image(&artifact.name, digest));
            if by_hash || by_name {
                return true;
            }
        }
        let roots = finding.sources.iter().filter_map(|source| self.roots.get(source.report.as_str())).flatten();
        roots.into_iter().any(|root| is_component(product, root))
    }

    /// A component that brings the package along, whether the report says so by edges or by a path.
    fn leads_to(&self, product: &Product, package: &Package, finding: &Finding) -> bool {
        let by_path =
            product.purl.as_ref().is_some_and(|purl| package.dependency_path.iter().any(|step| is_step(step, purl)));
        by_path || finding.sources.iter().any(|source| self.leads_to_in(&source.report, product, package))
    }

    fn leads_to_in(&self, report: &str, product: &Product, package: &Package) -> bool {
        let (Some(bom), Some(components)) = (self.boms.get(report), self.components.get(report)) else { return false };
        let refs_of = |wanted: &dyn Fn(&Component) -> bool| -> BTreeSet<&str> {
            components
                .iter()
                .filter(|component| wanted(component))
                .filter_map(|component| component.package.bom_ref.as_deref())
                .collect()
        };
        let products = refs_of(&|component| is_component(product, component));
        let targets = refs_of(&|component| is_same(&component.package, package));
        if products.is_empty() || targets.is_empty() {
            return false;
        }
        let edges: BTreeMap<&str, &[Arc<str>]> =
            bom.dependencies.iter().map(|(from, to)| (&**from, to.as_slice())).collect();
        let mut seen: BTreeSet<&str> = products.clone();
        let mut open: Vec<&str> = products.into_iter().collect();
        while let Some(next) = open.pop() {
            if targets.contains(next) {
                return true;
            }
            for to in edges.get(next).into_iter().flat_map(|to| to.iter()) {
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        false
    }
}

/// Whether a product is the finding's own package.
fn names_package(
    product: &Product,
    package: &Package,
    finding: &Finding,
    statement: &VexStatement,
    any_version: bool,
) -> bool {
    let by_purl = product
        .purl
        .as_ref()
        .is_some_and(|purl| if any_version { purl.names_any_version(package) } else { purl.names(package) });
    // Names inside a document mean something only in that document.
    let same_document = finding.sources.iter().any(|source| source.report == statement.document);
    by_purl || (same_document && product.bom_ref.is_some() && product.bom_ref == package.bom_ref)
}

fn is_component(product: &Product, component: &Component) -> bool {
    let by_hash =
        component.hashes.iter().any(|hash| product.hashes.iter().any(|known| known.eq_ignore_ascii_case(&hash.value)));
    by_hash || product.purl.as_ref().is_some_and(|purl| purl.names(&component.package))
}

/// `express@4.18.2` and `express` of a dependency path.
fn is_step(step: &str, purl: &Purl) -> bool {
    let (name, version) = match step.rfind('@').filter(|at| *at > 0) {
        Some(at) => (step.get(..at).unwrap_or(step), step.get(at + 1..)),
        None => (step, None),
    };
    let full = match (purl.namespace.as_str(), purl.ecosystem.as_str()) {
        ("", _) => purl.name.clone(),
        (namespace, "maven") => format!("{namespace}:{}", purl.name),
        (namespace, _) => format!("{namespace}/{}", purl.name),
    };
    name.eq_ignore_ascii_case(&full) && purl.version.as_deref().is_none_or(|wanted| version == Some(wanted))
}

impl Said<'_> {
    /// The newest statement counts; of two of one time the worse one.
    fn order(&self, other: &Self) -> Ordering {
        let key = |said: &Self| (said.statement.timestamp, weight(said.statement.status));
        key(self)
            .cmp(&key(other))
            .then_with(|| other.statement.document.cmp(&self.statement.document))
            .then_with(|| other.statement.line.cmp(&self.statement.line))
    }

    fn apply(&self, judged: &mut Judged) {
        let statement = self.statement;
        let place = match statement.line {
            Some(line) => format!("{}:{line}", statement.document),
            None => statement.document.clone(),
        };
        let (state, word) = match statement.status {
            VexStatus::Affected => {
                judged.notes.push(format!("a VEX statement says that it is affected ({place})"));
                return;
            }
            VexStatus::NotAffected => (State::NotAffected, "not_affected"),
            VexStatus::Fixed if self.is_mended(&judged.finding) => (State::Fixed, "fixed"),
            VexStatus::Fixed => {
                let versions: Vec<_> = self.versions.iter().flatten().map(|version| format!("`{version}`")).collect();
                let stated = if versions.is_empty() { "no version".to_owned() } else { versions.join(", ") };
                judged.notes.push(format!(
                    "a VEX statement says that it is fixed in {stated}, which is not what is installed ({place})"
                ));
                return;
            }
            VexStatus::UnderInvestigation => (State::UnderInvestigation, "under_investigation"),
        };
        judged.state = state;
        let suppression = Suppression {
            by: "vex".to_owned(),
            kind: word.to_owned(),
            reason: statement
                .impact
                .clone()
                .or_else(|| statement.action.clone())
                .map(|words| text::bounded(&words, 2_000)),
            justification: statement.justification.clone(),
            owner: statement.author.clone(),
            source_file: Some(statement.document.clone()),
            line: statement.line,
            accepted: true,
            ..Suppression::default()
        };
        // What decided comes first.
        judged.finding.suppressions.insert(0, suppression);
    }

    /// What is installed is the stated version or a later one.
    fn is_mended(&self, finding: &Finding) -> bool {
        let Some(package) = finding.package.as_deref() else { return false };
        let Some(installed) = package.version.as_deref() else { return false };
        self.versions
            .iter()
            .flatten()
            .any(|fixed| version::compare(&package.ecosystem, installed, fixed).is_some_and(Ordering::is_ge))
    }
}

const fn weight(status: VexStatus) -> Weight {
    match status {
        VexStatus::NotAffected => Weight::NotAffected,
        VexStatus::Fixed => Weight::Fixed,
        VexStatus::UnderInvestigation => Weight::UnderInvestigation,
        VexStatus::Affected => Weight::Affected,
    }
}

#[cfg(test)]
mod tests;
