//! Steps 1 to 8 and 11: what a finding's own facts make of its level (spec/policy.md 5).

use portcullis_model::{
    BySeverity, Decision, Finding, FixState, Judged, Kind, Level, Origin, Scope, Section, Severity, State, Step,
};

use super::vulnerability::{self, Clocks};
use super::{cap, raise, set_level, suppressions};
use crate::Policy;
use crate::overrides::InForce;
use crate::pattern::Names;
use crate::policy::{ReportOnly, Setting};
use crate::supply;
use crate::trust::is_known_exploited;

/// Everything that needs no other finding. Gives the level that floors start from: after the steps that look at severity
/// and rule only.
pub(super) fn judge(
    policy: &Policy,
    judged: &mut Judged,
    own_level: Option<&Named>,
    names: &Names,
    clocks: &Clocks<'_>,
) -> Level {
    if suppressions::closed(policy, judged, clocks.today) || excluded(policy, judged) {
        return Level::Off;
    }
    severity_and_level(policy, judged, own_level, names);
    let before_modifiers = judged.level;
    modifiers(policy, judged, clocks);
    suppressions::inline(policy, judged, clocks.today);
    before_modifiers
}

/// Step 2. Findings without a file match no pattern: nothing excludes them. What the policy itself finds stands in the
/// policy, of which `paths` does not speak.
fn excluded(policy: &Policy, judged: &mut Judged) -> bool {
    let section = judged.finding.section;
    let path = judged.finding.path();
    let is_own = judged.finding.rule_id.starts_with("policy/");
    let Some(paths) = policy.paths(section).filter(|_| !path.is_empty() && !is_own) else { return false };
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
    judged.decision.push(Decision { step: Step::ExcludedPath, key, from: "".into(), to: "excluded".into(), origin });
    judged.state = State::Excluded;
    judged.level = Level::Off;
    true
}

/// A key or an entry of the policy that gives the level of this very finding.
pub(super) struct Named {
    pub(super) key: String,
    pub(super) setting: Setting<Level>,
}

/// Steps 3 to 5.
fn severity_and_level(policy: &Policy, judged: &mut Judged, own_level: Option<&Named>, names: &Names) {
    let in_force = InForce::new(policy, &judged.finding);
    let (severity, level) = if in_force.names_no_rule() {
        (None, None)
    } else {
        (in_force.rule_severity(names), in_force.rule_level(names))
    };
    if let Some((key, severity, origin)) = supply::severity(policy, &judged.finding)
        && severity != judged.severity
    {
        set_severity(judged, key.to_owned(), &Setting { value: severity, origin });
    }
    if let Some((key, setting)) = severity {
        set_severity(judged, key, setting);
    }
    let supplied = supply::base_level(policy, &judged.finding);
    let (key, setting) = match (own_level, &supplied) {
        (Some(own), _) => (own.key.clone(), &own.setting),
        (None, Some((key, setting))) => (key.clone(), setting),
        (None, None) => in_force
            .level(judged.finding.section, judged.severity)
            .unwrap_or_else(|| base(policy, &judged.finding, judged.severity)),
    };
    set_level(judged, Step::BaseLevel, key, setting.value, &setting.origin);
    if let Some((key, setting)) = level {
        set_level(judged, Step::RuleLevel, key, setting.value, &setting.origin);
    }
    newer_rule(policy, judged);
}

/// A rule that is newer than what the policy was written for turns nothing red by itself (spec/policy.md 3.6). Who names it
/// outright knows it.
fn newer_rule(policy: &Policy, judged: &mut Judged) {
    let (Some(since), Some(as_of)) = (policy.newer_rules.get(judged.finding.rule_id.as_str()), &policy.as_of) else {
        return;
    };
    let rule = &judged.finding.rule_id;
    let is_named = |decision: &Decision| {
        decision.step == Step::RuleLevel && decision.key.rsplit_once("rules.").is_some_and(|(_, name)| name == rule)
    };
    if judged.decision.last().is_some_and(is_named) || judged.level <= Level::Warn {
        return;
    }
    let note = format!("new in {since}, will follow your levels when you move to {}", next(&as_of.origin, since));
    judged.notes.push(note);
    let warn = Setting { value: Level::Warn, origin: as_of.origin.clone() };
    cap(judged, Step::RuleLevel, "as_of", &warn);
}

