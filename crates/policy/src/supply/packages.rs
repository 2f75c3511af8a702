//! `packages`: packages that may not be used, wherever they come from (spec/ingest.md 10.3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::purl::{decoded, normal_name, normal_namespace};
use portcullis_model::version::Range;
use portcullis_model::{Collected, Component, Finding, Kind, Origin, Package, Problem, ProblemCode, Section, text};

use super::{Made, about, identity, is_package};
use crate::pattern::{PackagePattern, Pattern, in_literals};
use crate::policy::Setting;

/// Longer names are no slips of the pen.
const LONGEST_NAME: usize = 100;
/// Shorter names are near to too many others.
const SHORTEST_NAME: usize = 4;

/// `packages`, besides what every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct PackagePolicy {
    pub(crate) deny: Vec<Denied>,
    pub(crate) allow_registries: Vec<Setting<Pattern>>,
    pub(crate) deny_namespaces: Vec<Setting<Pattern>>,
    /// Seconds.
    pub(crate) max_age_eol: Option<Setting<i64>>,
    /// Path of the list of well-known names.
    pub(crate) typosquats: Option<Setting<String>>,
}

/// An entry of `packages.deny`.
#[derive(Clone, Debug)]
pub(crate) struct Denied {
    pub(crate) id: String,
    pub(crate) package: Selector,
    pub(crate) reason: Option<String>,
    pub(crate) origin: Origin,
}

/// Which packages an entry is about.
#[derive(Clone, Debug)]
pub(crate) enum Selector {
    Purl(PackagePattern),
    Named { ecosystem: String, name: Pattern, versions: Option<(String, Range)> },
}

impl Selector {
    /// A package whose version nobody states is taken for every version.
    fn matches(&self, package: &Package) -> bool {
        match self {
            Self::Purl(pattern) => pattern.matches(package),
            Self::Named { ecosystem, name, versions } => {
                *ecosystem == package.ecosystem
                    && name.matches(&full_name(package))
                    && versions.as_ref().is_none_or(|(_, range)| {
                        package.version.as_deref().is_none_or(|version| range.contains(version))
                    })
            }
        }
    }

    fn as_text(&self) -> String {
        match self {
            Self::Purl(pattern) => pattern.as_str().to_owned(),
            Self::Named { ecosystem, name, versions } => {
                let versions = versions.as_ref().map(|(text, _)| format!(" {text}")).unwrap_or_default();
                format!("{ecosystem}:{}{versions}", name.as_str())
            }
        }
    }
}

/// `@scope/name`, `group:artifact`, `host/module`: what people call it.
fn full_name(package: &Package) -> String {
    match (&package.namespace, package.ecosystem.as_str()) {
        // The namespace of a distribution's package is the distribution.
        (None, _) | (_, "deb" | "rpm" | "apk") => package.name.clone(),
        (Some(namespace), "maven") => format!("{namespace}:{}", package.name),
        (Some(namespace), _) => format!("{namespace}/{}", package.name),
    }
}

/// A name of the policy as packages carry it.
pub(crate) fn name_pattern(ecosystem: &str, name: &str) -> Result<Pattern, String> {
    Pattern::new(&in_literals(name, |name| normal_name(ecosystem, name)))
}

/// The denied namespaces as packages of each ecosystem carry theirs: of an entry only the package tells which one it means.
struct DeniedNamespaces<'a>(BTreeMap<&'a str, Vec<(Pattern, &'a Origin)>>);

impl<'a> DeniedNamespaces<'a> {
    fn new(entries: &'a [Setting<Pattern>], ecosystems: &BTreeSet<&'a str>) -> Self {
        let written_for = |ecosystem: &str, entry: &Pattern| {
            let normal = in_literals(entry.as_str(), |text| normal_namespace(ecosystem, &decoded(text)));
            // In lower case a range of characters may be none any more.
            Pattern::new(&normal).unwrap_or_else(|_| entry.clone())
        };
        let of = |ecosystem: &str| {
            entries.iter().map(|entry| (written_for(ecosystem, &entry.value), &entry.origin)).collect()
        };
        Self(ecosystems.iter().map(|ecosystem| (*ecosystem, of(ecosystem))).collect())
    }

    /// Where the namespace of a package is denied.
    fn origin(&self, package: &Package, namespace: &str) -> Option<&'a Origin> {
        let whole = format!("{}/{namespace}", package.ecosystem);
        let mut entries = self.0.get(package.ecosystem.as_str())?.iter();
        entries.find(|(entry, _)| entry.matches(namespace) || entry.matches(&whole)).map(|(_, origin)| *origin)
    }
}

