//! Findings that several tools report of one weakness become one (spec/ingest.md 15). The order of the input does not matter.

mod equivalents;
mod ratings;
mod sets;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::{Finding, FixState, Kind, Severity, State, advisory, fingerprint, order};
pub use equivalents::Equivalents;
use ratings::Rating;
use sets::Sets;

/// What the policy says of duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merging {
    /// Tools whose severity counts, the first that states one; none: the highest of all.
    pub prefer: Vec<String>,
    /// Rules that say the same.
    pub equivalents: Equivalents,
}

/// Merges duplicates, gives every finding its fingerprints, and puts all into the total order. Where the reports of one
/// finding disagree about its severity, each source says what it said.
pub fn merge(mut findings: Vec<Finding>, merging: &Merging) -> Vec<Finding> {
    order::sort(&mut findings, |finding| finding, |_, _| Ordering::Equal);
    let groups = groups(&findings, &merging.equivalents);
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    // Where the first of a group stands in `merged`; the first comes before all others of its group.
    let mut places = Vec::with_capacity(findings.len());
    let mut united: BTreeMap<usize, Vec<Rating>> = BTreeMap::new();
    for (index, (mut finding, group)) in findings.into_iter().zip(groups).enumerate() {
        let place = places.get(group).copied().unwrap_or(merged.len());
        places.push(place);
        match merged.get_mut(place).filter(|_| group != index) {
            Some(first) => {
                let ratings = united.entry(place).or_insert_with(|| {
                    ratings::note(first);
                    vec![Rating::of(first)]
                });
                ratings.push(Rating::of(&finding));
                ratings::note(&mut finding);
                unite(first, finding);
            }
            None => merged.push(finding),
        }
    }
    // What was not merged keeps the id its reader chose.
    for (place, ratings) in united {
        if let Some(finding) = merged.get_mut(place) {
            settle(finding);
            ratings::settle(finding, &ratings, &merging.prefer);
            if finding.kind == Kind::Malware || (finding.kind == Kind::Vulnerability && finding.names_malware()) {
                finding.set_malware();
            }
        }
    }
    fingerprint::assign(&mut merged);
    order::sort(&mut merged, |finding| finding, |_, _| Ordering::Equal);
    merged
}

/// For each finding the index of the first one of its group.
fn groups(findings: &[Finding], equivalents: &Equivalents) -> Vec<usize> {
    let mut sets = Sets::new(findings.len());
    join_advisories(findings, &mut sets);
    join_secrets(findings, &mut sets);
    join_repetitions(findings, &mut sets);
    equivalents::join(findings, equivalents, &mut sets);
    (0..findings.len()).map(|index| sets.root(index)).collect()
}

/// A package as far as the merge compares it.
type PackageName = (String, String, String);

/// Vulnerabilities of one package whose ids are connected, where version and place agree or are unknown and can mean only one.
fn join_advisories(findings: &[Finding], sets: &mut Sets) {
    let mut packages: BTreeMap<PackageName, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if let Some(name) = package_name(finding) {
            packages.entry(name).or_default().push(index);
        }
    }
    for members in packages.into_values().filter(|members| members.len() > 1) {
        for component in connected_by_ids(findings, &members) {
            join_component(findings, &component, sets);
        }
    }
}

fn package_name(finding: &Finding) -> Option<PackageName> {
    if !matches!(finding.kind, Kind::Vulnerability | Kind::Malware) {
        return None;
    }
    let package = finding.package.as_deref()?;
    let namespace = package.namespace.clone().unwrap_or_default().to_lowercase();
    Some((package.ecosystem.clone(), namespace, package.name.to_lowercase()))
}

fn connected_by_ids(findings: &[Finding], members: &[usize]) -> Vec<Vec<usize>> {
    let mut sets = Sets::new(members.len());
    let mut first_with: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, finding) in members.iter().filter_map(|index| findings.get(*index)).enumerate() {
        // A notice may cover several weaknesses, but where it is all that is known it is what both tell.
        for id in finding.all_ids().filter(|id| *id == finding.id || !advisory::is_errata(id)) {
            let first = *first_with.entry(id).or_insert(position);
            sets.join(first, position);
        }
    }
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, index) in members.iter().enumerate() {
        components.entry(sets.root(position)).or_default().push(*index);
    }
    components.into_values().collect()
}

