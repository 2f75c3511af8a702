//! From matches to what the wing gives back.

use std::collections::BTreeMap;
use std::ops::Range;

use portcullis_model::{
    CheckRun, Collected, Confidence, Finding, Kind, KnownSecret, Location, Problem, ProblemCode, RunStatus, Secret,
    Section, Severity, SeveritySource, Skipped, Source, Tier, redacted, secret_hash, text as bounds,
};

use super::search::Outcome;
use super::{File, Match, Scanner, drop_what_yields};
use crate::Rule;
use crate::ignore::{content_key, fingerprint};
use crate::inline::Comments;
use crate::lines::{LineIndex, Lines};
use crate::text::Text;

const CHECK: &str = "secrets";
/// A line of a secret of several lines is masked by itself from this length on.
const SHORTEST_MASKED_LINE: usize = 16;
/// Lines of one secret that are masked by themselves.
const MOST_MASKED_LINES: usize = 1_000;
const REMEDIATION: &str = "Revoke or rotate it at its provider: what was pushed is known. Then take it out of the file. \
    If it is no secret, say so beside it with `portcullis: ignore[RULE] reason`, or in an exception.";

/// A file the rules leave out: nobody misses it.
pub(super) fn left_out(file: &File<'_>, reason: String) -> Collected {
    skipped(Skipped { what: file.path.to_owned(), reason, on_purpose: true })
}

/// A file that could not be looked into.
pub(super) fn unsearched(file: &File<'_>, reason: String) -> Collected {
    skipped(Skipped { what: file.path.to_owned(), reason, on_purpose: false })
}

fn skipped(skipped: Skipped) -> Collected {
    let skipped = vec![skipped];
    let run =
        CheckRun { section: Section::Secrets, id: CHECK.to_owned(), status: RunStatus::Skipped, seen: 0, skipped };
    Collected { check_runs: vec![run], ..Collected::default() }
}

/// A file that was searched.
pub(super) fn searched(scanner: &Scanner, truncated: bool, file: &File<'_>) -> Collected {
    // Without rules nothing was judged.
    let (status, seen) = if scanner.config.rules.is_empty() { (RunStatus::Skipped, 0) } else { (RunStatus::Ran, 1) };
    let run = CheckRun { section: Section::Secrets, id: CHECK.to_owned(), status, seen, skipped: Vec::new() };
    let mut collected = Collected { check_runs: vec![run], ..Collected::default() };
    if truncated {
        let message =
            "the search for secrets was cut short: more matches or decodable text than one file can be searched for";
        let problem = Problem::error(ProblemCode::Limit, message).at_path(file.path).in_section(Section::Secrets);
        collected.problems.push(problem);
    }
    collected
}

/// Adds the findings of the matches, their suppressions and what has to be masked.
pub(super) fn add_findings(
    scanner: &Scanner,
    file: &File<'_>,
    text: &Text<'_>,
    outcome: Outcome,
    comments: &mut Comments,
    collected: &mut Collected,
) {
    let mut matches = outcome.matches;
    drop_what_yields(&mut matches, &scanner.config.rules);
    if !matches.is_empty() {
        let index = LineIndex::new(text.as_str());
        let desk = Desk { scanner, file, text, lines: index.of(text.as_str()) };
        for group in grouped(matches, &scanner.config.rules) {
            desk.add(&group, comments, collected);
        }
    }
    let found = std::mem::take(comments).report(file.path, file.first_line, scanner.rule_ids());
    collected.suppression_comments.extend(found);
}

/// What becomes one finding: the match that speaks, the ids of other rules that found the same, further places on its line.
struct Group {
    first: Match,
    also: Vec<usize>,
    further: Vec<Range<usize>>,
}

/// Equal secrets at one place are one finding, whichever rules found them; so are equal secrets of a rule on one line.
fn grouped(mut matches: Vec<Match>, rules: &[Rule]) -> Vec<Group> {
    let specificity = |matched: &Match| rules.get(matched.rule).map_or(0, |rule| rule.specificity);
    matches.sort_by(|one, two| {
        (one.bytes.start, one.bytes.end)
            .cmp(&(two.bytes.start, two.bytes.end))
            .then_with(|| specificity(two).cmp(&specificity(one)))
            .then_with(|| one.rule.cmp(&two.rule))
    });
    let mut groups: Vec<Group> = Vec::new();
    let mut at_place: BTreeMap<(usize, usize, String), usize> = BTreeMap::new();
    let mut on_line: BTreeMap<(u32, usize, String), usize> = BTreeMap::new();
    for matched in matches {
        let secret = matched.secret.reveal().to_owned();
        let is_about_path = matched.is_about_path();
        let place = (matched.bytes.start, matched.bytes.end, secret.clone());
        if let Some(group) = at_place.get(&place).and_then(|index| groups.get_mut(*index)).filter(|_| !is_about_path) {
            if group.first.rule != matched.rule && !group.also.contains(&matched.rule) {
                group.also.push(matched.rule);
            }
            continue;
        }
        let line = (matched.legacy.start_line, matched.rule, secret);
        if let Some(index) = on_line.get(&line) {
            if let Some(group) = groups.get_mut(*index) {
                group.further.push(matched.bytes);
                at_place.insert(place, *index);
            }
            continue;
        }
        at_place.insert(place, groups.len());
        on_line.insert(line, groups.len());
        groups.push(Group { first: matched, also: Vec::new(), further: Vec::new() });
    }
    groups
}

