//! Steps 1 to 8 and 11: what a finding's own facts make of its level (spec/policy.md 5).

use jiff::civil::Date;
use portcullis_model::{
    BySeverity, Decision, Finding, FixState, Judged, Kind, Level, Origin, Scope, Section, Severity, State, Step,
    Suppression,
};

use super::{cap, set_level};
use crate::Policy;
use crate::pattern;
use crate::policy::{ReportOnly, Setting};
use crate::supply;

/// Everything that needs no other finding. Gives the level that floors start from: after the steps that look at severity
/// and rule only.
pub(super) fn judge(policy: &Policy, judged: &mut Judged, today: Date) -> Level {
    if closed(judged) || excluded(policy, judged) {
        return Level::Off;
    }
    severity_and_level(policy, judged);
    let before_modifiers = judged.level;
    modifiers(policy, judged);
    inline_suppression(judged, today);
    before_modifiers
}

/// Step 1: what is not open is not judged.
fn closed(judged: &mut Judged) -> bool {
    if judged.is_open() {
        return false;
    }
    let suppression = judged.finding.suppressions.first();
    let origin = suppression.and_then(place_of).unwrap_or_else(Origin::builtin);
    let state = state_word(judged.state);
    let key = suppression.map_or_else(|| state.to_owned(), |suppression| format!("{state} by {}", suppression.by));
    judged.decision.push(Decision { step: Step::State, key, from: String::new(), to: Level::Off.to_string(), origin });
    true
}

const fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Suppressed => "suppressed",
        State::NotAffected => "not_affected",
        State::Fixed => "fixed",
        State::UnderInvestigation => "under_investigation",
        State::Passed => "passed",
        State::Review => "review",
        State::Excepted => "excepted",
        State::Excluded => "excluded",
        State::Absent => "absent",
    }
}

fn place_of(suppression: &Suppression) -> Option<Origin> {
    let layer = suppression.source_file.clone()?;
    Some(Origin { layer, line: suppression.line, col: None })
}

/// Step 2. Findings without a file match no pattern: nothing excludes them.
fn excluded(policy: &Policy, judged: &mut Judged) -> bool {
    let section = judged.finding.section;
    let path = judged.finding.path();
    let Some(paths) = policy.paths(section).filter(|_| !path.is_empty()) else { return false };
    let (what, pattern) = match paths.exclude.iter().find(|glob| glob.value.matches(path)) {
        Some(exclude) => ("exclude", Some(exclude)),
        None if paths.include.iter().any(|glob| glob.value.matches(path)) => return false,
        None => ("include", paths.include.first()),
    };
    let origin = pattern.map_or_else(Origin::builtin, |pattern| pattern.origin.clone());
    // What was not included names no pattern: none of them matched.
    let key = match pattern.filter(|_| what == "exclude") {
        Some(pattern) => format!("{section}.paths.exclude: {}", pattern.value.as_str()),
        None => format!("{section}.paths.{what}"),
    };
    judged.decision.push(Decision {
        step: Step::ExcludedPath,
        key,
        from: String::new(),
        to: "excluded".to_owned(),
        origin,
    });
    judged.state = State::Excluded;
    judged.level = Level::Off;
    true
}

/// Steps 3 to 5.
fn severity_and_level(policy: &Policy, judged: &mut Judged) {
    let (severity, level) = if policy.rules.is_empty() {
        (None, None)
    } else {
        let names = pattern::names(&judged.finding);
        (policy.rules.severity(&names), policy.rules.level(&names))
    };
    if let Some((key, severity, origin)) = supply::severity(policy, &judged.finding)
        && severity != judged.severity
    {
        let from = std::mem::replace(&mut judged.severity, severity);
        let (key, from, to) = (key.to_owned(), from.to_string(), severity.to_string());
        judged.decision.push(Decision { step: Step::Severity, key, from, to, origin });
    }
    if let Some(decided) = severity {
        let from = std::mem::replace(&mut judged.severity, decided.setting.value);
        judged.decision.push(Decision {
            step: Step::Severity,
            key: format!("rules.{}.severity", decided.pattern),
            from: from.to_string(),
            to: judged.severity.to_string(),
            origin: decided.setting.origin.clone(),
        });
    }
    let (key, setting) = supply::base_level(policy, &judged.finding).unwrap_or_else(|| {
        let (key, setting) = base(policy, &judged.finding, judged.severity);
        (key, setting.clone())
    });
    set_level(judged, Step::BaseLevel, key, setting.value, &setting.origin);
    if let Some(decided) = level {
        let key = format!("rules.{}", decided.pattern);
        set_level(judged, Step::RuleLevel, key, decided.setting.value, &decided.setting.origin);
    }
}

/// The level a severity has in a section where no rule speaks.
pub(crate) fn section_level(policy: &Policy, section: Section, severity: Severity) -> (String, &Setting<Level>) {
    let own = policy.sections.get(&section).and_then(|section| section.levels.get(severity).as_ref());
    match own {
        Some(setting) => (format!("{section}.levels.{severity}"), setting),
        None => (format!("levels.{severity}"), policy.levels.get(severity)),
    }
}

