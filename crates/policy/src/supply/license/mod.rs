//! `licenses`: what the policy makes of the licences of packages (spec/ingest.md 10.2).

mod expression;
mod list;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Collected, Component, Finding, Kind, Level, License, Origin, Package, Problem, ProblemCode, Section, Severity, text,
};

use super::{Identity, Made, about, identity, is_package, is_same};
use crate::policy::Setting;
pub(crate) use expression::{Aliases, Stated, key, stated, terms};
pub(crate) use list::{Class, Entry, Lists, known_ids};

/// `licenses`, besides what every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct LicensePolicy {
    pub(crate) lists: Lists,
    pub(crate) unknown: Setting<Level>,
    pub(crate) unlicensed: Setting<Level>,
    pub(crate) copyleft: Setting<Level>,
    pub(crate) aliases: Aliases,
}

/// What a stated licence comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ruling {
    Allowed(Origin),
    Silent,
    Copyleft,
    Unknown,
    Unlicensed,
    NotAllowed(Origin),
    Denied(Origin),
}

/// A licence as a report states it, and what it comes to.
struct Ruled {
    /// Canonical, where it is understood; else the report's word.
    expression: String,
    ruling: Ruling,
    /// The licences of an expression it came to this by.
    by: Vec<String>,
}

impl LicensePolicy {
    fn rule(&self, raw: &str, deprecated: &mut BTreeMap<String, u64>) -> Ruled {
        let (expression, ruling, by) = match stated(raw, &self.aliases) {
            Stated::Unknown => (text::bounded(raw.trim(), 200), Ruling::Unknown, Vec::new()),
            Stated::Unlicensed => (text::bounded(raw.trim(), 200), Ruling::Unlicensed, Vec::new()),
            Stated::Licensed(terms) => {
                for id in &terms.deprecated {
                    *deprecated.entry(id.clone()).or_default() += 1;
                }
                let outcome = self.lists.evaluate(&terms);
                let origin = outcome.origin.unwrap_or_else(Origin::builtin);
                let ruling = match outcome.class {
                    Class::Allowed => Ruling::Allowed(origin),
                    Class::Silent => Ruling::Silent,
                    Class::Copyleft => Ruling::Copyleft,
                    Class::Unknown => Ruling::Unknown,
                    Class::NotAllowed => Ruling::NotAllowed(origin),
                    Class::Denied => Ruling::Denied(origin),
                };
                (terms.text, ruling, outcome.by)
            }
        };
        Ruled { expression, ruling, by }
    }

    /// What a finding about a licence comes to, whoever made it.
    fn of_finding(&self, finding: &Finding) -> Ruling {
        let stated =
            finding.license.as_deref().and_then(|license| license.expression.as_ref().or(license.name.as_ref()));
        match stated {
            Some(stated) => self.rule(stated, &mut BTreeMap::new()).ruling,
            None => Ruling::Unknown,
        }
    }
}

/// The level of a licence that neither list decides.
pub(super) fn base_level(policy: &LicensePolicy, finding: &Finding) -> Option<(String, Setting<Level>)> {
    let named = |key: &str, setting: &Setting<Level>| Some((key.to_owned(), setting.clone()));
    match policy.of_finding(finding) {
        Ruling::Allowed(origin) => named("licenses.allow", &Setting { value: Level::Off, origin }),
        Ruling::Copyleft => named("licenses.copyleft", &policy.copyleft),
        Ruling::Unknown => named("licenses.unknown", &policy.unknown),
        Ruling::Unlicensed => named("licenses.unlicensed", &policy.unlicensed),
        Ruling::Silent | Ruling::NotAllowed(_) | Ruling::Denied(_) => None,
    }
}

/// A denied licence is high, whatever class the tool that found it puts it in.
pub(super) fn severity(policy: &LicensePolicy, finding: &Finding) -> Option<(&'static str, Severity, Origin)> {
    match policy.of_finding(finding) {
        Ruling::Denied(origin) => Some(("licenses.deny", Severity::High, origin)),
        Ruling::NotAllowed(origin) => Some(("licenses.allow", Severity::High, origin)),
        _ => None,
    }
}

/// The licences of every package of every inventory, one finding per package and licence.
pub(super) fn judge(policy: &LicensePolicy, collected: &Collected, made: &mut Made) {
    let reported = reported(policy, collected);
    let mut deprecated = BTreeMap::new();
    let mut silent: BTreeMap<&str, u64> = BTreeMap::new();
    let speaking: BTreeSet<&str> = collected
        .components
        .iter()
        .filter(|component| is_package(component) && !component.package.licenses.is_empty())
        .map(|component| component.report.as_str())
        .collect();
    for package in inventory(collected) {
        let Some(first) = package.first() else { continue };
        let stated: BTreeSet<&str> =
            package.iter().flat_map(|component| &component.package.licenses).map(String::as_str).collect();
        if stated.is_empty() {
            match package.iter().find(|component| speaking.contains(component.report.as_str())) {
                Some(component) => made.findings.push(unstated(component)),
                None => *silent.entry(&first.report).or_default() += 1,
            }
            continue;
        }
        let mut told = BTreeSet::new();
        for raw in stated {
            let ruled = policy.rule(raw, &mut deprecated);
            let is_reported = reported
                .get(first.package.name.as_str())
                .into_iter()
                .flatten()
                .any(|(other, known)| *known == ruled.expression && is_same(other, &first.package));
            if told.insert(ruled.expression.clone()) && !is_reported {
                let source = package.iter().find(|component| component.package.licenses.iter().any(|one| one == raw));
                made.findings.extend(finding(source.unwrap_or(first), raw, &ruled));
            }
        }
    }
    if !policy.lists.is_empty() {
        made.findings.extend(silent.iter().map(|(report, packages)| says_nothing(report, *packages)));
    }
    made.problems.extend(deprecated.iter().map(|(id, packages)| given_up(id, *packages)));
}