/// Where findings of one file are written.
struct Desk<'d> {
    scanner: &'d Scanner,
    file: &'d File<'d>,
    text: &'d Text<'d>,
    lines: Lines<'d>,
}

impl Desk<'_> {
    fn add(&self, group: &Group, comments: &mut Comments, collected: &mut Collected) {
        let Some(rule) = self.rule(group.first.rule) else { return };
        let mut finding = self.finding(group, rule);
        self.suppress(group, rule, comments, &mut finding);
        if let Some(at) = comments.unreadable_in(&group.first.touched) {
            let (line, column) = self.numbers(at);
            let message =
                "this comment is meant to ignore a finding and cannot be read: `portcullis: ignore[RULE] reason`";
            let problem = Problem::warning(ProblemCode::Unparsable, message)
                .at_path(self.file.path)
                .at_line(line, column)
                .in_section(Section::Secrets);
            if !collected.problems.contains(&problem) {
                collected.problems.push(problem);
            }
        }
        self.mask(&group.first, &mut collected.known_secrets);
        collected.findings.push(finding);
    }

    fn rule(&self, index: usize) -> Option<&Rule> {
        self.scanner.config.rules.get(index)
    }

    fn finding(&self, group: &Group, rule: &Rule) -> Finding {
        let matched = &group.first;
        let secret = matched.secret.reveal();
        let (severity, severity_source) = severity(rule);
        let place =
            if matched.is_about_path() { Location::file(self.file.path) } else { self.location(&matched.bytes) };
        let mut locations = vec![place];
        locations.extend(group.further.iter().map(|bytes| self.location(bytes)));
        Finding {
            kind: Kind::Secret,
            section: Section::Secrets,
            rule_id: rule.id.clone(),
            id: rule.id.clone(),
            aliases: group.also.iter().filter_map(|rule| self.rule(*rule)).map(|rule| rule.id.clone()).collect(),
            message: bounds::bounded(&message(rule, matched), bounds::MESSAGE),
            title: bounds::bounded(&title(rule), bounds::TITLE),
            description: bounds::bounded(&why(rule, matched), bounds::DESCRIPTION),
            remediation: Some(REMEDIATION.replace("RULE", &rule.id)),
            severity,
            severity_source,
            confidence: Some(if rule.is_generic() { Confidence::Low } else { Confidence::High }),
            tier: Some(Tier::Default),
            cwes: [798].into(),
            locations,
            related: self.related(matched),
            secret: Some(Box::new(Secret {
                commit: self.file.commit.map(str::to_owned),
                secret_hash: (!secret.is_empty()).then(|| secret_hash(secret)),
                redacted: (!secret.is_empty()).then(|| redacted(secret)),
                ..Secret::default()
            })),
            references: rule.help_uri.iter().filter(|uri| uri.starts_with("https://")).cloned().collect(),
            sources: vec![Source {
                tool: "portcullis".to_owned(),
                fingerprints: vec![self.fingerprint(rule, matched)],
                ..Source::default()
            }],
            identity: if matched.is_about_path() { matched.matched.reveal().to_owned() } else { String::new() },
            ..Finding::default()
        }
    }

    fn fingerprint(&self, rule: &Rule, matched: &Match) -> String {
        fingerprint(self.file.commit, self.file.path, &rule.id, matched.legacy.start_line)
    }

    fn suppress(&self, group: &Group, rule: &Rule, comments: &mut Comments, finding: &mut Finding) {
        let matched = &group.first;
        let mut ids = vec![rule.id.as_str()];
        ids.extend(finding.aliases.iter().map(String::as_str));
        let line = self.lines.place(matched.bytes.start).0;
        if !matched.is_about_path() {
            let mut at =
                |touched, line| comments.for_finding(self.file.path, self.file.first_line, &ids, touched, line);
            finding.suppressions.extend(at(&matched.touched, line));
            for component in &matched.components {
                finding.suppressions.extend(at(&component.touched, self.lines.place(component.bytes.start).0));
            }
        }
        if !self.scanner.options.foreign_ignores {
            return;
        }
        let keys = [
            fingerprint(None, self.file.path, &rule.id, matched.legacy.start_line),
            self.fingerprint(rule, matched),
            content_key(&rule.id, matched.secret.reveal()),
        ];
        for file in &self.scanner.ignore_files {
            finding.suppressions.extend(file.suppression(keys.iter().map(String::as_str)));
        }
    }

    fn related(&self, matched: &Match) -> Vec<Location> {
        let labelled = matched.components.iter().filter_map(|component| {
            let label = format!("`{}` found this beside it", self.rule(component.rule)?.id);
            Some(Location { label: Some(label), ..self.location(&component.bytes) })
        });
        labelled.collect()
    }

    fn location(&self, bytes: &Range<usize>) -> Location {
        let (start_line, start_col) = self.numbers(bytes.start);
        let (end_line, end_col) = self.numbers(bytes.end);
        // A piece that begins further down does not know where it stands in its file.
        let byte = |offset: usize| (self.file.first_line == 1).then(|| self.text.byte_of(offset) as u64);
        Location {
            start_line: Some(start_line),
            start_col: Some(start_col),
            end_line: Some(end_line),
            end_col: Some(end_col),
            start_byte: byte(bytes.start),
            end_byte: byte(bytes.end),
            ..Location::file(self.file.path)
        }
    }

    fn numbers(&self, offset: usize) -> (u32, u32) {
        let (line, column) = self.lines.place(offset);
        let number = |from: usize, first: u32| u32::try_from(from).unwrap_or(u32::MAX).saturating_add(first);
        (number(line, self.file.first_line), number(column, 1))
    }

    /// Everything under which the secret could be printed: itself, its encoded form, its lines.
    fn mask(&self, matched: &Match, known: &mut Vec<KnownSecret>) {
        let secret = matched.secret.reveal();
        if secret.is_empty() {
            return;
        }
        known.push(matched.secret.clone());
        let written = self.text.as_str().get(matched.bytes.clone()).unwrap_or_default();
        if written != secret && !written.is_empty() {
            known.push(KnownSecret::new(written));
        }
        if secret.contains('\n') {
            let lines = secret.lines().map(str::trim);
            let telling = lines.filter(|line| line.len() >= SHORTEST_MASKED_LINE && !line.starts_with("-----"));
            known.extend(telling.take(MOST_MASKED_LINES).map(KnownSecret::new));
        }
    }
}