/// An unknown version (or place) joins only where exactly one known one exists: with two it would decide by order which it means.
fn join_component(findings: &[Finding], component: &[usize], sets: &mut Sets) {
    let version = |index: usize| {
        let package = findings.get(index).and_then(|finding| finding.package.as_deref());
        package.and_then(|package| package.version.as_deref()).unwrap_or_default().trim_start_matches('v')
    };
    let place = |index: usize| findings.get(index).map(Finding::path).unwrap_or_default();
    let artifact = |index: usize| {
        findings
            .get(index)
            .and_then(|finding| finding.artifact.as_deref())
            .map_or("", |artifact| artifact.name.as_str())
    };
    let only = |values: &mut dyn Iterator<Item = &'_ str>| -> Option<String> {
        let known: BTreeSet<&str> = values.filter(|value| !value.is_empty()).collect();
        (known.len() == 1).then(|| known.first().map(|value| (*value).to_owned())).flatten()
    };
    let only_version = only(&mut component.iter().map(|index| version(*index)));
    let only_place = only(&mut component.iter().map(|index| place(*index)));
    let mut first_at: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for index in component.iter().copied() {
        let settled = |value: &str, only: &Option<String>| match only {
            Some(only) if value.is_empty() => only.clone(),
            _ => value.to_owned(),
        };
        let place = settled(place(index), &only_place);
        // Without any file the scanned artifact is the place.
        let artifact = if place.is_empty() { artifact(index).to_owned() } else { String::new() };
        let key = (settled(version(index), &only_version), place, artifact);
        let first = *first_at.entry(key).or_insert(index);
        sets.join(first, index);
    }
}

/// The same secret on the same line, by its hash. A tool that masks its secrets gives none: its finding joins the others of
/// the line where those are all of one secret.
fn join_secrets(findings: &[Finding], sets: &mut Sets) {
    let mut lines: BTreeMap<(&str, u32), Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.kind == Kind::Secret) {
        let Some(line) = finding.primary().and_then(|place| place.start_line) else { continue };
        if !finding.path().is_empty() {
            lines.entry((finding.path(), line)).or_default().push(index);
        }
    }
    let hash = |index: &usize| {
        findings
            .get(*index)
            .and_then(|finding| finding.secret.as_deref())
            .and_then(|secret| secret.secret_hash.as_deref())
    };
    for members in lines.into_values() {
        let mut first_with: BTreeMap<&str, usize> = BTreeMap::new();
        for index in &members {
            if let Some(hash) = hash(index) {
                let first = *first_with.entry(hash).or_insert(*index);
                sets.join(first, *index);
            }
        }
        let mut known = first_with.into_values();
        if let (Some(only), None) = (known.next(), known.next()) {
            members.iter().filter(|index| hash(index).is_none()).for_each(|index| sets.join(only, *index));
        }
    }
}

/// The same finding written twice in one report, or in two reports of one tool.
fn join_repetitions(findings: &[Finding], sets: &mut Sets) {
    let repeats = |one: &Finding, two: &Finding| {
        one.rule_id == two.rule_id
            && one.kind == two.kind
            && one.tool() == two.tool()
            && one.locations == two.locations
            && one.package == two.package
            && one.message == two.message
            && one.artifact == two.artifact
            && one.identity == two.identity
            && one.state == two.state
            && one.license == two.license
            && !one.locations.is_empty()
    };
    for (index, pair) in findings.windows(2).enumerate() {
        if let [one, two] = pair
            && repeats(one, two)
        {
            sets.join(index, index + 1);
        }
    }
}