/// Every finding about packages that may not be used, one per rule and package.
pub(super) fn judge(
    policy: &PackagePolicy,
    collected: &Collected,
    well_known: &[String],
    today: Date,
    made: &mut Made,
) {
    let ecosystems = collected.components.iter().map(|component| component.package.ecosystem.as_str()).collect();
    let names = WellKnown::new(well_known);
    let denied_namespaces = DeniedNamespaces::new(&policy.deny_namespaces, &ecosystems);
    let mut told = BTreeSet::new();
    let mut unstated: BTreeMap<&str, u64> = BTreeMap::new();
    for component in collected.components.iter().filter(|component| is_package(component)) {
        let mut found = denied(policy, component);
        found.extend(registry(policy, component, &mut unstated));
        found.extend(namespace(&denied_namespaces, component));
        found.extend(end_of_life(policy, component, today));
        found.extend(policy.typosquats.as_ref().and_then(|setting| near(&names, component, setting)));
        for finding in found {
            let of = identity(&component.package);
            if told.insert((finding.id.clone(), of)) {
                made.findings.push(finding);
            }
        }
    }
    if policy.allow_registries.is_empty() {
        return;
    }
    for (report, packages) in unstated {
        let message = format!(
            "`{report}` does not state where {} from: `packages.allow_registries` cannot be held against them",
            came(packages)
        );
        let problem = Problem::warning(ProblemCode::CheckNotRun, message).at_path(report);
        made.problems.push(problem.in_section(Section::Packages));
    }
}

fn came(packages: u64) -> String {
    if packages == 1 { "1 package came".to_owned() } else { format!("{packages} packages came") }
}

fn denied(policy: &PackagePolicy, component: &Component) -> Vec<Finding> {
    let matching = policy.deny.iter().filter(|entry| entry.package.matches(&component.package));
    matching
        .map(|entry| {
            let package = component.package.label();
            let reason = entry.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            let unknown = if component.package.version.is_none() { " (its version is not stated)" } else { "" };
            let message =
                format!("`{package}` is denied by `{}` ({}){reason}{unknown}", entry.package.as_text(), entry.origin);
            finding(
                component,
                &entry.id,
                &format!("`{package}` may not be used"),
                &message,
                "use another package or version, or accept it with an exception",
            )
        })
        .collect()
}

fn registry<'a>(
    policy: &PackagePolicy,
    component: &'a Component,
    unstated: &mut BTreeMap<&'a str, u64>,
) -> Option<Finding> {
    let first = policy.allow_registries.first()?;
    let Some(stated) = &component.distribution else {
        *unstated.entry(&component.report).or_default() += 1;
        return None;
    };
    let address = stated.split_once("://").map_or(stated.as_str(), |(_, rest)| rest);
    let address =
        address.rsplit_once('@').map_or(address, |(user, rest)| if user.contains('/') { address } else { rest });
    let allowed = policy.allow_registries.iter().any(|entry| {
        let listed = entry.value.as_str();
        let listed = listed.split_once("://").map_or(listed, |(_, rest)| rest).trim_end_matches('/');
        entry.value.matches(address)
            || entry.value.matches(stated)
            || address.strip_prefix(listed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if allowed {
        return None;
    }
    let package = component.package.label();
    let message = format!(
        "`{package}` comes from `{}`, which `packages.allow_registries` does not name ({})",
        text::bounded(address, 200),
        first.origin
    );
    Some(finding(
        component,
        "registry",
        &format!("`{package}` comes from a registry that is not allowed"),
        &message,
        "fetch it from an allowed registry, or add the registry to the list",
    ))
}

fn namespace(denied: &DeniedNamespaces<'_>, component: &Component) -> Option<Finding> {
    let package = &component.package;
    let namespace = package.namespace.as_ref()?;
    let origin = denied.origin(package, namespace)?;
    let label = package.label();
    let message = format!("`{label}` belongs to `{namespace}`, which `packages.deny_namespaces` names ({origin})");
    Some(finding(
        component,
        "namespace",
        &format!("`{label}` belongs to a denied namespace"),
        &message,
        "use another package, or accept it with an exception",
    ))
}

fn end_of_life(policy: &PackagePolicy, component: &Component, today: Date) -> Option<Finding> {
    let limit = policy.max_age_eol.as_ref()?;
    let ended = component.end_of_life?;
    let days = ended.until(today).map_or(0, |span| i64::from(span.get_days()));
    if days.saturating_mul(86_400) <= limit.value {
        return None;
    }
    let label = component.package.label();
    let message = format!(
        "nobody has maintained `{label}` since {ended}, {days} days ago: longer than `packages.max_age_eol` allows ({})",
        limit.origin
    );
    Some(finding(
        component,
        "end-of-life",
        &format!("`{label}` is past its end of life"),
        &message,
        "move to a maintained version",
    ))
}

fn near(names: &WellKnown, component: &Component, setting: &Setting<String>) -> Option<Finding> {
    let name = full_name(&component.package);
    let meant = names.near(&component.package.ecosystem, &name)?;
    let label = component.package.label();
    let message =
        format!("`{label}` is called almost like the well-known `{meant}` (`{}`, {})", setting.value, setting.origin);
    Some(finding(
        component,
        "typosquat",
        &format!("`{label}` may pass for `{meant}`"),
        &message,
        "look whether this is the package that was meant; if it is, add its name to the list",
    ))
}

fn finding(component: &Component, id: &str, title: &str, message: &str, remediation: &str) -> Finding {
    about(component, Kind::Package, &format!("package:{id}"), title, message, remediation)
}

/// A well-known name.
struct KnownName<'a> {
    /// Empty where it is known everywhere.
    ecosystem: &'a str,
    /// As packages carry it.
    normal: String,
    /// As the list writes it.
    written: &'a str,
}

impl KnownName<'_> {
    fn is_of(&self, ecosystem: &str) -> bool {
        self.ecosystem == ecosystem || self.ecosystem.is_empty() && normal_name(ecosystem, self.written) == self.normal
    }
}

/// Well-known names, found by any name one slip away: a letter too many, missing, exchanged or swapped with its neighbour.
#[derive(Default)]
struct WellKnown<'a> {
    names: Vec<KnownName<'a>>,
    /// Positions of names by themselves, and by what is left of them without one of their letters.
    shortened: BTreeMap<String, Vec<usize>>,
}