/// Step 4: the scope's levels, then the section's, then everybody's.
fn base<'a>(policy: &'a Policy, finding: &Finding, severity: Severity) -> (String, &'a Setting<Level>) {
    if finding.section == Section::Vulnerabilities
        && let Some(package) = finding.package.as_deref()
        && let Some(setting) = policy.vulnerabilities.scopes.get(&package.scope).and_then(|levels| of(levels, severity))
    {
        return (format!("vulnerabilities.scopes.{}.{severity}", scope_word(package.scope)), setting);
    }
    section_level(policy, finding.section, severity)
}

fn of(levels: &BySeverity<Option<Setting<Level>>>, severity: Severity) -> Option<&Setting<Level>> {
    levels.get(severity).as_ref()
}

const fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Runtime => "runtime",
        Scope::Development => "development",
        Scope::Optional => "optional",
        Scope::Unknown => "unknown",
    }
}

/// Step 6.
fn modifiers(policy: &Policy, judged: &mut Judged) {
    if judged.level == Level::Off {
        return;
    }
    let step = Step::SectionModifier;
    if judged.state == State::Review && judged.finding.kind != Kind::Secret {
        cap(judged, step, "state review", &Setting { value: Level::Warn, origin: Origin::builtin() });
    }
    match judged.finding.section {
        Section::Vulnerabilities => {
            let vulnerabilities = &policy.vulnerabilities;
            if vulnerabilities.only_fixable.value && !has_fix(&judged.finding) {
                let origin = vulnerabilities.only_fixable.origin.clone();
                cap(judged, step, "vulnerabilities.only_fixable", &Setting { value: Level::Warn, origin });
            }
            if judged.finding.fix.as_ref().is_some_and(|fix| fix.state == FixState::WontFix) {
                cap(judged, step, "vulnerabilities.wont_fix", &vulnerabilities.wont_fix);
            }
            if judged.finding.vulnerability.as_ref().is_some_and(|details| details.reachable == Some(false)) {
                cap(judged, step, "vulnerabilities.unreachable", &vulnerabilities.unreachable);
            }
        }
        Section::Secrets => {
            if judged.state == State::Review {
                cap(judged, step, "secrets.unaudited", &policy.secrets.unaudited);
            }
            if !is_verified(&judged.finding) {
                cap(judged, step, "secrets.unverified", &policy.secrets.unverified);
            }
        }
        _ => {}
    }
}

/// Whether the report names a version that mends it.
pub(super) fn has_fix(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.state == FixState::Fixed || !fix.versions.is_empty())
}

fn is_verified(finding: &Finding) -> bool {
    finding.secret.as_ref().is_some_and(|secret| secret.verified == Some(true))
}

/// Step 8: a comment beside the finding is honoured down to `log`, so that the finding stays listed.
fn inline_suppression(judged: &mut Judged, today: Date) {
    let inline: Vec<_> =
        judged.finding.suppressions.iter().filter(|suppression| suppression.by == "inline").cloned().collect();
    for suppression in inline {
        let origin = place_of(&suppression).unwrap_or_else(Origin::builtin);
        if let Some(ended) = suppression.expires.filter(|expires| *expires < today) {
            judged.notes.push(format!("the ignore comment at {origin} ended on {ended}"));
        } else {
            cap(judged, Step::InlineSuppression, "ignore comment", &Setting { value: Level::Log, origin });
        }
    }
}

/// Step 13: what would block is a warning for now.
pub(super) fn report_only(mode: &ReportOnly, judged: &mut Judged) {
    if !judged.is_open() || judged.level < Level::Fail || mode.except.contains(&judged.finding.section) {
        return;
    }
    judged.would_fail = true;
    let origin = mode.until.origin.clone();
    cap(judged, Step::ReportOnly, "mode.report_only", &Setting { value: Level::Warn, origin });
}

/// Step 11: what is known to be exploited, malicious or a working secret is not weakened by steps 4 to 9; only an
/// exception takes it out.
pub(super) fn floors(policy: &Policy, judged: &mut Judged, before_modifiers: Level) {
    if !judged.is_open() {
        return;
    }
    let finding = &judged.finding;
    let listed = |finding: &Finding| {
        finding.vulnerability.as_ref().and_then(|details| details.kev.as_ref()).is_some_and(|kev| kev.listed)
    };
    let floors = [
        (listed(finding), "vulnerabilities.kev", &policy.vulnerabilities.kev),
        (finding.kind == Kind::Malware, "vulnerabilities.malware", &policy.vulnerabilities.malware),
        (is_verified(finding), "secrets.verified", &policy.secrets.verified),
    ];
    for (applies, key, floor) in floors {
        let level = floor.value.max(before_modifiers);
        if applies && level > judged.level {
            set_level(judged, Step::Floor, key, level, &floor.origin);
        }
    }
}
