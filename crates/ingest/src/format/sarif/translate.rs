//! What the results of a run mean.

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{
    Artifact, Finding, Fix, FixState, Introduced, Kind, KnownSecret, Location, Package, Problem, ProblemCode, Redactor,
    Score, Secret, Section, Source, State, Suppression, Vulnerability, redacted, secret_hash,
};

use super::Run;
use super::adapters::{Told, Verdict, kind_of_cargo_deny, named_in, severity_in, verdict};
use super::place::{Places, snippet};
use super::rating::{Overrides, Rated, overrides};
use super::rules::Rules;
use super::shape::{LocationItem, MAX_TAGS, Message, Properties, ResultItem, Rule, SuppressionItem};
use super::taxonomy::Taxonomies;
use super::text::{self, short, without_links};
use crate::advisory::{self, Names, cwes_in};
use crate::draft::Draft;
use crate::package_url;
use crate::section::{kind_of_tool, section_of, tool_name};
use crate::source_lines::Sources;

/// Places of one result that are kept, of each kind.
const MAX_LOCATIONS: usize = 1_000;

/// Everything of a run a result may depend on.
struct Context<'run, 'de> {
    run: &'run Run<'de>,
    index: u32,
    tool: String,
    version: Option<String>,
    /// Of every result, where the tool's name says it.
    kind: Option<Kind>,
    rules: Rules<'run>,
    places: Places<'run, 'de>,
    artifact: Option<Arc<Artifact>>,
    overrides: Overrides<'run>,
    taxonomies: Taxonomies<'run>,
}

