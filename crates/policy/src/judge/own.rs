//! Findings that only policy can make: about exceptions and ignore comments.

use std::collections::BTreeMap;

use jiff::civil::Date;
use portcullis_model::{
    Confidence, ExceptionRow, ExceptionState, Finding, Judged, Kind, Level, Location, Origin, Registry, SeveritySource,
    Source, Step, SuppressionComment, fingerprint, text,
};

use super::exceptions::{self, Coverage, days, days_between};
use super::levels::{section_level, set_severity};
use super::set_level;
use crate::Policy;
use crate::overrides::InForce;
use crate::pattern::Names;
use crate::policy::Setting;
use crate::rules::rule;

/// What findings were taken out by, or should have been.
pub(super) struct Said<'a> {
    pub(super) exceptions: &'a [exceptions::Held<'a>],
    pub(super) honoured: &'a [ExceptionRow],
    pub(super) comments: &'a [SuppressionComment],
}

/// What the policy says about exceptions and comments, each a finding with its level.
pub(super) fn findings(
    policy: &Policy,
    said: &Said<'_>,
    registry: &Registry,
    coverage: &Coverage<'_>,
    today: Date,
) -> Vec<Judged> {
    let mut made: Vec<Made> =
        said.exceptions.iter().filter_map(|exception| about_exception(policy, exception, today)).collect();
    made.extend(about_ignore_files(policy, said.honoured));
    for comment in together(said.comments) {
        made.extend(without_reason(policy, &comment));
        made.extend(about_comment(&comment, registry, coverage, today));
    }
    let mut findings: Vec<Finding> = made.iter_mut().map(|made| std::mem::take(&mut made.finding)).collect();
    fingerprint::assign(&mut findings);
    made.into_iter().zip(findings).map(|(made, finding)| level(policy, finding, made.level)).collect()
}

