//! `overrides`: what holds for some files, packages or tools only (spec/policy.md 4.1).

mod weigh;

use std::borrow::Cow;
use std::collections::BTreeMap;

use portcullis_model::{BySeverity, Finding, Globs, Level, Origin, Registry, Section, Severity};

use crate::Policy;
use crate::effective;
use crate::pattern::{Names, PackagePattern};
use crate::policy::{Field, Setting};
use crate::rulebook::{Decided, RuleLayer};
use crate::wings::AlertPolicy;
pub(crate) use weigh::{Certainty, Weight, weigh};

/// One entry. What was not given selects everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Override {
    /// Its place in the list; none for what the command line says last.
    pub(crate) position: Option<usize>,
    pub(crate) paths: Globs,
    pub(crate) exclude: Globs,
    pub(crate) package: Option<PackagePattern>,
    pub(crate) tools: Vec<String>,
    pub(crate) levels: BySeverity<Field<Level>>,
    pub(crate) sections: BTreeMap<Section, BySeverity<Field<Level>>>,
    pub(crate) secrets: SecretLevels,
    pub(crate) alerts: AlertLists,
    pub(crate) rules: RuleLayer,
    pub(crate) origin: Origin,
}

/// `secrets` of an override.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretLevels {
    pub(crate) verified: Field<Level>,
    pub(crate) unverified: Field<Level>,
    pub(crate) unaudited: Field<Level>,
}

/// `alerts` of an override.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlertLists {
    pub(crate) require_labels: Option<ListChange>,
    pub(crate) require_annotations: Option<ListChange>,
    pub(crate) severities: Option<ListChange>,
}

/// What a later place makes of a list.
#[derive(Clone, Debug)]
pub(crate) enum ListChange {
    Replace(Vec<String>),
    Edit { add: Vec<String>, remove: Vec<String> },
}

impl ListChange {
    pub(crate) fn apply(&self, list: &mut Vec<String>) {
        match self {
            Self::Replace(whole) => list.clone_from(whole),
            Self::Edit { add, remove } => {
                list.retain(|element| !remove.contains(element));
                for new in add {
                    if !list.contains(new) {
                        list.push(new.clone());
                    }
                }
            }
        }
    }
}

impl Override {
    /// Whether all its selectors match.
    pub(crate) fn matches(&self, finding: &Finding) -> bool {
        self.selectors(finding).all(|(_, matches)| matches)
    }

    /// Whether it applies to everything in a file: nothing but paths selects.
    pub(crate) fn is_for_path(&self, path: &str) -> bool {
        self.package.is_none() && self.tools.is_empty() && self.has_path(path)
    }

    /// Whether it may apply to something in a file.
    pub(crate) fn may_concern(&self, path: &str) -> bool {
        self.paths.is_empty() || self.has_path(path)
    }

    /// What has no path matches no path.
    fn has_path(&self, path: &str) -> bool {
        (self.paths.is_empty() || !path.is_empty() && self.paths.matches(path)) && !self.exclude.matches(path)
    }

    /// Every selector that is given, and whether it matches; cheap ones first.
    fn selectors<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = (&'static str, bool)> + 'a {
        let of_tool = move || finding.sources.iter().any(|source| self.tools.contains(&source.tool));
        let tools = (!self.tools.is_empty()).then_some("tools").into_iter().map(move |name| (name, of_tool()));
        let package = self
            .package
            .iter()
            .map(move |package| ("package", finding.package.as_deref().is_some_and(|found| package.matches(found))));
        let path = finding.path();
        let paths = (!self.paths.is_empty()).then_some("paths").into_iter();
        let paths = paths.map(move |name| (name, !path.is_empty() && self.paths.matches(path)));
        let exclude = (!self.exclude.is_empty()).then_some("exclude").into_iter();
        let exclude = exclude.map(move |name| (name, !self.exclude.matches(path)));
        tools.chain(package).chain(paths).chain(exclude)
    }

    /// The first selector that keeps it from a finding that another selector matches.
    pub(crate) fn near_miss(&self, finding: &Finding) -> Option<String> {
        let selectors: Vec<_> = self.selectors(finding).collect();
        let (missed, _) = selectors.iter().find(|(_, matches)| !matches)?;
        if !selectors.iter().any(|(name, matches)| *matches && *name != "exclude") {
            return None;
        }
        let globs = |globs: &Globs| globs.iter().map(portcullis_model::Glob::as_str).collect::<Vec<_>>().join(", ");
        let says = match *missed {
            "tools" => self.tools.join(", "),
            "package" => self.package.as_ref().map(PackagePattern::as_str).unwrap_or_default().to_owned(),
            "paths" => globs(&self.paths),
            _ => globs(&self.exclude),
        };
        Some(format!("{} does not apply: {missed} {says} ({})", self.name(), self.origin))
    }

    /// `overrides[2]`
    pub(crate) fn name(&self) -> String {
        self.position.map_or_else(|| "--set".to_owned(), |position| format!("overrides[{position}]"))
    }

    /// What one of its keys is called in a decision.
    fn key(&self, key: std::fmt::Arguments<'_>) -> String {
        match self.position {
            Some(position) => format!("overrides[{position}].{key}"),
            None => key.to_string(),
        }
    }

    fn level(&self, section: Section, severity: Severity) -> &Field<Level> {
        self.sections.get(&section).map_or(&Field::Unset, |levels| levels.get(severity))
    }
}

/// What holds for one finding: the policy, and the overrides that match it.
pub(crate) struct InForce<'a> {
    policy: &'a Policy,
    /// The last one, which decides, first.
    overrides: Vec<&'a Override>,
}