/// What to move to: the next version of a preset, or the newer version in a file of one's own.
fn next(as_of: &Origin, since: &str) -> String {
    let preset = as_of.layer.rsplit_once('@').filter(|(name, _)| name.starts_with("preset:"));
    match preset.and_then(|(name, version)| Some((name, version.parse::<u32>().ok()?.checked_add(1)?))) {
        Some((name, version)) => format!("{name}@{version}"),
        None => format!("`as_of: \"{since}\"`"),
    }
}

/// Step 3: the finding keeps its own severity, the judgement has another.
pub(super) fn set_severity(judged: &mut Judged, key: String, setting: &Setting<Severity>) {
    let from = std::mem::replace(&mut judged.severity, setting.value);
    judged.decision.push(Decision {
        step: Step::Severity,
        key,
        from: from.as_str().into(),
        to: judged.severity.as_str().into(),
        origin: setting.origin.clone(),
    });
}

/// The level a severity has in a section where no rule speaks.
pub(crate) fn section_level(policy: &Policy, section: Section, severity: Severity) -> (String, &Setting<Level>) {
    let own = policy.sections.get(&section).and_then(|section| section.levels.get(severity).as_ref());
    match own {
        Some(setting) => ([section.as_str(), ".levels.", severity.as_str()].concat(), setting),
        None => (["levels.", severity.as_str()].concat(), policy.levels.get(severity)),
    }
}

/// Step 4: the key for changes of interfaces, the scope's levels, then the section's, then everybody's.
fn base<'a>(policy: &'a Policy, finding: &Finding, severity: Severity) -> (String, &'a Setting<Level>) {
    if finding.section == Section::Vulnerabilities
        && let Some(package) = finding.package.as_deref()
        && let Some(setting) = policy.vulnerabilities.scopes.get(&package.scope).and_then(|levels| of(levels, severity))
    {
        return (format!("vulnerabilities.scopes.{}.{severity}", scope_word(package.scope)), setting);
    }
    if finding.section == Section::Quality && finding.tool() == "oasdiff" {
        match severity {
            Severity::Critical | Severity::High => {
                return ("quality.api.breaking".to_owned(), &policy.quality.breaking);
            }
            Severity::Medium => return ("quality.api.risky".to_owned(), &policy.quality.risky),
            _ => {}
        }
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
fn modifiers(policy: &Policy, judged: &mut Judged, clocks: &Clocks<'_>) {
    if judged.level == Level::Off {
        return;
    }
    if judged.state == State::Review && judged.finding.kind != Kind::Secret {
        cap(judged, Step::SectionModifier, "state review", &Setting { value: Level::Warn, origin: Origin::builtin() });
    }
    match judged.finding.section {
        Section::Vulnerabilities => vulnerability::modifiers(&policy.vulnerabilities, judged, clocks),
        Section::Secrets => secret(policy, judged),
        _ => {}
    }
}

fn secret(policy: &Policy, judged: &mut Judged) {
    let levels = &policy.secrets;
    let in_force = InForce::new(policy, &judged.finding);
    if judged.state == State::Review {
        let (key, setting) = in_force.secret("unaudited", |levels| &levels.unaudited, &levels.unaudited);
        cap(judged, Step::SectionModifier, &key, setting);
    }
    if !is_verified(&judged.finding) {
        let (key, setting) = in_force.secret("unverified", |levels| &levels.unverified, &levels.unverified);
        cap(judged, Step::SectionModifier, &key, setting);
    }
}

/// Whether the report names a version that mends it.
pub(super) fn has_fix(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.state == FixState::Fixed || !fix.versions.is_empty())
}

fn is_verified(finding: &Finding) -> bool {
    finding.secret.as_ref().is_some_and(|secret| secret.verified == Some(true))
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
    let named = |key: &str, setting| (key.to_owned(), setting);
    let floors = [
        is_known_exploited(finding).then(|| named("vulnerabilities.kev", &policy.vulnerabilities.kev)),
        (finding.kind == Kind::Malware).then(|| named("vulnerabilities.malware", &policy.vulnerabilities.malware)),
        is_verified(finding).then(|| {
            let in_force = InForce::new(policy, finding);
            in_force.secret("verified", |levels| &levels.verified, &policy.secrets.verified)
        }),
    ];
    for (key, floor) in floors.into_iter().flatten() {
        raise(judged, Step::Floor, key, floor.value.max(before_modifiers), &floor.origin);
    }
}