/// A finding, and the key of the policy that gives its level where one names this very finding.
struct Made {
    finding: Finding,
    level: Option<(&'static str, Setting<Level>)>,
}

fn about_exception(policy: &Policy, judged: &exceptions::Held<'_>, today: Date) -> Option<Made> {
    let exception = judged.exception;
    let place = lines(&exception.origin, exception.last_line);
    let id = &exception.id;
    let here = |rule, message: String, remediation: String| finding(rule, id, place.clone(), &message, &remediation);
    Some(match judged.row.state {
        ExceptionState::Expired => Made {
            finding: here(
                "policy/exception-expired",
                format!(
                    "exception `{id}` ended {} ago, on {}",
                    days(days_between(exception.expires, today)),
                    exception.expires
                ),
                format!(
                    "delete {}, or decide again and give it new dates",
                    range(&exception.origin, exception.last_line)
                ),
            ),
            level: Some(("exception entry", Setting { value: Level::Warn, origin: Origin::builtin() })),
        },
        ExceptionState::Unused => Made {
            finding: here(
                "policy/exception-unused",
                format!("exception `{id}` matches no finding, although everything it could match was looked at"),
                format!("delete {}", range(&exception.origin, exception.last_line)),
            ),
            level: Some(("exception_policy.unused", exceptions::unused_level(policy).clone())),
        },
        ExceptionState::TooBroad => {
            let limit = &policy.exception_policy.max_matches;
            let covers: Vec<_> = judged.covers.iter().map(|(place, count)| format!("{place} covers {count}")).collect();
            Made {
                finding: here(
                    "policy/exception-too-broad",
                    format!(
                        "exception `{id}` matches {} findings, at most {} are allowed ({}): it applies to none",
                        judged.row.matched, limit.value, limit.origin
                    ),
                    format!("name less: {}", covers.join("; ")),
                ),
                level: Some(("exception entry", Setting { value: Level::Fail, origin: Origin::builtin() })),
            }
        }
        _ => return None,
    })
}

/// One finding for each ignore file of another tool that took findings out.
fn about_ignore_files(policy: &Policy, honoured: &[ExceptionRow]) -> Vec<Made> {
    let mut files: BTreeMap<&str, (u64, u64, Option<u32>)> = BTreeMap::new();
    for row in honoured.iter().filter(|row| row.state == ExceptionState::Imported) {
        let (entries, findings, line) = files.entry(&row.origin.layer).or_insert((0, 0, row.origin.line));
        *entries += 1;
        *findings += row.matched;
        *line = (*line).min(row.origin.line);
    }
    let about = |(file, (entries, findings, line)): (&str, (u64, u64, Option<u32>))| {
        let place = Location { path: file.to_owned(), start_line: line, ..Location::default() };
        let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
        let findings = if findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") };
        let message = format!("{entries} of `{file}` took out {findings} without being an exception");
        let remediation = "accept each with a reason, an owner and an end: `portcullis exception add FINDING`";
        Made {
            finding: finding("gate/suppression-imported", file, place, &message, remediation),
            level: Some(("exception_policy.imported", policy.exception_policy.imported.clone())),
        }
    };
    files.into_iter().map(about).collect()
}

/// `trust.inline_reason_required`: what a comment without a reason ignores counts all the same.
fn without_reason(policy: &Policy, comment: &SuppressionComment) -> Option<Made> {
    let required = &policy.trust.inline_reason_required;
    let is_bare = comment.reason.trim().is_empty() && comment.malformed.is_none();
    if !required.value || !is_bare || (comment.form != "portcullis" && comment.matched == 0) {
        return None;
    }
    let place = Location { start_col: Some(comment.col), ..Location::line(&comment.path, comment.line) };
    let named = comment.rules.join(", ");
    let what = if named.is_empty() { String::new() } else { format!(" for `{named}`") };
    let message = format!(
        "the ignore comment{what} gives no reason and has no effect (trust.inline_reason_required, {})",
        required.origin
    );
    let identity = format!("{}[{named}]", comment.path);
    let remediation = "say behind the brackets why it is acceptable: `# portcullis: ignore[RULE] reason`";
    Some(Made {
        finding: finding("gate/suppression-without-reason", &identity, place, &message, remediation),
        level: None,
    })
}

/// Several checks may read one file, and each hands over the comments it met: one comment, what it matched added up.
fn together(comments: &[SuppressionComment]) -> Vec<SuppressionComment> {
    let mut by_place: BTreeMap<(&str, u32, &str), SuppressionComment> = BTreeMap::new();
    for comment in comments {
        let place = (comment.path.as_str(), comment.line, comment.form.as_str());
        match by_place.get_mut(&place) {
            Some(known) => {
                known.matched = known.matched.saturating_add(comment.matched);
                known.col = known.col.min(comment.col);
            }
            None => drop(by_place.insert(place, comment.clone())),
        }
    }
    by_place.into_values().collect()
}

/// An ignore comment that cannot be read, has ended, or suppressed nothing. Comments of other tools are theirs to judge.
fn about_comment(
    comment: &SuppressionComment,
    registry: &Registry,
    coverage: &Coverage<'_>,
    today: Date,
) -> Option<Made> {
    let place = Location { start_col: Some(comment.col), ..Location::line(&comment.path, comment.line) };
    let named = comment.rules.join(", ");
    let made = |rule, message: String, remediation: String| {
        let identity = format!("{}[{named}]", comment.path);
        Some(Made { finding: finding(rule, &identity, place.clone(), &message, &remediation), level: None })
    };
    if let Some(why) = &comment.malformed {
        return made(
            "gate/suppression-malformed",
            format!("the ignore comment cannot be read and suppresses nothing: {why}"),
            "write `# portcullis: ignore[RULE] reason`".to_owned(),
        );
    }
    if comment.form != "portcullis" {
        return None;
    }
    if let Some(until) = comment.until.filter(|until| *until < today) {
        return made(
            "gate/suppression-expired",
            format!("the ignore comment for `{named}` ended on {until}"),
            "mend what it ignores and delete the comment, or decide again and give it a new date".to_owned(),
        );
    }
    // What was not looked at could not be suppressed either.
    if comment.matched > 0 || !comment.rules.iter().all(|rule| coverage.has_looked_at(rule)) {
        return None;
    }
    let unknown = comment.rules.iter().find(|rule| !known(registry, rule));
    let (message, remediation) = match unknown {
        Some(unknown) => {
            let nearest = registry.nearest(unknown);
            let advice = nearest.first().map_or_else(
                || "delete the comment".to_owned(),
                |nearest| format!("delete the comment; did you mean `{nearest}`?"),
            );
            (format!("the ignore comment suppresses nothing: there is no rule `{unknown}`"), advice)
        }
        None => (format!("the ignore comment for `{named}` suppresses nothing"), "delete the comment".to_owned()),
    };
    made("gate/suppression-unused", message, remediation)
}

/// An exact id, the slug of one, or a pattern; patterns are not looked up.
fn known(registry: &Registry, rule: &str) -> bool {
    crate::pattern::is_glob(rule)
        || registry.contains(rule)
        || registry.ids().any(|id| id.split_once('/').is_some_and(|(_, slug)| slug == rule))
}

fn finding(rule_id: &'static str, identity: &str, place: Location, message: &str, remediation: &str) -> Finding {
    let page = rule(rule_id);
    Finding {
        kind: Kind::Misconfiguration,
        rule_id: rule_id.to_owned(),
        id: rule_id.to_owned(),
        title: page.map(|rule| rule.title.to_owned()).unwrap_or_default(),
        message: text::bounded(message, text::MESSAGE),
        remediation: Some(text::bounded(remediation, text::MESSAGE)),
        severity: page.map(|rule| rule.severity).unwrap_or_default(),
        severity_source: SeveritySource::RuleDefault,
        confidence: Some(Confidence::High),
        tier: page.map(|rule| rule.tier),
        locations: vec![place],
        sources: vec![Source { tool: "portcullis".to_owned(), ..Source::default() }],
        identity: identity.to_owned(),
        ..Finding::default()
    }
}

/// Steps 3 to 5 for a finding of the policy's own.
fn level(policy: &Policy, finding: Finding, named: Option<(&'static str, Setting<Level>)>) -> Judged {
    let rule_names = Names::from(finding.rule_id.as_str());
    let mut judged =
        Judged { severity: finding.severity, state: finding.state, finding: Box::new(finding), ..Judged::default() };
    let in_force = InForce::new(policy, &judged.finding);
    if let Some((key, setting)) = in_force.rule_severity(&rule_names) {
        set_severity(&mut judged, key, setting);
    }
    let (section, severity) = (judged.finding.section, judged.severity);
    if let Some((key, setting)) = named {
        set_level(&mut judged, Step::BaseLevel, key, setting.value, &setting.origin);
    } else {
        let (key, setting) =
            in_force.level(section, severity).unwrap_or_else(|| section_level(policy, section, severity));
        set_level(&mut judged, Step::BaseLevel, key, setting.value, &setting.origin);
    }
    if let Some((key, setting)) = in_force.rule_level(&rule_names) {
        set_level(&mut judged, Step::RuleLevel, key, setting.value, &setting.origin);
    }
    judged
}

fn lines(origin: &Origin, last_line: u32) -> Location {
    Location {
        path: origin.layer.to_string(),
        start_line: origin.line,
        start_col: origin.col,
        end_line: origin.line.map(|_| last_line),
        ..Location::default()
    }
}

fn range(origin: &Origin, last_line: u32) -> String {
    match origin.line {
        Some(first) if first < last_line => format!("lines {first} to {last_line} of {}", origin.layer),
        Some(first) => format!("line {first} of {}", origin.layer),
        None => format!("it from {}", origin.layer),
    }
}