/// Each package once, with every component of every report that is it.
fn inventory(collected: &Collected) -> Vec<Vec<&Component>> {
    let mut packages: BTreeMap<Identity<'_>, Vec<&Component>> = BTreeMap::new();
    for component in collected.components.iter().filter(|component| is_package(component)) {
        packages.entry(identity(&component.package)).or_default().push(component);
    }
    packages.into_values().collect()
}

/// Licences that reports list as findings of their own, by the name of the package.
fn reported<'a>(policy: &LicensePolicy, collected: &'a Collected) -> BTreeMap<&'a str, Vec<(&'a Package, String)>> {
    let mut reported: BTreeMap<&str, Vec<(&Package, String)>> = BTreeMap::new();
    for finding in collected.findings.iter().filter(|finding| finding.kind == Kind::License) {
        let (Some(package), Some(license)) = (finding.package.as_deref(), finding.license.as_deref()) else { continue };
        let Some(stated) = license.expression.as_ref().or(license.name.as_ref()) else { continue };
        let expression = policy.rule(stated, &mut BTreeMap::new()).expression;
        reported.entry(&package.name).or_default().push((package, expression));
    }
    reported
}

/// What is said of a package whose licence is not fine.
fn finding(component: &Component, raw: &str, ruled: &Ruled) -> Option<Finding> {
    let package = component.package.label();
    let by = |verb: &str, origin: &Origin| {
        let names: Vec<_> = ruled.by.iter().map(|name| format!("`{name}`")).collect();
        let of = if ruled.by == [ruled.expression.clone()] {
            String::new()
        } else {
            format!(", of its licence `{}`", ruled.expression)
        };
        format!("`{package}` is under {}, which {verb} ({origin}){of}", names.join(" and "))
    };
    let replace = "use another package, or accept it with an exception (`rules: [\"license:…\"]` and `package`)";
    let (message, remediation) = match &ruled.ruling {
        Ruling::Allowed(_) | Ruling::Silent => return None,
        Ruling::Denied(origin) => (by("`licenses.deny` names", origin), replace),
        Ruling::NotAllowed(origin) => (by("`licenses.allow` does not name", origin), replace),
        Ruling::Copyleft => (
            format!("`{package}` is under {}, whose terms reach works built with it", ruled.by.join(" and ")),
            "put the licence into `licenses.allow` or `licenses.deny`",
        ),
        Ruling::Unknown => (
            format!("nobody can tell under which terms `{package}` may be used: its licence is stated as `{raw}`"),
            "look at the package; say what the name means in `licenses.aliases`",
        ),
        Ruling::Unlicensed => (
            format!("`{package}` comes without a licence (`{raw}`): nobody has allowed its use"),
            "use another package, or accept it with an exception that names the agreement",
        ),
    };
    let title = format!("`{package}` is under {}", ruled.expression);
    let id = format!("license:{}", ruled.expression);
    let understood = !matches!(ruled.ruling, Ruling::Unknown | Ruling::Unlicensed);
    let expression = understood.then(|| ruled.expression.clone());
    let license = License { expression, name: Some(text::bounded(raw, 200)), ..License::default() };
    let made = about(component, Kind::License, &id, &title, &message, remediation);
    Some(Finding { license: Some(Box::new(license)), ..made })
}

/// A package without licence in a report that states those of others.
fn unstated(component: &Component) -> Finding {
    let package = component.package.label();
    let message = format!("`{}` does not state a licence for `{package}`", component.report);
    let made = about(
        component,
        Kind::License,
        "license:NOASSERTION",
        &format!("the licence of `{package}` is not known"),
        &message,
        "look at the package, and let the tool that writes the report find its licence",
    );
    Finding { license: Some(Box::default()), ..made }
}

/// An inventory that does not speak of licences is no evidence that they are fine.
fn says_nothing(report: &str, packages: u64) -> Finding {
    let of = if packages == 1 { "1 package".to_owned() } else { format!("{packages} packages") };
    let message = format!("`{report}` lists {of} and states no licence: what `licenses` asks for cannot be judged");
    let component = Component { report: report.to_owned(), ..Component::default() };
    let made = about(
        &component,
        Kind::License,
        "license:NOASSERTION",
        &format!("no licence is stated for {of}"),
        &message,
        "let the tool that writes the report look for licences (Trivy: `--scanners license` or `--license-full`)",
    );
    let place = portcullis_model::Location { path: report.to_owned(), ..Default::default() };
    Finding { license: Some(Box::default()), package: None, locations: vec![place], ..made }
}

fn given_up(id: &str, packages: u64) -> Problem {
    let of = if packages == 1 { "1 package".to_owned() } else { format!("{packages} packages") };
    let message = format!(
        "the licence `{}` of {of} is no longer in the SPDX list: it is read as the version alone, or with `+` as any later one",
        text::bounded(id, 80)
    );
    Problem::warning(ProblemCode::LenientValue, message).in_section(Section::Licenses)
}

#[cfg(test)]
mod tests;