fn title(rule: &Rule) -> String {
    let description = rule.description.trim().trim_end_matches('.');
    if description.is_empty() { format!("Secret of the kind `{}`", rule.id) } else { description.to_owned() }
}

/// What was found, in the only form in which a secret is shown.
fn message(rule: &Rule, matched: &Match) -> String {
    let title = title(rule);
    if matched.is_about_path() {
        return format!("{title}: a file of this name holds secrets");
    }
    let mut how: Vec<&str> = matched.tags.iter().filter_map(|tag| tag.strip_prefix("decoded:")).collect();
    how.dedup();
    let encoded = if how.is_empty() { String::new() } else { format!(", encoded as {}", how.join(" and ")) };
    // The border line of a key tells nothing.
    let secret = matched.secret.reveal();
    let shown = if secret.starts_with("-----") { String::new() } else { format!(" `{}`", redacted(secret)) };
    format!("{title}{shown} stands in the file{encoded}")
}

/// Why the rule spoke, with the numbers a rule is tuned by.
fn why(rule: &Rule, matched: &Match) -> String {
    let id = &rule.id;
    if matched.is_about_path() {
        return format!("The path matches the rule `{id}`.");
    }
    let threshold =
        if rule.entropy == 0.0 { "none asked for".to_owned() } else { format!("more than {} asked for", rule.entropy) };
    let tags = if matched.tags.is_empty() { String::new() } else { format!(" Tags: {}.", matched.tags.join(", ")) };
    format!("The pattern of the rule `{id}` matches; entropy {:.2}, {threshold}.{tags}", matched.entropy)
}

/// The rule's own severity, else that of a tag (`critical`, `severity:low`), else what its id tells.
pub(crate) fn severity(rule: &Rule) -> (Severity, SeveritySource) {
    if let Some(severity) = rule.severity {
        return (severity, SeveritySource::RuleDefault);
    }
    let tagged = rule.tags.iter().find_map(|tag| {
        let tag = tag.to_ascii_lowercase();
        match tag.strip_prefix("severity:") {
            Some(word) => word.parse().ok().filter(|severity| *severity != Severity::Unknown),
            None => (tag == "critical").then_some(Severity::Critical),
        }
    });
    if let Some(severity) = tagged {
        return (severity, SeveritySource::Tag);
    }
    let half_public = ["-client-id", "-public-key", "-pub-key", "-access-id"];
    if rule.is_generic() || half_public.iter().any(|end| rule.id.ends_with(end)) {
        return (Severity::Medium, SeveritySource::RuleDefault);
    }
    (Severity::High, SeveritySource::RuleDefault)
}