/// Takes over what another tool says of the same weakness.
fn unite(first: &mut Finding, mut other: Finding) {
    if has_hash(&other) && !has_hash(first) {
        // Who knows the secret knows its exact place too.
        std::mem::swap(first, &mut other);
    }
    if first.kind == Kind::Secret {
        let line = |finding: &Finding| finding.primary().and_then(|place| place.start_line);
        if line(first) == line(&other) {
            other.locations.clear();
        }
    }
    first.aliases.extend(other.all_ids().map(str::to_owned).collect::<Vec<_>>());
    first.aliases.insert(first.id.clone());
    unite_state(first, &mut other);
    first.cwes.extend(other.cwes);
    unite_severity(first, other.severity, other.severity_source, &other.severity_original);
    if other.kind == Kind::Malware {
        first.kind = Kind::Malware;
    }
    unite_fix(first, other.fix);
    unite_package(first, other.package);
    unite_details(first, other.vulnerability);
    push_missing(&mut first.suppressions, other.suppressions);
    push_missing(&mut first.locations, other.locations);
    push_missing(&mut first.related, other.related);
    push_missing(&mut first.references, other.references);
    first.references.truncate(20);
    push_missing(&mut first.sources, other.sources);
    first.secret = first.secret.take().or(other.secret);
    first.license = first.license.take().or(other.license);
    first.artifact = first.artifact.take().or(other.artifact);
    first.remediation = first.remediation.take().or(other.remediation);
    if first.description.is_empty() {
        first.description = other.description;
    }
}

fn has_hash(finding: &Finding) -> bool {
    finding.secret.as_deref().is_some_and(|secret| secret.secret_hash.is_some())
}

/// One tool's own ignore does not hide what another reports: it is kept, and does not count.
fn unite_state(first: &mut Finding, other: &mut Finding) {
    let weight = |finding: &Finding| match finding.state {
        State::Open => 2,
        state => u8::from(state.is_open()),
    };
    let ignored = match (weight(first), weight(other)) {
        (0, 1..) => Some(&mut first.suppressions),
        (1.., 0) => Some(&mut other.suppressions),
        _ => None,
    };
    for suppression in ignored.into_iter().flatten().filter(|suppression| suppression.is_of_report()) {
        suppression.accepted = false;
    }
    if weight(other) > weight(first) {
        first.state = other.state;
    }
}

fn unite_severity(first: &mut Finding, severity: Severity, source: crate::SeveritySource, original: &str) {
    if first.severity.worse(severity) != first.severity {
        first.severity = severity;
        first.severity_source = source;
        original.clone_into(&mut first.severity_original);
    }
}

fn unite_fix(first: &mut Finding, other: Option<crate::Fix>) {
    let Some(other) = other else { return };
    let fix = first.fix.get_or_insert_default();
    push_missing(&mut fix.versions, other.versions);
    fix.versions.sort();
    fix.state = match (fix.state, other.state) {
        (FixState::Fixed, _) | (_, FixState::Fixed) => FixState::Fixed,
        (FixState::Unknown, known) | (known, FixState::Unknown) => known,
        (FixState::WontFix, _) | (_, FixState::WontFix) => FixState::WontFix,
        (FixState::NotFixed, FixState::NotFixed) => FixState::NotFixed,
    };
    fix.available_since = fix.available_since.into_iter().chain(other.available_since).min();
}

fn unite_package(first: &mut Finding, other: Option<Box<crate::Package>>) {
    let (Some(package), Some(other)) = (first.package.as_deref_mut(), other) else { return };
    package.purl = package.purl.take().max(other.purl);
    package.version = package.version.take().or(other.version);
    package.direct = package.direct.or(other.direct);
    if package.dependency_path.is_empty() {
        package.dependency_path = other.dependency_path;
    }
    if package.scope == crate::Scope::Unknown {
        package.scope = other.scope;
    }
}

fn unite_details(first: &mut Finding, other: Option<Box<crate::Vulnerability>>) {
    let Some(other) = other else { return };
    let details = first.vulnerability.get_or_insert_default();
    push_missing(&mut details.scores, other.scores);
    details.reachable = details.reachable.or(other.reachable);
    if let Some(epss) = other.epss
        && details.epss.as_ref().is_none_or(|known| epss.score > known.score)
    {
        details.epss = Some(epss);
    }
    if other.kev.as_ref().is_some_and(|kev| kev.listed) || details.kev.is_none() {
        details.kev = other.kev.or(details.kev.take());
    }
    let dates = &mut details.dates;
    dates.published = dates.published.into_iter().chain(other.dates.published).min();
    dates.modified = dates.modified.into_iter().chain(other.dates.modified).max();
    dates.first_seen = dates.first_seen.into_iter().chain(other.dates.first_seen).min();
}

