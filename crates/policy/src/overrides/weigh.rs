//! What an override does to the gate: which of its keys loosen, and whether any tightens.

use portcullis_model::{Level, Registry, Section, Severity};

use super::{ListChange, Override, SecretLevels};
use crate::Policy;
use crate::judge::section_level;
use crate::pattern::{Names, Pattern, is_glob};
use crate::policy::{Field, RuleSetting, Setting};

/// How sure the answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// A rule's findings have the rule's severity: what a person means.
    Usual,
    /// One rule may give findings of any severity: what a proof needs.
    Sure,
}

/// What the keys of an override do.
#[derive(Debug, Default)]
pub(crate) struct Weight {
    /// Keys that may lower something, each with what it does: `levels.high from fail to warn`.
    pub(crate) loosens: Vec<String>,
    /// Something may rise.
    pub(crate) tightens: bool,
    /// A severity is another one: what that does depends on all levels.
    pub(crate) reorders: bool,
}

/// The levels something may have without the override.
#[derive(Clone, Copy)]
struct Range {
    lowest: Level,
    highest: Level,
}

impl Range {
    const ANY: Self = Self { lowest: Level::Off, highest: Level::Fail };

    fn of(levels: impl IntoIterator<Item = Level>) -> Self {
        let mut levels = levels.into_iter();
        let Some(first) = levels.next() else { return Self::ANY };
        levels.fold(Self { lowest: first, highest: first }, Self::with)
    }

    fn with(self, level: Level) -> Self {
        Self { lowest: self.lowest.min(level), highest: self.highest.max(level) }
    }
}

/// Weighs an override against what holds without it: the policy, and the other overrides, whichever of them matches.
pub(crate) fn weigh(
    policy: &Policy,
    others: &[&Override],
    entry: &Override,
    registry: &Registry,
    certainty: Certainty,
) -> Weight {
    let mut scales = Scales { policy, others, registry, certainty, weight: Weight::default() };
    for severity in Severity::ALL {
        let everywhere = || Range::of(sections().flat_map(|section| scales.of_section(section, severity)));
        let (range, field) = (everywhere(), entry.levels.get(severity));
        scales.level(&format!("levels.{severity}"), field, range);
        for (section, levels) in &entry.sections {
            let range = Range::of(scales.of_section(*section, severity));
            scales.level(&format!("{section}.levels.{severity}"), levels.get(severity), range);
        }
    }
    scales.secrets(entry);
    scales.lists(entry);
    for (pattern, setting) in entry.rules.entries() {
        scales.rule(pattern, setting);
    }
    scales.weight
}

/// Every section, and that of the gate's own findings.
fn sections() -> impl Iterator<Item = Section> {
    Section::ALL.iter().copied().chain([Section::None])
}

/// One of the levels.
type OfSecrets = fn(&SecretLevels) -> &Field<Level>;

struct Scales<'a> {
    policy: &'a Policy,
    others: &'a [&'a Override],
    registry: &'a Registry,
    certainty: Certainty,
    weight: Weight,
}