pub(super) fn run(run: &Run<'_>, index: usize, draft: &mut Draft<'_>) {
    let rules = Rules::of(run.tool.as_ref());
    let configured = run.invocations.0.first().map_or(&[][..], |run| &run.rule_configuration_overrides.0);
    let tool = tool_name(run.driver_name());
    let context = Context {
        overrides: overrides(configured, &rules),
        taxonomies: Taxonomies::of(&run.taxonomies.0),
        rules,
        run,
        index: u32::try_from(index).unwrap_or(u32::MAX),
        // The name findings carry no longer says which edition of a tool it was.
        kind: kind_of_tool(run.driver_name()),
        version: run.driver_version(),
        tool,
        places: Places::of(run),
        artifact: artifact(run),
    };
    if draft.report.artifact.is_none() {
        draft.report.artifact.clone_from(&context.artifact);
    }
    let mut sources = Sources::of(draft);
    let mut skipped = 0;
    for (position, raw) in run.results.iter().flatten().enumerate() {
        let pointer = format!("/runs/{index}/results/{position}");
        match serde_json::from_str::<ResultItem<'_>>(raw.get()) {
            Ok(item) => skipped += u64::from(context.result(&item, pointer, &mut sources, draft) == Verdict::Skipped),
            Err(error) => draft.dropped(&pointer, &error.to_string()),
        }
    }
    if skipped > 0 && skipped == run.results.as_ref().map_or(0, Vec::len) as u64 {
        let message = format!("`{}` has tried no rule on any file: look at where its rules lie", context.tool);
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

fn artifact(run: &Run<'_>) -> Option<Arc<Artifact>> {
    let name = run.properties.image_name.given()?;
    let digest = run.properties.repo_digests.iter().find_map(|digest| Some(digest.split_once('@')?.1.to_owned()));
    Some(Arc::new(Artifact {
        name: name.to_owned(),
        kind: "container_image".to_owned(),
        digest: digest.or_else(|| run.properties.image_id.owned()),
    }))
}

impl Context<'_, '_> {
    fn result(
        &self,
        item: &ResultItem<'_>,
        pointer: String,
        sources: &mut Sources<'_>,
        draft: &mut Draft<'_>,
    ) -> Verdict {
        let verdict = match item.kind.get() {
            "pass" | "notApplicable" | "informational" => Verdict::Passed,
            _ => verdict(&self.tool, item.rule_id.get(), item.level.get()),
        };
        match verdict {
            Verdict::Passed => draft.passed += 1,
            Verdict::Skipped => {}
            Verdict::Found | Verdict::Excepted => self.finding(item, verdict, pointer, sources, draft),
        }
        verdict
    }

    fn finding(
        &self,
        item: &ResultItem<'_>,
        verdict: Verdict,
        pointer: String,
        sources: &mut Sources<'_>,
        draft: &mut Draft<'_>,
    ) {
        let state = if matches!(item.kind.get(), "" | "fail") { State::Open } else { State::Review };
        let rule = self.rules.of_result(item);
        let rule_id = item.rule_id.given().or_else(|| rule?.id.given());
        let rule_id = rule_id.or_else(|| item.rule.as_ref()?.id.given());
        let rule_id = rule_id.map_or_else(|| format!("{}/unknown", self.tool), str::to_owned);
        let kind = own_kind(item).unwrap_or_else(|| self.kind(&rule_id, rule));
        let message = text::of_result(item, rule, self.run.tool.as_ref()).unwrap_or_else(|| rule_id.clone());
        let told = severity_in(&self.tool, &message);
        let told = told.as_deref();
        let rated = Rated { tool: &self.tool, kind, result: item, rule, overrides: &self.overrides, told };
        let rating = rated.rate(draft);
        say_what_is_cut(item, &pointer, draft);
        let locations: Vec<Location> = item
            .locations
            .0
            .iter()
            .take(MAX_LOCATIONS)
            .map(|place| self.places.location(place, sources, draft))
            .collect();
        let path = locations.first().map_or("", |place| place.path.as_str());
        let mut finding = Finding {
            kind,
            section: self.section(kind, &rule_id, path),
            title: title(rule, &message),
            description: rule.filter(|_| draft.has_room()).and_then(description).unwrap_or_default(),
            remediation: rule.and_then(remediation),
            severity: rating.severity,
            severity_source: rating.source,
            severity_original: rating.original,
            confidence: rated.confidence(),
            cwes: cwes(item, rule, &self.taxonomies),
            identity: identity(item, &locations, sources),
            related: self.related(item, sources, draft),
            artifact: self.artifact.clone(),
            references: rule.and_then(|rule| rule.help_uri.owned()).into_iter().collect(),
            state,
            id: rule_id.clone(),
            rule_id,
            locations,
            message,
            ..Finding::default()
        };
        if matches!(kind, Kind::Vulnerability | Kind::Malware) {
            self.name_vulnerability(&mut finding, item, rule);
        }
        if self.tool == "cargo-deny" {
            of_cargo_deny(item, &mut finding);
        }
        own_package(item, &mut finding);
        let mut fingerprints = Vec::new();
        if kind == Kind::Secret {
            hide_secret(item, &mut finding, draft);
        } else {
            // Those of secret scanners hold authors and commit messages.
            let own = item.fingerprints.0.iter().chain(&item.partial_fingerprints.0);
            fingerprints =
                own.filter_map(|(_, value)| value.given()).take(10).map(|value| bounded(value, 200)).collect();
        }
        suppress(item, &mut finding);
        if verdict == Verdict::Excepted {
            finding.state = State::Suppressed;
            finding.suppressions.push(excepted(&self.tool));
        }
        let source = Source {
            tool: self.tool.clone(),
            tool_version: self.version.clone(),
            run: self.index,
            pointer,
            fingerprints,
            introduced: introduced(item),
            ..Source::default()
        };
        draft.push(finding, source);
    }

    /// Our own misconfigurations are told apart by their rule, those of others by tool and file.
    fn section(&self, kind: Kind, rule_id: &str, path: &str) -> Section {
        match Section::of_rule(rule_id) {
            section if self.tool == "portcullis" && kind == Kind::Misconfiguration && section != Section::None => {
                section
            }
            _ => section_of(kind, &self.tool, path),
        }
    }

    fn kind(&self, rule_id: &str, rule: Option<&Rule<'_>>) -> Kind {
        let mut tags =
            rule.and_then(|rule| rule.properties.as_ref()).into_iter().flat_map(|rule| rule.tags.iter().take(MAX_TAGS));
        if self.tool == "trivy" {
            let tagged = tags.find_map(|tag| match tag {
                "vulnerability" => Some(Kind::Vulnerability),
                "misconfiguration" => Some(Kind::Misconfiguration),
                "secret" => Some(Kind::Secret),
                "license" => Some(Kind::License),
                _ => None,
            });
            return tagged.unwrap_or_else(|| {
                if advisory::classify(rule_id).is_some() { Kind::Vulnerability } else { Kind::Misconfiguration }
            });
        }
        if self.tool == "cargo-deny" {
            return kind_of_cargo_deny(rule_id);
        }
        if self.tool == "checkov" && rule_id.starts_with("CKV_SECRET_") {
            return Kind::Secret;
        }
        self.kind.unwrap_or_else(|| {
            if advisory::classify(rule_id).is_some() {
                Kind::Vulnerability
            } else if tags.any(|tag| tag.contains("secret")) {
                Kind::Secret
            } else {
                Kind::Code
            }
        })
    }

    fn related(&self, item: &ResultItem<'_>, sources: &mut Sources<'_>, draft: &Draft<'_>) -> Vec<Location> {
        let label = |place: &LocationItem<'_>| {
            let text = place.message.as_ref().and_then(|message: &Message<'_>| message.text.given())?;
            Some(bounded(&without_links(text.to_owned()), 200))
        };
        let places = item.related_locations.0.iter().take(MAX_LOCATIONS);
        places
            .map(|place| Location { label: label(place), ..self.places.location(place, sources, draft) })
            .filter(|place| !place.path.is_empty() || place.uri.is_some())
            .collect()
    }

    fn name_vulnerability(&self, finding: &mut Finding, item: &ResultItem<'_>, rule: Option<&Rule<'_>>) {
        let described = rule.and_then(|rule| rule.full_description.as_ref()?.text.given()).unwrap_or_default();
        let place = item.locations.0.first().and_then(|place| place.message.as_ref()?.text.given()).unwrap_or_default();
        let tags = || rule.iter().flat_map(|rule| &rule.properties).flat_map(|bag| bag.tags.iter().take(MAX_TAGS));
        let told = Told { message: &finding.message, place, described, tags: tags().collect() };
        let told_of = named_in(&self.tool, &told);
        // Grype's rules are named `<id>-<package>`.
        let own = advisory::at_start(&finding.rule_id).unwrap_or_else(|| finding.rule_id.clone());
        let deprecated = rule.into_iter().flat_map(|rule| rule.deprecated_ids.iter().take(MAX_TAGS));
        // Other old ids of a rule are no advisories (spec/ingest.md 9.1).
        let same = deprecated.filter(|id| advisory::classify(id).is_some());
        let names = Names::of(&own, same.chain(told_of.aliases.iter().map(String::as_str)), []);
        let is_malware = names.is_malware();
        finding.references.extend(names.notices);
        finding.aliases = names.aliases;
        finding.id = names.id;
        finding.vulnerability =
            Some(Box::new(Vulnerability { scores: scores(item, rule), ..Vulnerability::default() }));
        if let Some(package) = told_of.package {
            finding.fix = Some(told_of.fix);
            finding.package = Some(Box::new(package));
        }
        if is_malware {
            finding.set_malware();
        }
    }
}

/// Places and suppressions beyond the limit are told: what is left out of a list looks as if it were not there.
fn say_what_is_cut(item: &ResultItem<'_>, pointer: &str, draft: &mut Draft<'_>) {
    for (name, length) in [
        ("locations", item.locations.0.len()),
        ("relatedLocations", item.related_locations.0.len()),
        ("suppressions", item.suppressions.0.len()),
    ] {
        if length > MAX_LOCATIONS {
            let message = format!("the first {MAX_LOCATIONS} of {length} `{name}` of a result are kept");
            let problem = Problem::warning(ProblemCode::Limit, message);
            draft.problem_among_many(Problem { pointer: Some(format!("{pointer}/{name}")), ..problem });
        }
    }
}

/// `security-severity` is a CVSS score; 0 is how tools write that there is none.
fn scores(item: &ResultItem<'_>, rule: Option<&Rule<'_>>) -> Vec<Score> {
    let mut bags = item.properties.iter().chain(rule.and_then(|rule| rule.properties.as_ref()));
    let stated = bags.find_map(|bag| bag.security_severity.0);
    #[allow(clippy::cast_possible_truncation, reason = "a score has one decimal")]
    let score = |score: f64| Score { version: "3.1".into(), score: score as f32, ..Score::default() };
    stated.filter(|score| *score > 0.0 && *score <= 10.0).map(score).into_iter().collect()
}

/// What a file of our own says the finding is.
fn own_kind(item: &ResultItem<'_>) -> Option<Kind> {
    let word = item.properties.as_ref()?.own_kind.given()?;
    Kind::ALL.iter().copied().find(|kind| kind.as_str() == word)
}

/// cargo-deny tells crate and advisory nowhere but in its fingerprints.
fn of_cargo_deny(item: &ResultItem<'_>, finding: &mut Finding) {
    let told = |wanted: &str| {
        let (_, value) = item.partial_fingerprints.0.iter().find(|(name, _)| name == wanted)?;
        value.given().map(|value| bounded(value, 200))
    };
    if let Some(krate) = told("cargo-deny/krate") {
        let (name, version) = krate.rsplit_once('@').map_or((krate.as_str(), None), |(name, at)| (name, Some(at)));
        finding.package = Some(Box::new(package_url::named("cargo", name, version)));
    }
    if let Some(advisory) = told("cargo-deny/advisory-id") {
        let names = Names::of(&advisory, [], []);
        (finding.id, finding.aliases, finding.rule_id) = (names.id, names.aliases, advisory);
    }
}

/// The package and its fix, from a file of our own.
fn own_package(item: &ResultItem<'_>, finding: &mut Finding) {
    let Some(properties) = &item.properties else { return };
    let Some(purl) = properties.own_package.given() else { return };
    let mut package = Package::default();
    if package_url::apply(purl, &mut package).is_ok() {
        finding.package = Some(Box::new(package));
    }
    let versions: Vec<String> =
        properties.own_fixed_versions.iter().take(10).map(|version| bounded(version, 100)).collect();
    if !versions.is_empty() {
        finding.fix = Some(Fix { state: FixState::Fixed, versions, available_since: None });
    }
}

fn title(rule: Option<&Rule<'_>>, message: &str) -> String {
    let first_line = message.lines().next().unwrap_or_default();
    bounded(rule.and_then(short).unwrap_or(first_line), portcullis_model::text::TITLE)
}

fn description(rule: &Rule<'_>) -> Option<String> {
    let text = rule.full_description.as_ref()?.text.given()?;
    Some(bounded(text, portcullis_model::text::DESCRIPTION))
}

/// Short helps say what to do; long ones are the page of the rule.
fn remediation(rule: &Rule<'_>) -> Option<String> {
    let help = rule.help.as_ref()?.text.given()?;
    (help.len() <= portcullis_model::text::MESSAGE && !help.starts_with("http")).then(|| help.to_owned())
}

fn cwes(item: &ResultItem<'_>, rule: Option<&Rule<'_>>, taxonomies: &Taxonomies<'_>) -> BTreeSet<u32> {
    let mut cwes: BTreeSet<u32> = item.taxa.0.iter().take(MAX_TAGS).filter_map(|taxon| taxonomies.cwe(taxon)).collect();
    cwes.extend(item.properties.iter().flat_map(cwes_of_bag));
    cwes.extend(rule.into_iter().flat_map(|rule| rule.cwes.get_or_init(|| cwes_of_rule(rule, taxonomies))));
    cwes
}

fn cwes_of_rule(rule: &Rule<'_>, taxonomies: &Taxonomies<'_>) -> BTreeSet<u32> {
    let targets = rule.relationships.0.iter().filter_map(|relation| relation.target.as_ref());
    let related = targets.filter_map(|target| taxonomies.cwe(target));
    related.chain(rule.properties.iter().flat_map(cwes_of_bag)).collect()
}

fn cwes_of_bag<'a>(bag: &'a Properties<'_>) -> impl Iterator<Item = u32> + 'a {
    let plain = bag.cwe.iter().filter_map(|cwe| cwe.parse().ok());
    bag.tags.iter().chain(bag.cwe.iter()).flat_map(cwes_in).chain(plain)
}

/// The flagged text, from the report or from the file.
fn identity(item: &ResultItem<'_>, locations: &[Location], sources: &mut Sources<'_>) -> String {
    let shown =
        item.locations.0.first().and_then(snippet).map(|text| text.lines().take(3).collect::<Vec<_>>().join("\n"));
    shown.or_else(|| sources.flagged(locations.first()?)).unwrap_or_default()
}

/// A secret is known from here on only by its hash, and masked in every text.
fn hide_secret(item: &ResultItem<'_>, finding: &mut Finding, draft: &mut Draft<'_>) {
    let offender = item.properties.as_ref().and_then(|properties| properties.offender.given());
    let shown = item.locations.0.first().and_then(snippet);
    let texts: Vec<&str> = offender.into_iter().chain(shown).map(str::trim).filter(|text| !text.is_empty()).collect();
    for text in &texts {
        draft.secret(text);
    }
    let redactor = Redactor::new(texts.iter().map(|text| KnownSecret::new(*text)));
    redactor.mask(&mut finding.message);
    redactor.mask(&mut finding.title);
    redactor.mask(&mut finding.description);
    // gitleaks 7 writes the commit into the properties, 8 into the fingerprints.
    let commit = item.properties.as_ref().and_then(|properties| properties.commit.given()).or_else(|| {
        let (_, commit) = item.partial_fingerprints.0.iter().find(|(name, _)| name == "commitSha")?;
        commit.given()
    });
    let secret = texts.first().filter(|text| **text != "REDACTED");
    finding.secret = Some(Box::new(Secret {
        commit: commit.map(|commit| bounded(commit, 64)),
        secret_hash: secret.map(|secret| secret_hash(secret)),
        redacted: secret.map(|secret| redacted(secret)),
        ..Secret::default()
    }));
}

/// What the result says of the run it was compared with.
fn introduced(item: &ResultItem<'_>) -> Option<Introduced> {
    match item.baseline_state.get() {
        "new" => Some(Introduced::New),
        "unchanged" | "updated" => Some(Introduced::Existing),
        _ => None,
    }
}

fn excepted(tool: &str) -> Suppression {
    Suppression {
        by: tool.to_owned(),
        kind: "external".to_owned(),
        reason: Some("an `exception` rule of the policy".to_owned()),
        accepted: true,
        ..Suppression::default()
    }
}

fn suppress(item: &ResultItem<'_>, finding: &mut Finding) {
    if item.baseline_state.get() == "absent" {
        finding.state = State::Absent;
    }
    let is_open = |entry: &SuppressionItem<'_>| {
        let status = entry.status.given().or_else(|| entry.state.given()).unwrap_or("accepted");
        status != "accepted"
    };
    let is_suppressed = !item.suppressions.0.is_empty() && !item.suppressions.0.iter().any(is_open);
    if is_suppressed {
        finding.state = State::Suppressed;
    }
    finding.suppressions = item
        .suppressions
        .0
        .iter()
        .take(MAX_LOCATIONS)
        .map(|entry| Suppression {
            by: "sarif".to_owned(),
            kind: if entry.kind.get() == "inSource" { "in_source" } else { "external" }.to_owned(),
            reason: entry.justification.given().map(|reason| bounded(reason, 500)),
            accepted: !is_open(entry),
            ..Suppression::default()
        })
        .collect();
}