impl<'a> WellKnown<'a> {
    fn new(lines: &'a [String]) -> Self {
        let mut well_known = Self::default();
        for line in lines {
            match line.split_once(':') {
                // `npm:react`; without an ecosystem it is known everywhere.
                Some((ecosystem, name)) if !ecosystem.contains(['.', '/']) => {
                    well_known.add(ecosystem, normal_name(ecosystem, name), name);
                }
                // As it stands, in lower case, and as PyPI writes it: no ecosystem writes it in another way.
                _ => {
                    let forms: BTreeSet<String> = ["", "npm", "pypi"].map(|of| normal_name(of, line)).into();
                    for normal in forms {
                        well_known.add("", normal, line);
                    }
                }
            }
        }
        well_known
    }

    fn add(&mut self, ecosystem: &'a str, normal: String, written: &'a str) {
        for short in shorter(&normal) {
            self.shortened.entry(short).or_default().push(self.names.len());
        }
        self.names.push(KnownName { ecosystem, normal, written });
    }

    fn near(&self, ecosystem: &str, name: &str) -> Option<&'a str> {
        let positions = shorter(name).into_iter().filter_map(|short| self.shortened.get(&short)).flatten();
        let mut near = None;
        for known in positions.filter_map(|position| self.names.get(*position)) {
            if known.normal == name && known.is_of(ecosystem) {
                return None;
            }
            if strsim::osa_distance(&known.normal, name) == 1 && known.is_of(ecosystem) {
                near = near.into_iter().chain([known.written]).min();
            }
        }
        near
    }
}