impl Scales<'_> {
    /// The levels findings of a section and severity may have.
    fn of_section(&self, section: Section, severity: Severity) -> Vec<Level> {
        let mut levels = vec![section_level(self.policy, section, severity).1.value];
        if section == Section::Vulnerabilities {
            let scopes = self.policy.vulnerabilities.scopes.values();
            levels.extend(scopes.filter_map(|scope| scope.get(severity).as_ref()).map(|setting| setting.value));
        }
        let of_others =
            self.others.iter().flat_map(|other| [other.level(section, severity), other.levels.get(severity)]);
        levels.extend(of_others.filter_map(Field::setting).map(|setting| setting.value));
        levels
    }

    fn level(&mut self, key: &str, field: &Field<Level>, range: Range) {
        match field {
            Field::Unset => {}
            // Takes back what another one says, which may have been anything.
            Field::Reset if self.others.is_empty() => {}
            Field::Reset => self.may_do_anything(key),
            Field::Set(Setting { value, .. }) => {
                if *value < range.highest {
                    self.weight.loosens.push(format!("`{key}` from {} to {value}", range.highest));
                }
                self.weight.tightens |= *value > range.lowest;
            }
        }
    }

    fn may_do_anything(&mut self, key: &str) {
        self.weight.loosens.push(format!("`{key}`"));
        self.weight.tightens = true;
    }

    fn secrets(&mut self, entry: &Override) {
        let secrets = &self.policy.secrets;
        let keys: [(&str, OfSecrets, Level); 3] = [
            ("secrets.verified", |levels| &levels.verified, secrets.verified.value),
            ("secrets.unverified", |levels| &levels.unverified, secrets.unverified.value),
            ("secrets.unaudited", |levels| &levels.unaudited, secrets.unaudited.value),
        ];
        for (key, of, held) in keys {
            let others = self.others.iter().filter_map(|other| of(&other.secrets).setting());
            let range = Range::of(others.map(|setting| setting.value).chain([held]));
            self.level(key, of(&entry.secrets), range);
        }
    }

    fn lists(&mut self, entry: &Override) {
        let alerts = &self.policy.alerts;
        let required = [
            ("alerts.require_labels", &entry.alerts.require_labels, &alerts.require_labels),
            ("alerts.require_annotations", &entry.alerts.require_annotations, &alerts.require_annotations),
        ];
        let is_alone = self.others.is_empty();
        for (key, change, held) in required {
            let Some(change) = change else { continue };
            let mut list = held.clone();
            change.apply(&mut list);
            let only_more = held.iter().all(|element| list.contains(element));
            // Another override may have asked for something that a whole list forgets.
            if !only_more || !is_alone && matches!(change, ListChange::Replace(_)) {
                self.weight.loosens.push(format!("`{key}`"));
            }
            self.weight.tightens |= list.iter().any(|element| !held.contains(element)) || !is_alone;
        }
        if entry.alerts.severities.is_some() {
            self.may_do_anything("alerts.severities");
        }
    }

    fn rule(&mut self, pattern: &str, setting: &RuleSetting) {
        if setting.severity.speaks() {
            self.severity(pattern, &setting.severity);
        }
        if setting.level.speaks() {
            let ranges = self.rules(pattern).into_iter();
            let range = ranges.reduce(|one, two| one.with(two.lowest).with(two.highest)).unwrap_or(Range::ANY);
            self.level(&format!("rules.{pattern}"), &setting.level, range);
        }
    }

    fn severity(&mut self, pattern: &str, field: &Field<Severity>) {
        self.weight.reorders = true;
        let key = format!("rules.{pattern}.severity");
        let Some(setting) = field.setting() else { return self.may_do_anything(&key) };
        let lowers = |was: Severity| setting.value == Severity::Unknown || setting.value < was;
        let known: Vec<Severity> = self.known(pattern).iter().map(|(_, severity)| *severity).collect();
        // Nobody knows how bad the findings of other tools are.
        let may_lower = known.iter().any(|was| lowers(*was)) || known.is_empty() && lowers(Severity::Critical);
        if may_lower {
            self.weight.loosens.push(format!("`{key}` to {}", setting.value));
        }
    }

    /// Rules of ours under a pattern, with the severity the policy gives each.
    fn known(&self, pattern: &str) -> Vec<(&'static str, Severity)> {
        let Ok(pattern) = Pattern::new(pattern) else { return Vec::new() };
        let rules = self.registry.rules().iter().filter(|rule| pattern.matches(rule.id));
        let severity = |rule: &portcullis_model::Rule| {
            let given = self.policy.rules.severity(&Names::from(rule.id));
            given.map_or(rule.severity, |decided| decided.setting.value)
        };
        rules.map(|rule| (rule.id, severity(rule))).collect()
    }

    /// The levels that the findings under a pattern may have.
    fn rules(&self, pattern: &str) -> Vec<Range> {
        let known = self.known(pattern);
        let mut ranges: Vec<Range> = known.iter().map(|(id, severity)| self.of_rule(id, *severity)).collect();
        let of_others = is_glob(pattern) && !known.iter().any(|(id, _)| is_namespace_of(id, pattern));
        if known.is_empty() || of_others {
            ranges.push(Range::ANY);
        }
        ranges
    }

    fn of_rule(&self, id: &'static str, severity: Severity) -> Range {
        let names = Names::from(id);
        let of_others = self.others.iter().filter_map(|other| other.rules.level(&names)?.1.setting());
        let section = Section::of_rule(id);
        let own = match self.policy.rules.level(&names) {
            Some(decided) => vec![decided.setting.value],
            None if self.certainty == Certainty::Usual => self.of_section(section, severity),
            None => Severity::ALL.iter().flat_map(|severity| self.of_section(section, *severity)).collect(),
        };
        Range::of(of_others.map(|setting| setting.value).chain(own))
    }
}

/// `gha/un*` can name no rule outside of its namespace; `*` can.
fn is_namespace_of(id: &str, pattern: &str) -> bool {
    id.split_once('/')
        .is_some_and(|(namespace, _)| pattern.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('/')))
}
