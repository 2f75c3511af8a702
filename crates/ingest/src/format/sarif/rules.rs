//! Which rule a result is of. Tools name it in five ways, and some name it wrongly.

use std::collections::BTreeMap;

use super::shape::{Component, Reference, ResultItem, Rule, Tool};
use crate::json::Text;

/// The rules of a tool: of its driver and of its extensions. Everything is looked up in maps: logs hold as many rules as
/// results.
pub(super) struct Rules<'a> {
    driver: &'a [Rule<'a>],
    extensions: &'a [Component<'a>],
    /// By id, or by GUID; the driver's first.
    by_id: BTreeMap<&'a str, &'a Rule<'a>>,
    /// By extension and id or GUID.
    in_extension: BTreeMap<(usize, &'a str), &'a Rule<'a>>,
    /// Position by name, or by GUID.
    extension: BTreeMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(tool: Option<&'a Tool<'a>>) -> Self {
        let driver = tool.map_or(&[][..], |tool| &tool.driver.rules.0);
        let extensions = tool.map_or(&[][..], |tool| &tool.extensions.0);
        let mut rules = Self {
            driver,
            extensions,
            by_id: BTreeMap::new(),
            in_extension: BTreeMap::new(),
            extension: BTreeMap::new(),
        };
        for rule in driver {
            for name in names(&rule.id, &rule.guid) {
                rules.by_id.entry(name).or_insert(rule);
            }
        }
        for (index, extension) in extensions.iter().enumerate() {
            for name in names(&extension.name, &extension.guid) {
                rules.extension.entry(name).or_insert(index);
            }
            for rule in &extension.rules.0 {
                for name in names(&rule.id, &rule.guid) {
                    rules.by_id.entry(name).or_insert(rule);
                    rules.in_extension.entry((index, name)).or_insert(rule);
                }
            }
        }
        rules
    }

    /// The rule of a result, if the tool describes it.
    pub(super) fn of_result(&self, result: &ResultItem<'_>) -> Option<&'a Rule<'a>> {
        if let Some(rule) = result.rule.as_ref().and_then(|reference| self.referenced(reference)) {
            return Some(rule);
        }
        let id = result.rule_id.get();
        let at_index = result.rule_index.index().and_then(|index| self.driver.get(index));
        // An index that contradicts the id is wrong: some writers count in another list.
        if let Some(rule) = at_index.filter(|rule| id.is_empty() || is_same_or_part(id, rule.id.get())) {
            return Some(rule);
        }
        self.named(id)
    }

    pub(super) fn referenced(&self, reference: &Reference<'_>) -> Option<&'a Rule<'a>> {
        let extension = self.extension_of(reference);
        let listed = match extension {
            Some(index) => self.extensions.get(index).map_or(&[][..], |extension| &extension.rules.0),
            None => self.driver,
        };
        let at_index = reference.index.index().and_then(|index| listed.get(index));
        at_index
            .or_else(|| {
                let index = extension?;
                names(&reference.id, &reference.guid).find_map(|name| self.in_extension.get(&(index, name)).copied())
            })
            .or_else(|| names(&reference.id, &reference.guid).find_map(|name| self.named(name)))
    }

    fn extension_of(&self, reference: &Reference<'_>) -> Option<usize> {
        let component = reference.tool_component.as_ref()?;
        let named = || names(&component.name, &component.guid).find_map(|name| self.extension.get(name).copied());
        component.index.index().or_else(named)
    }

    /// By id; a hierarchical id (`CA1000/1`) may have its rule under the part before the last `/`.
    fn named(&self, id: &str) -> Option<&'a Rule<'a>> {
        let parent = || id.rsplit_once('/').and_then(|(parent, _)| self.by_id.get(parent));
        self.by_id.get(id).or_else(parent).copied()
    }
}

fn names<'t>(id: &'t Text<'_>, guid: &'t Text<'_>) -> impl Iterator<Item = &'t str> {
    id.given().into_iter().chain(guid.given())
}

fn is_same_or_part(id: &str, rule_id: &str) -> bool {
    id == rule_id || id.strip_prefix(rule_id).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: &str = r#"{"driver":{"rules":[{"id":"A"},{"id":"B"}]},
        "extensions":[{"name":"pack","rules":[{"id":"X","guid":"g"},{"id":"Y"}]}]}"#;

    fn rule_of(result: &str) -> Option<String> {
        let tool: Tool<'_> = serde_json::from_str(TOOL).unwrap();
        let result: ResultItem<'_> = serde_json::from_str(result).unwrap();
        Rules::of(Some(&tool)).of_result(&result).map(|rule| rule.id.get().to_owned())
    }

    #[test]
    fn a_rule_is_found_however_it_is_named() {
        for (result, id) in [
            (r#"{"ruleIndex":1}"#, "B"),
            (r#"{"ruleIndex":1.0,"ruleId":"B/7"}"#, "B"),
            (r#"{"ruleId":"Y"}"#, "Y"),
            (r#"{"ruleId":"A/sub"}"#, "A"),
            (r#"{"rule":{"index":1,"toolComponent":{"index":0}}}"#, "Y"),
            (r#"{"rule":{"guid":"g","toolComponent":{"name":"pack"}}}"#, "X"),
            (r#"{"rule":{"id":"A"}}"#, "A"),
        ] {
            assert_eq!(rule_of(result).as_deref(), Some(id), "{result}");
        }
    }

    #[test]
    fn an_index_that_contradicts_the_id_is_not_believed() {
        assert_eq!(rule_of(r#"{"ruleIndex":0,"ruleId":"B"}"#).as_deref(), Some("B"));
        assert_eq!(rule_of(r#"{"ruleIndex":0,"ruleId":"Z"}"#), None);
        assert_eq!(rule_of(r#"{"ruleIndex":-1}"#), None);
    }
}
