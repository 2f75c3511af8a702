//! The supply chain: findings that only policy can see, made from the inventory of the reports.

pub(crate) mod license;
pub(crate) mod packages;
mod purl;
pub(crate) mod sbom;
pub(crate) mod vex;

use jiff::civil::Date;
use portcullis_model::purl::normal_version;
use portcullis_model::{
    Collected, Component, Finding, Level, Origin, Package, Problem, Section, Severity, SeveritySource, Source,
};
use portcullis_model::{Kind, fingerprint, text};

use crate::Policy;
use crate::policy::Setting;

/// What the inventory comes to under the policy.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) findings: Vec<Finding>,
    pub(crate) problems: Vec<Problem>,
}

/// Every finding about licences, packages and bills of materials, each with its fingerprints.
pub(crate) fn made(policy: &Policy, collected: &Collected, well_known: &[String], today: Date) -> Made {
    let mut made = Made::default();
    license::judge(&policy.licenses, collected, &mut made);
    packages::judge(&policy.packages, collected, well_known, today, &mut made);
    sbom::judge(&policy.sbom, collected, today, &mut made);
    fingerprint::assign(&mut made.findings);
    made
}

/// The level of a finding that a key of the policy names by itself (spec/policy.md 5, step 4).
pub(crate) fn base_level(policy: &Policy, finding: &Finding) -> Option<(String, Setting<Level>)> {
    match finding.kind {
        Kind::License => license::base_level(&policy.licenses, finding),
        Kind::Sbom => sbom::base_level(&policy.sbom, finding),
        _ => None,
    }
}

/// The severity the policy gives a finding whatever its tool says, with the key that does.
pub(crate) fn severity(policy: &Policy, finding: &Finding) -> Option<(&'static str, Severity, Origin)> {
    match finding.kind {
        Kind::License => license::severity(&policy.licenses, finding),
        _ => None,
    }
}

/// What tells packages apart in an inventory.
type Identity<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

fn identity(package: &Package) -> Identity<'_> {
    let version = package.version.as_deref().map(|version| normal_version(&package.ecosystem, version));
    (&package.ecosystem, package.namespace.as_deref().unwrap_or_default(), &package.name, version)
}

/// Whether two reports speak of one package: one of them may not state the version.
fn is_same(one: &Package, two: &Package) -> bool {
    let ((ecosystem, namespace, name, version), other) = (identity(one), identity(two));
    (ecosystem, namespace, name) == (other.0, other.1, other.2)
        && (version == other.3 || version.is_none() || other.3.is_none())
}

/// What licences and package rules are about: packages, and not the thing that was scanned nor the files in it.
fn is_package(component: &Component) -> bool {
    let is_thing = matches!(
        component.kind.as_str(),
        "cryptographic-asset"
            | "file"
            | "data"
            | "machine-learning-model"
            | "operating-system"
            | "container"
            | "device"
    );
    !component.is_root && !is_thing && !component.package.name.is_empty()
}

/// A finding about a package of an inventory.
fn about(component: &Component, kind: Kind, id: &str, title: &str, message: &str, remediation: &str) -> Finding {
    let section = match kind {
        Kind::License => Section::Licenses,
        Kind::Sbom => Section::Sbom,
        _ => Section::Packages,
    };
    Finding {
        kind,
        section,
        rule_id: id.to_owned(),
        id: id.to_owned(),
        title: text::bounded(title, text::TITLE),
        message: text::bounded(message, text::MESSAGE),
        remediation: Some(text::bounded(remediation, text::MESSAGE)),
        severity: Severity::High,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(component.package.clone())),
        sources: vec![Source { tool: "portcullis".to_owned(), report: component.report.clone(), ..Source::default() }],
        ..Finding::default()
    }
}
