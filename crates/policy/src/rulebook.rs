//! `rules` of every layer: which level and severity the policy gives a rule (spec/policy.md 2.2, 3.4).

use std::collections::BTreeMap;

use portcullis_model::{Level, Severity};

use crate::pattern::{Names, Pattern};
use crate::policy::{Field, RuleSetting, Setting};

/// `rules` of every layer, first applied first.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleBook {
    pub(crate) layers: Vec<RuleLayer>,
}

/// `rules` of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleLayer {
    pub(crate) exact: BTreeMap<String, RuleSetting>,
    /// The glob with more literal characters first.
    pub(crate) globs: Vec<(Pattern, RuleSetting)>,
}

/// A setting that decided, and the pattern it stands under.
#[derive(Debug)]
pub(crate) struct Decided<'a, T> {
    pub(crate) pattern: &'a str,
    pub(crate) setting: &'a Setting<T>,
}

impl RuleBook {
    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The level the policy gives to a finding known under these names.
    pub(crate) fn level(&self, names: &Names) -> Option<Decided<'_, Level>> {
        self.decide(names, |setting| &setting.level, |level| *level as u8)
    }

    /// The severity the policy gives to a finding known under these names.
    pub(crate) fn severity(&self, names: &Names) -> Option<Decided<'_, Severity>> {
        self.decide(names, |setting| &setting.severity, |severity| *severity as u8)
    }

    /// The last layer that speaks decides. Where several patterns of equal exactness match (two aliases of one finding,
    /// two globs over a foreign tool's ids), the tightest value wins.
    fn decide<T>(
        &self,
        names: &Names,
        field: impl Fn(&RuleSetting) -> &Field<T>,
        tightness: impl Fn(&T) -> u8,
    ) -> Option<Decided<'_, T>> {
        self.layers
            .iter()
            .rev()
            .find_map(|layer| layer.best(names, &field, &tightness))
            .and_then(|(pattern, found)| found.setting().map(|setting| Decided { pattern, setting }))
    }

    /// The book as it was before the layer of this number.
    pub(crate) fn before(&self, layer: usize) -> Self {
        Self { layers: self.layers.iter().take(layer).cloned().collect() }
    }
}

impl RuleLayer {
    /// The pattern of this layer that speaks of the level, and what it says.
    pub(crate) fn level(&self, names: &Names) -> Option<(&str, &Field<Level>)> {
        self.best(names, &|setting: &RuleSetting| &setting.level, &|level: &Level| *level as u8)
    }

    /// The pattern of this layer that speaks of the severity, and what it says.
    pub(crate) fn severity(&self, names: &Names) -> Option<(&str, &Field<Severity>)> {
        self.best(names, &|setting: &RuleSetting| &setting.severity, &|severity: &Severity| *severity as u8)
    }

    /// Every pattern with what it says.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &RuleSetting)> {
        let exact = self.exact.iter().map(|(pattern, setting)| (pattern.as_str(), setting));
        exact.chain(self.globs.iter().map(|(pattern, setting)| (pattern.as_str(), setting)))
    }

    fn best<'a, T>(
        &'a self,
        names: &Names,
        field: &impl Fn(&'a RuleSetting) -> &'a Field<T>,
        tightness: &impl Fn(&T) -> u8,
    ) -> Option<(&'a str, &'a Field<T>)>
    where
        T: 'a,
    {
        let exact = names
            .iter()
            .filter_map(|name| self.exact.get_key_value(name))
            .map(|(pattern, setting)| (pattern.as_str(), usize::MAX, field(setting)))
            .filter(|(_, _, field)| field.speaks());
        let globs = self
            .globs
            .iter()
            .filter(|(pattern, setting)| field(setting).speaks() && names.any(|name| pattern.matches(name)))
            .map(|(pattern, setting)| (pattern.as_str(), pattern.literal_chars(), field(setting)));
        exact
            .chain(globs)
            .max_by_key(|(_, exactness, field)| (*exactness, field.setting().map(|setting| tightness(&setting.value))))
            .map(|(pattern, _, field)| (pattern, field))
    }
}