/// A name, and what is left of it without each of its letters; nothing of names too short or too long.
fn shorter(name: &str) -> Vec<String> {
    let length = name.chars().count();
    if !(SHORTEST_NAME..=LONGEST_NAME).contains(&length) {
        return Vec::new();
    }
    let without =
        |at: usize| name.chars().enumerate().filter(|(index, _)| *index != at).map(|(_, char)| char).collect();
    std::iter::once(name.to_owned()).chain((0..length).map(without)).collect()
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Evidence, Level};

    use super::*;
    use crate::judge;
    use crate::load::tests::{load_files, loaded, printed, registry as rules};

    const TODAY: Date = jiff::civil::date(2026, 11, 21);

    fn component(ecosystem: &str, namespace: Option<&str>, name: &str, version: &str) -> Component {
        let scope = namespace.map(|namespace| format!("{}/", namespace.replace('@', "%40"))).unwrap_or_default();
        let package = Package {
            purl: Some(format!("pkg:{ecosystem}/{scope}{name}@{version}")),
            ecosystem: ecosystem.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            version: Some(version.to_owned()),
            licenses: vec!["MIT".to_owned()],
            ..Package::default()
        };
        Component { package, report: "out/bom.json".to_owned(), ..Component::default() }
    }

    fn npm(name: &str, version: &str) -> Component {
        component("npm", None, name, version)
    }

    fn found(policy: &str, components: Vec<Component>) -> Vec<String> {
        found_beside(policy, &["express", "npm:react", "pypi:requests"], components)
    }

    fn found_beside(policy: &str, well_known: &[&str], components: Vec<Component>) -> Vec<String> {
        let policy = loaded(&format!("version: 1\npackages: {{ {policy} }}\n")).policy;
        let well_known_names = well_known.iter().map(|name| (*name).to_owned()).collect();
        let collected = Collected { components, ..Collected::default() };
        let judgement =
            judge(&policy, Evidence { collected, well_known_names, ..Evidence::default() }, &rules(), TODAY);
        judgement
            .findings
            .iter()
            .inspect(|judged| assert_eq!(judged.level, Level::Fail))
            .map(|judged| format!("{} {}", judged.finding.id, judged.finding.package.as_ref().unwrap().label()))
            .collect()
    }

    #[test]
    fn a_package_is_denied_by_purl_or_by_name_and_versions() {
        let components = || {
            vec![
                npm("event-stream", "3.3.6"),
                npm("event-stream", "3.3.4"),
                component("pypi", None, "foo-bar", "2.0rc1"),
            ]
        };
        assert_eq!(
            found("deny: [{ id: es, package: 'pkg:npm/event-stream@3.3.6' }]", components()),
            ["package:es event-stream 3.3.6"]
        );
        let by_range = "deny: [{ id: es, name: event-stream, ecosystem: npm, version_range: '>=3.3.6 <4' }]";
        assert_eq!(found(by_range, components()), ["package:es event-stream 3.3.6"]);
        assert_eq!(
            found("deny: [{ id: fb, name: Foo_Bar, ecosystem: pypi, version_range: '<=2.0' }]", components()),
            ["package:fb foo-bar 2.0rc1"]
        );
    }

    #[test]
    fn a_version_nobody_states_is_every_version() {
        let mut nameless = npm("left-pad", "1");
        nameless.package.version = None;
        assert_eq!(
            found("deny: [{ id: lp, name: left-pad, ecosystem: npm, version_range: '<1' }]", vec![nameless]),
            ["package:lp left-pad"]
        );
    }

    #[test]
    fn a_registry_must_be_listed_where_the_inventory_states_one() {
        let from = |address: &str| Component { distribution: Some(address.to_owned()), ..npm("a", "1") };
        let policy = "allow_registries: [registry.npmjs.org, '*.acme.example']";
        for address in ["https://registry.npmjs.org/a/-/a-1.tgz", "https://npm.acme.example", "registry.npmjs.org"] {
            assert_eq!(found(policy, vec![from(address)]), [""; 0], "{address}");
        }
        for address in [
            "https://registry.npmjs.org.evil.example/a",
            "https://evil.example/registry.npmjs.org",
            "https://registry.npmjs.org@evil.example/a",
        ] {
            assert_eq!(found(policy, vec![from(address)]), ["package:registry a 1"], "{address}");
        }
        assert_eq!(found(policy, vec![npm("a", "1")]), [""; 0]);
    }

    #[test]
    fn a_namespace_is_denied_in_one_ecosystem_or_in_all() {
        let components = || {
            vec![
                component("npm", Some("@evil"), "a", "1"),
                component("golang", Some("github.com/evil"), "b", "v1"),
                npm("c", "1"),
            ]
        };
        assert_eq!(found("deny_namespaces: ['@evil']", components()), ["package:namespace @evil/a 1"]);
        assert_eq!(
            found("deny_namespaces: ['golang/github.com/*']", components()),
            ["package:namespace github.com/evil/b v1"]
        );
    }

    #[test]
    fn a_package_is_denied_however_the_policy_writes_its_name() {
        let evil = || {
            vec![
                component("pypi", None, "evil-one", "1"),
                component("golang", Some("github.com/evil"), "mod", "v1.2.3"),
                component("npm", Some("@s"), "a", "1"),
                component("maven", Some("org.Evil"), "b", "1"),
            ]
        };
        assert_eq!(found("deny: [{ id: a, name: 'Evil_*', ecosystem: pypi }]", evil()), ["package:a evil-one 1"]);
        assert_eq!(
            found("deny: [{ id: a, package: 'pkg:golang/github.com/Evil/Mod@1.*' }]", evil()),
            ["package:a github.com/evil/mod v1.2.3"]
        );
        assert_eq!(
            found("deny_namespaces: [github.com/Evil]", evil()),
            ["package:namespace github.com/evil/mod v1.2.3"]
        );
        for entry in ["@S", "npm/@S", "npm/%40s"] {
            assert_eq!(found(&format!("deny_namespaces: ['{entry}']"), evil()), ["package:namespace @s/a 1"]);
        }
        assert_eq!(found("deny_namespaces: [org.Evil]", evil()), ["package:namespace org.Evil:b 1"]);
        assert_eq!(found("deny_namespaces: [org.evil]", evil()), [""; 0]);
    }

    #[test]
    fn the_end_of_life_counts_from_its_day() {
        let ended = |day: Date| Component { end_of_life: Some(day), ..npm("a", "1") };
        assert_eq!(found("max_age_eol: 30d", vec![ended(jiff::civil::date(2026, 10, 22))]), [""; 0]);
        assert_eq!(
            found("max_age_eol: 30d", vec![ended(jiff::civil::date(2026, 10, 21))]),
            ["package:end-of-life a 1"]
        );
        assert_eq!(found("max_age_eol: 30d", vec![ended(jiff::civil::date(2027, 1, 1))]), [""; 0]);
    }

    #[test]
    fn a_name_one_slip_away_from_a_known_one_is_told() {
        let policy = "typosquats: .portcullis/known.txt";
        for name in ["expres", "expresss", "exprses", "ekpress", "raect"] {
            assert_eq!(found(policy, vec![npm(name, "1")]), [format!("package:typosquat {name} 1")]);
        }
        for name in ["express", "react", "expro", "request"] {
            assert_eq!(found(policy, vec![npm(name, "1")]), [""; 0], "{name}");
        }
        assert_eq!(found(policy, vec![component("pypi", None, "request", "1")]), ["package:typosquat request 1"]);
    }

    #[test]
    fn a_known_name_is_known_however_the_list_writes_it() {
        let list = [
            "pypi:typing_extensions",
            "pypi:Jinja2",
            "golang:github.com/Masterminds/goutils",
            "npm:lodash.merge",
            "Markup_Safe",
        ];
        let near = |components| found_beside("typosquats: known.txt", &list, components);
        assert_eq!(
            near(vec![
                component("pypi", None, "typing-extensions", "4"),
                component("pypi", None, "jinja2", "3"),
                component("golang", Some("github.com/masterminds"), "goutils", "v1"),
                component("pypi", None, "markup-safe", "2"),
                npm("lodash.merge", "4"),
                npm("markup_safe", "1"),
            ]),
            [""; 0]
        );
        assert_eq!(
            near(vec![component("pypi", None, "jinj2", "1"), component("pypi", None, "markupsafe", "1")]),
            ["package:typosquat jinj2 1", "package:typosquat markupsafe 1"]
        );
    }

    #[test]
    fn one_package_in_two_inventories_is_one_finding() {
        let other = Component { report: "out/other.json".to_owned(), ..npm("a", "1") };
        assert_eq!(found("deny: [{ id: a, package: 'pkg:npm/a' }]", vec![npm("a", "1"), other]).len(), 1);
    }

    #[test]
    fn an_entry_that_names_nothing_or_cannot_be_read_is_refused() {
        let text = "version: 1\npackages:\n  deny:\n    - { id: a }\n    - { id: b, name: x }\n    - { id: c, name: x, ecosystem: npm, version_range: latest }\n    - { id: d, package: 'pkg:npm/x', version_range: '<1' }\n";
        insta::assert_snapshot!(printed(&load_files(text, &[]).unwrap_err()));
    }

    #[test]
    fn messages_say_what_why_and_where() {
        let policy = loaded("version: 1\npackages:\n  deny:\n    - { id: es, name: event-stream, ecosystem: npm, version_range: '3.3.6', reason: steals wallets }\n  allow_registries: [registry.npmjs.org]\n").policy;
        let collected = Collected { components: vec![npm("event-stream", "3.3.6")], ..Collected::default() };
        let judgement = judge(&policy, Evidence { collected, ..Evidence::default() }, &rules(), TODAY);
        let told = judgement.findings.iter().map(|judged| judged.finding.message.clone());
        let problems = judgement.problems.iter().map(|problem| problem.message.clone());
        insta::assert_snapshot!(told.chain(problems).collect::<Vec<_>>().join("\n"));
    }
}