/// Chooses the canonical id anew: after a merge the alias set may hold a better one.
fn settle(finding: &mut Finding) {
    if matches!(finding.kind, Kind::Vulnerability | Kind::Malware) {
        let best = advisory::canonical(finding.all_ids()).map(str::to_owned);
        if let Some(best) = best {
            finding.aliases.insert(finding.id.clone());
            finding.aliases.insert(finding.rule_id.clone());
            finding.id = best;
        }
    }
    finding.aliases.remove(&finding.id);
    finding.aliases.remove("");
}

fn push_missing<T: PartialEq>(kept: &mut Vec<T>, more: Vec<T>) {
    // Of the same finding written many times every list is the same, and may hold a thousand places.
    if *kept == more {
        return;
    }
    for item in more {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Package, Source, Suppression};

    fn merged(findings: Vec<Finding>) -> Vec<Finding> {
        merge(findings, &Merging::default())
    }

    fn rated(tool: &str, severity: Severity) -> Finding {
        Finding { severity, ..vulnerability(tool, "CVE-2020-8203", &[], Some("1"), "a.lock") }
    }

    fn preferring(tools: &[&str]) -> Merging {
        Merging { prefer: tools.iter().map(|tool| (*tool).to_owned()).collect(), ..Merging::default() }
    }

    #[test]
    fn the_severity_of_the_first_preferred_tool_that_states_one_counts() {
        let all =
            || vec![rated("trivy", Severity::Critical), rated("grype", Severity::Low), rated("npm", Severity::Unknown)];
        for (prefer, severity) in [
            (&[][..], Severity::Critical),
            (&["grype"], Severity::Low),
            (&["Grype", "trivy"], Severity::Low),
            (&["npm", "grype"], Severity::Low),
            (&["npm"], Severity::Critical),
            (&["osv"], Severity::Critical),
        ] {
            assert_eq!(merge(all(), &preferring(prefer))[0].severity, severity, "{prefer:?}");
        }
    }

    #[test]
    fn sources_say_what_they_said_where_they_disagree_and_only_there() {
        let said = |findings: Vec<Finding>| -> Vec<Option<Severity>> {
            merged(findings)[0].sources.iter().map(|source| source.severity).collect()
        };
        let both = [Some(Severity::Low), Some(Severity::Critical)];
        assert_eq!(said(vec![rated("a", Severity::Low), rated("b", Severity::Critical)]), both);
        assert_eq!(said(vec![rated("a", Severity::Low), rated("b", Severity::Low)]), [None, None]);
        assert_eq!(said(vec![rated("a", Severity::Low)]), [None]);
    }

    fn misconfiguration(tool: &str, rule: &str, line: Option<u32>) -> Finding {
        Finding {
            kind: Kind::Misconfiguration,
            rule_id: rule.to_owned(),
            id: rule.to_owned(),
            locations: vec![Location { start_line: line, ..Location::file("Dockerfile") }],
            sources: vec![Source { tool: tool.to_owned(), ..Source::default() }],
            ..Finding::default()
        }
    }

    fn roots() -> Merging {
        let groups =
            [["trivy:DS002", "checkov:CKV_DOCKER_8"], ["Hadolint:DL3002", "trivy:ds002"], ["docker/root", "x:y"]];
        Merging { equivalents: Equivalents::new(groups), ..Merging::default() }
    }

    #[test]
    fn equivalent_rules_at_one_line_are_one_finding() {
        let merged = |findings: Vec<Finding>| merge(findings, &roots()).len();
        let (trivy, hadolint) =
            (misconfiguration("trivy", "DS002", None), misconfiguration("hadolint", "DL3002", Some(7)));
        let checkov = || misconfiguration("checkov", "CKV_DOCKER_8", Some(7));
        assert_eq!(merged(vec![trivy.clone(), hadolint.clone(), checkov()]), 1);
        assert_eq!(merged(vec![hadolint.clone(), misconfiguration("checkov", "CKV_DOCKER_8", Some(9))]), 2);
        assert_eq!(merged(vec![hadolint.clone(), misconfiguration("checkov", "CKV_DOCKER_9", Some(7))]), 2);
        assert_eq!(merged(vec![trivy, hadolint.clone(), misconfiguration("checkov", "CKV_DOCKER_8", Some(9))]), 3);
        assert_eq!(merged(vec![hadolint, checkov(), Finding { message: "another".to_owned(), ..checkov() }]), 3);
        assert_eq!(
            merged(vec![misconfiguration("portcullis", "docker/root", Some(7)), misconfiguration("x", "x/y", Some(7))]),
            1
        );
        let apart = vec![misconfiguration("hadolint", "DL3002", Some(7)), checkov()];
        assert_eq!(merge(apart, &Merging::default()).len(), 2, "nobody said that they are the same");
    }

    fn vulnerability(tool: &str, id: &str, aliases: &[&str], version: Option<&str>, path: &str) -> Finding {
        Finding {
            kind: Kind::Vulnerability,
            rule_id: id.to_owned(),
            id: id.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            package: Some(Box::new(Package {
                ecosystem: "npm".to_owned(),
                name: "lodash".to_owned(),
                version: version.map(str::to_owned),
                ..Package::default()
            })),
            locations: if path.is_empty() { Vec::new() } else { vec![Location::file(path)] },
            sources: vec![Source { tool: tool.to_owned(), ..Source::default() }],
            ..Finding::default()
        }
    }

    #[test]
    fn one_weakness_reported_by_three_tools_under_three_ids_is_one_finding() {
        let merged = merged(vec![
            vulnerability("npm", "GHSA-p6mc-m468-83gw", &[], None, ""),
            vulnerability("trivy", "CVE-2020-8203", &["GHSA-p6mc-m468-83gw"], Some("4.17.15"), "package-lock.json"),
            vulnerability("osv", "NPM-1523", &["GHSA-p6mc-m468-83gw"], Some("4.17.15"), "package-lock.json"),
        ]);
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].id, "CVE-2020-8203");
        assert_eq!(merged[0].sources.len(), 3);
        assert!(merged[0].aliases.contains("NPM-1523"));
    }

    #[test]
    fn different_lock_files_stay_apart_and_an_unknown_place_joins_neither() {
        let merged = merged(vec![
            vulnerability("trivy", "CVE-2020-8203", &[], Some("4.17.15"), "a/package-lock.json"),
            vulnerability("trivy", "CVE-2020-8203", &[], Some("4.17.15"), "b/package-lock.json"),
            vulnerability("npm", "CVE-2020-8203", &[], None, ""),
        ]);
        assert_eq!(merged.len(), 3);
    }

    #[test]
    fn two_weaknesses_of_one_package_stay_apart() {
        let merged = merged(vec![
            vulnerability("trivy", "CVE-2020-8203", &[], Some("4.17.15"), "package-lock.json"),
            vulnerability("trivy", "CVE-2021-23337", &[], Some("4.17.15"), "package-lock.json"),
        ]);
        assert_eq!(merged.len(), 2);
    }

    #[test]
    fn the_ignore_of_one_tool_does_not_hide_the_report_of_another() {
        let mut ignored = vulnerability("trivy", "CVE-2020-8203", &[], Some("1"), "package-lock.json");
        ignored.state = State::Suppressed;
        let open = vulnerability("osv", "CVE-2020-8203", &[], Some("1"), "package-lock.json");
        assert_eq!(merged(vec![ignored, open])[0].state, State::Open);
    }

    fn secret(tool: &str, rule: &str, hash: Option<&str>) -> Finding {
        Finding {
            kind: Kind::Secret,
            rule_id: rule.to_owned(),
            id: rule.to_owned(),
            locations: vec![Location::line("ops/backup.sh", 5)],
            secret: Some(Box::new(crate::Secret { secret_hash: hash.map(str::to_owned), ..crate::Secret::default() })),
            sources: vec![Source { tool: tool.to_owned(), ..Source::default() }],
            ..Finding::default()
        }
    }

    #[test]
    fn a_masked_secret_joins_the_only_one_of_its_line_and_neither_of_two() {
        let ours = || secret("portcullis", "aws-access-token", Some("a"));
        let masked = || secret("trivy", "aws-access-key-id", None);
        assert_eq!(merged(vec![ours(), masked()]).len(), 1);
        assert_eq!(merged(vec![ours(), secret("portcullis", "github-pat", Some("b")), masked()]).len(), 3);
    }

    #[test]
    fn a_tools_own_ignore_hides_nothing_another_tool_wants_looked_at_and_does_not_count() {
        let in_state = |tool: &str, state: State| {
            let found = vulnerability(tool, "CVE-2020-8203", &[], Some("1"), "a.lock");
            let by = |by: &str| Suppression { by: by.to_owned(), accepted: true, ..Suppression::default() };
            let suppressions = if state.is_open() { vec![by("import")] } else { vec![by(tool)] };
            Finding { state, suppressions, ..found }
        };
        for out in [State::Suppressed, State::NotAffected, State::Fixed] {
            for open in [State::Open, State::Review, State::UnderInvestigation] {
                for (one, two) in [("a", "b"), ("b", "a")] {
                    let merged = merged(vec![in_state(one, out), in_state(two, open)]);
                    assert_eq!((merged.len(), merged[0].state), (1, open), "{out:?}");
                    let counts = |suppression: &Suppression| (suppression.by == "import") == suppression.accepted;
                    assert!(merged[0].suppressions.iter().all(counts), "{:?}", merged[0].suppressions);
                    let all = vec![in_state(one, out), in_state(two, open), in_state("c", State::Open)];
                    assert_eq!(merge(all, &Merging::default())[0].state, State::Open);
                }
            }
            assert!(
                merged(vec![in_state("a", out), in_state("b", out)])[0].suppressions.iter().all(|one| one.accepted)
            );
        }
    }

    #[test]
    fn a_name_that_says_malware_makes_the_merged_finding_malware_whichever_tool_is_preferred() {
        let mut low = vulnerability("grype", "GHSA-p6mc-m468-83gw", &["MAL-2024-1"], Some("1"), "a.lock");
        low.severity = Severity::Low;
        let high = vulnerability("npm", "GHSA-p6mc-m468-83gw", &[], Some("1"), "a.lock");
        let merged = merge(vec![low, high], &preferring(&["grype"]));
        assert_eq!((merged[0].kind, merged[0].severity), (Kind::Malware, Severity::Critical));
    }

    #[test]
    fn a_known_severity_wins_over_unknown_and_the_higher_over_the_lower() {
        let mut unrated = vulnerability("pip-audit", "CVE-2020-8203", &[], Some("1"), "");
        unrated.severity = Severity::Unknown;
        let mut low = vulnerability("a", "CVE-2020-8203", &[], Some("1"), "");
        low.severity = Severity::Low;
        let mut high = vulnerability("b", "CVE-2020-8203", &[], Some("1"), "");
        high.severity = Severity::High;
        assert_eq!(merged(vec![unrated, low, high])[0].severity, Severity::High);
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_the_input_does_not_matter(seed in proptest::collection::vec((0..4_usize, 0..4_usize, 0..3_usize, 0..3_usize), 0..12), turn in 0..12_usize, prefer in 0..3_usize) {
            let ids = ["CVE-2020-1000", "CVE-2020-1001", "GHSA-p6mc-m468-83gw", "NPM-7"];
            let findings: Vec<_> = seed.iter().enumerate().map(|(index, (id, alias, version, path))| {
                let severity = Severity::ALL[(index + alias) % 6];
                if index % 3 == 0 {
                    let tool = ["trivy", "checkov", "hadolint"][*path];
                    let rule = ["DS002", "CKV_DOCKER_8", "DL3002"][*path];
                    let line = [None, Some(1), Some(2)][*version];
                    return Finding { severity, ..misconfiguration(tool, rule, line) };
                }
                let version = [None, Some("1"), Some("2")][*version];
                let path = ["", "a.lock", "b.lock"][*path];
                let named = format!("tool{}", index % 5);
                Finding { severity, ..vulnerability(&named, ids[*id], &[ids[*alias]], version, path) }
            }).collect();
            let merging = Merging { prefer: vec![format!("tool{prefer}")], ..roots() };
            let mut turned = findings.clone();
            turned.rotate_left(turn.min(findings.len()));
            let bytes = |findings: &[Finding]| serde_json::to_vec(findings).unwrap();
            proptest::prop_assert_eq!(bytes(&merge(findings, &merging)), bytes(&merge(turned, &merging)));
        }
    }
}