impl<'a> InForce<'a> {
    pub(crate) fn new(policy: &'a Policy, finding: &Finding) -> Self {
        let matching = policy.overrides.iter().rev().filter(|entry| entry.matches(finding));
        Self { policy, overrides: matching.collect() }
    }

    /// Whether nothing says anything about any rule.
    pub(crate) fn names_no_rule(&self) -> bool {
        self.policy.rules.is_empty() && self.overrides.is_empty()
    }

    /// The level its rule is given: the key, and where it was set.
    pub(crate) fn rule_level(&self, names: &Names) -> Option<(String, &'a Setting<Level>)> {
        for entry in &self.overrides {
            if let Some((pattern, field)) = entry.rules.level(names) {
                return field.setting().map(|setting| (entry.key(format_args!("rules.{pattern}")), setting));
            }
        }
        let Decided { pattern, setting } = self.policy.rules.level(names)?;
        Some((format!("rules.{pattern}"), setting))
    }

    /// The severity its rule is given.
    pub(crate) fn rule_severity(&self, names: &Names) -> Option<(String, &'a Setting<Severity>)> {
        for entry in &self.overrides {
            if let Some((pattern, field)) = entry.rules.severity(names) {
                return field.setting().map(|setting| (entry.key(format_args!("rules.{pattern}.severity")), setting));
            }
        }
        let Decided { pattern, setting } = self.policy.rules.severity(names)?;
        Some((format!("rules.{pattern}.severity"), setting))
    }

    /// The level an override gives a severity: that of the section comes before the common one.
    pub(crate) fn level(&self, section: Section, severity: Severity) -> Option<(String, &'a Setting<Level>)> {
        let own = self.overrides.iter().find(|entry| entry.level(section, severity).speaks());
        let common = || self.overrides.iter().find(|entry| entry.levels.get(severity).speaks());
        let own = own.and_then(|entry| {
            let setting = entry.level(section, severity).setting()?;
            Some((entry.key(format_args!("{section}.levels.{severity}")), setting))
        });
        own.or_else(|| {
            let entry = common()?;
            Some((entry.key(format_args!("levels.{severity}")), entry.levels.get(severity).setting()?))
        })
    }

    /// A level of `secrets`: that of the last override that speaks, else the policy's.
    pub(crate) fn secret(
        &self,
        name: &str,
        of: impl Fn(&SecretLevels) -> &Field<Level>,
        otherwise: &'a Setting<Level>,
    ) -> (String, &'a Setting<Level>) {
        let speaking = self.overrides.iter().copied().find(|entry| of(&entry.secrets).speaks());
        match speaking.and_then(|entry| Some((entry, of(&entry.secrets).setting()?))) {
            Some((entry, setting)) => (entry.key(format_args!("secrets.{name}")), setting),
            None => (format!("secrets.{name}"), otherwise),
        }
    }

    /// The common level an override gives a severity.
    fn common_level(&self, severity: Severity) -> Option<&'a Setting<Level>> {
        let entry = self.overrides.iter().copied().find(|entry| entry.levels.get(severity).speaks())?;
        entry.levels.get(severity).setting()
    }
}

impl Policy {
    /// What holds for everything in a file; overrides that look at packages or tools too are kept as they are.
    #[must_use]
    pub fn for_path(&self, path: &str, registry: &Registry) -> Self {
        let applied: Vec<&Override> = self.overrides.iter().filter(|entry| entry.is_for_path(path)).collect();
        let in_force = InForce { policy: self, overrides: applied.iter().rev().copied().collect() };
        let mut policy = self.clone();
        for severity in Severity::ALL {
            if let Some(setting) = in_force.common_level(severity) {
                *policy.levels.get_mut(severity) = setting.clone();
            }
            for section in Section::ALL {
                let Some((_, setting)) = in_force.level(*section, severity) else { continue };
                *policy.sections.entry(*section).or_default().levels.get_mut(severity) = Some(setting.clone());
                if *section == Section::Vulnerabilities {
                    policy.vulnerabilities.scopes.values_mut().for_each(|levels| *levels.get_mut(severity) = None);
                }
            }
        }
        let secrets = &self.secrets;
        policy.secrets.verified = in_force.secret("verified", |levels| &levels.verified, &secrets.verified).1.clone();
        policy.secrets.unverified =
            in_force.secret("unverified", |levels| &levels.unverified, &secrets.unverified).1.clone();
        policy.secrets.unaudited =
            in_force.secret("unaudited", |levels| &levels.unaudited, &secrets.unaudited).1.clone();
        policy.alerts = self.alerts_at(path).into_owned();
        policy.rules.layers.extend(applied.iter().map(|entry| entry.rules.clone()));
        policy.overrides.retain(|entry| !entry.is_for_path(path) && entry.may_concern(path));
        policy.effective = effective::for_path(self, &policy, &applied, registry);
        policy
    }

    /// What alerting rules in a file have to say.
    pub fn alerts_at(&self, path: &str) -> Cow<'_, AlertPolicy> {
        let mut alerts = Cow::Borrowed(&self.alerts);
        for entry in self.overrides.iter().filter(|entry| entry.is_for_path(path)) {
            let lists = &entry.alerts;
            if let Some(change) = &lists.require_labels {
                change.apply(&mut alerts.to_mut().require_labels);
            }
            if let Some(change) = &lists.require_annotations {
                change.apply(&mut alerts.to_mut().require_annotations);
            }
            if let Some(change) = &lists.severities {
                change.apply(&mut alerts.to_mut().severities);
            }
        }
        alerts
    }
}
