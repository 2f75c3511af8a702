//! `rules` of every layer in one mapping, and what holds for each rule.

use std::collections::BTreeMap;

use portcullis_model::{Level, Origin, Registry, Section, Severity};

use super::{Content, Node};
use crate::Policy;
use crate::judge::section_level;
use crate::load::{Layer, Located, Sources, Value};
use crate::pattern::{Names, Pattern};
use crate::rulebook::RuleBook;

/// Fields of a rule setting, in the order of the schema.
const FIELDS: [&str; 3] = ["level", "severity", "reason"];

/// The last layer with a matching pattern decides, so what a later pattern covers is gone.
pub(crate) fn flattened(layers: &[Layer], book: &RuleBook, registry: &Registry, sources: &Sources) -> Node {
    let mut flat = Flat::default();
    let speaking: Vec<_> = layers.iter().filter_map(|layer| layer.tree.at(&["rules"])?.as_map()).collect();
    for (number, rules) in speaking.iter().enumerate() {
        for (text, located) in rules.iter().filter(|_| number > 0) {
            flat.forget(text, |field| matches!(located.value, Value::Null) || located.at(&[field]).is_some());
        }
        for (text, located) in *rules {
            flat.say(text, located, sources);
        }
    }
    if speaking.len() > 1 {
        flat.settle(book, registry);
    }
    flat.node()
}

/// The same with the rules of overrides that apply; `book` knows them already.
pub(super) fn overridden(flat: Option<&Node>, overrides: &[&Node], book: &RuleBook, registry: &Registry) -> Node {
    let mut all = Flat::default();
    for rules in flat.into_iter().chain(overrides.iter().copied()) {
        let Content::Map(entries) = &rules.content else { continue };
        for (text, setting) in entries {
            all.forget(text, |field| matches!(setting.content, Content::Null) || setting.get(field).is_some());
        }
        for (text, setting) in entries {
            let fields = all.0.entry(text.clone()).or_default();
            fields.extend(FIELDS.iter().filter_map(|field| Some((*field, setting.get(field)?.clone()))));
        }
    }
    all.settle(book, registry);
    all.node()
}

#[derive(Default)]
struct Flat(BTreeMap<String, BTreeMap<&'static str, Node>>);

impl Flat {
    fn node(self) -> Node {
        let entries = self.0.into_iter().filter(|(_, fields)| !fields.is_empty()).map(|(pattern, mut fields)| {
            let fields: Vec<_> =
                FIELDS.iter().filter_map(|field| Some(((*field).to_owned(), fields.remove(*field)?))).collect();
            let origin = fields.first().map(|(_, node)| node.origin.clone()).unwrap_or_default();
            (pattern, Node { content: Content::Map(fields), origin })
        });
        Node { content: Content::Map(entries.collect()), origin: Origin::builtin() }
    }

    /// What an entry of a later layer takes out of the earlier ones.
    fn forget(&mut self, text: &str, speaks: impl Fn(&str) -> bool) {
        let Ok(pattern) = Pattern::new(text) else { return };
        for (earlier, fields) in &mut self.0 {
            if earlier == text || pattern.matches(earlier) {
                fields.retain(|field, _| !speaks(field));
            }
        }
    }

    fn say(&mut self, text: &str, located: &Located, sources: &Sources) {
        let fields = self.0.entry(text.to_owned()).or_default();
        for field in FIELDS {
            let Some(value) = located.at(&[field]) else { continue };
            let content = match &value.value {
                Value::Level(level) => Content::Word(level.to_string()),
                Value::Severity(severity) => Content::Word(severity.to_string()),
                Value::Text(text) => Content::Text(text.clone()),
                _ => continue,
            };
            fields.insert(field, Node { content, origin: sources.origin(&value.mark) });
        }
    }

    /// Where patterns overlap across layers one mapping can say something else than the layers did: the rule itself is
    /// written down then.
    fn settle(&mut self, book: &RuleBook, registry: &Registry) {
        // Compiled once: there may be thousands, and as many rules.
        let patterns: Vec<Pattern> = self.0.keys().filter_map(|text| Pattern::new(text).ok()).collect();
        for id in registry.ids() {
            let names = Names::from(id);
            let level = book.level(&names).map(|decided| word(&decided.setting.value, &decided.setting.origin));
            let severity = book.severity(&names).map(|decided| word(&decided.setting.value, &decided.setting.origin));
            for (field, truth) in [("level", level), ("severity", severity)] {
                if self.says(&patterns, id, field) != truth.as_ref().and_then(Node::plain) {
                    let nothing = || Node { content: Content::Null, origin: Origin::builtin() };
                    self.0.entry(id.to_owned()).or_default().insert(field, truth.unwrap_or_else(nothing));
                }
            }
        }
    }

    fn says(&self, patterns: &[Pattern], id: &str, field: &str) -> Option<String> {
        let field_of = |pattern: &str| self.0.get(pattern).and_then(|fields| fields.get(field));
        if let Some(node) = field_of(id) {
            return node.plain();
        }
        let matching = patterns.iter().filter(|pattern| pattern.matches(id));
        let speaking = matching.filter_map(|pattern| Some((pattern.literal_chars(), field_of(pattern.as_str())?)));
        speaking.max_by_key(|(exactness, _)| *exactness).and_then(|(_, node)| node.plain())
    }
}

fn word(value: &dyn ToString, origin: &Origin) -> Node {
    Node { content: Content::Word(value.to_string()), origin: origin.clone() }
}

/// What holds for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// What the gate does about its findings.
    pub level: Level,
    /// How bad they are; of secret rules the usual severity.
    pub severity: Severity,
    /// The version that brought it; secret rules do not say.
    pub since: Option<&'static str>,
    /// The key that decided the level.
    pub key: String,
    /// Where that key was set.
    pub origin: Origin,
}

/// What holds for every rule the program has, by id.
pub fn rule_rows(policy: &Policy, registry: &Registry) -> Vec<RuleRow> {
    let mut rows: Vec<RuleRow> = registry.ids().map(|id| row(policy, registry, id)).collect();
    rows.sort_by(|one, two| one.id.cmp(&two.id));
    rows
}

/// What holds for one of them.
pub(super) fn row(policy: &Policy, registry: &Registry, id: &str) -> RuleRow {
    let names = Names::from(id);
    let rule = registry.get(id);
    // Findings of secret rules are high (spec/secrets-gitleaks.md).
    let (section, severity) = rule.map_or((Section::Secrets, Severity::High), |rule| (rule.section(), rule.severity));
    let severity = policy.rules.severity(&names).map_or(severity, |decided| decided.setting.value);
    let (key, setting) = policy.rules.level(&names).map_or_else(
        || section_level(policy, section, severity),
        |decided| (format!("rules.{}", decided.pattern), decided.setting),
    );
    let newer = policy.as_of.as_ref().filter(|_| policy.newer_rules.contains_key(id) && setting.value > Level::Warn);
    if let Some(as_of) = newer.filter(|_| key != format!("rules.{id}")) {
        let (since, origin) = (rule.map(|rule| rule.since), as_of.origin.clone());
        return RuleRow { id: id.to_owned(), level: Level::Warn, severity, since, key: "as_of".to_owned(), origin };
    }
    RuleRow {
        id: id.to_owned(),
        level: setting.value,
        severity,
        since: rule.map(|rule| rule.since),
        key,
        origin: setting.origin.clone(),
    }
}
