//! Which rule a result is of. Tools name it in five ways, and some name it wrongly.

use std::collections::BTreeMap;

use super::shape::{Component, Reference, ResultItem, Rule, Tool};

/// The rules of a tool: of its driver and of its extensions.
pub(super) struct Rules<'a> {
    driver: &'a [Rule<'a>],
    extensions: &'a [Component<'a>],
    by_id: BTreeMap<&'a str, &'a Rule<'a>>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(tool: Option<&'a Tool<'a>>) -> Self {
        let driver = tool.map_or(&[][..], |tool| &tool.driver.rules.0);
        let extensions = tool.map_or(&[][..], |tool| &tool.extensions.0);
        let mut by_id = BTreeMap::new();
        for rule in driver.iter().chain(extensions.iter().flat_map(|extension| &extension.rules.0)) {
            by_id.entry(rule.id.get()).or_insert(rule);
        }
        by_id.remove("");
        Self { driver, extensions, by_id }
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

    fn referenced(&self, reference: &Reference<'_>) -> Option<&'a Rule<'a>> {
        let rules = self.component(reference)?;
        let at_index = reference.index.index().and_then(|index| rules.get(index));
        at_index
            .or_else(|| rules.iter().find(|rule| rule.id.given().is_some_and(|id| id == reference.id.get())))
            .or_else(|| rules.iter().find(|rule| rule.guid.given().is_some_and(|guid| guid == reference.guid.get())))
            .or_else(|| self.named(reference.id.get()))
    }

    fn component(&self, reference: &Reference<'_>) -> Option<&'a [Rule<'a>]> {
        let Some(component) = &reference.tool_component else { return Some(self.driver) };
        if let Some(index) = component.index.index() {
            return self.extensions.get(index).map(|extension| extension.rules.0.as_slice());
        }
        let wanted = self.extensions.iter().find(|extension| {
            component.guid.given().is_some_and(|guid| guid == extension.guid.get())
                || component.name.given().is_some_and(|name| name == extension.name.get())
        });
        Some(wanted.map_or(self.driver, |extension| &extension.rules.0))
    }

    /// By id; a hierarchical id (`CA1000/1`) may have its rule under the part before the last `/`.
    fn named(&self, id: &str) -> Option<&'a Rule<'a>> {
        let parent = || id.rsplit_once('/').and_then(|(parent, _)| self.by_id.get(parent));
        self.by_id.get(id).or_else(parent).copied()
    }
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
