//! Rules and their registry (DESIGN section 3): made from the rule pages at compile time.

use serde::{Deserialize, Serialize};

use crate::{Section, Severity};

/// Which profiles show a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Shown by `recommended`.
    #[default]
    Default,
    /// Shown by `strict`.
    Strict,
    /// Shown by `audit`.
    Audit,
}

impl Tier {
    /// The word in rule pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Audit => "audit",
        }
    }
}

/// Whether a rule proposes an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixKind {
    /// No edit.
    #[default]
    None,
    /// An edit that changes nothing but the defect.
    Safe,
    /// An edit a person must look at.
    Unsafe,
}

/// One rule of ours, as its page declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// `gha/unpinned-uses`.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// Usual severity.
    pub severity: Severity,
    /// Which profiles show it.
    pub tier: Tier,
    /// Version of portcullis that brought it.
    pub since: &'static str,
    /// The peers' rules that mean the same: `zizmor/unpinned-uses`.
    pub aliases: &'static [&'static str],
    /// Whether it proposes an edit.
    pub fix: FixKind,
    /// Body of the page, Markdown.
    #[serde(skip)]
    pub page: &'static str,
}

impl Rule {
    /// Section of the policy that judges its findings.
    pub fn section(&self) -> Section {
        Section::of_rule(self.id)
    }
}

/// What a page says of a rule: one of ours, or a secret rule whose text is made from its TOML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulePage<'a> {
    /// `gha/unpinned-uses`.
    pub id: &'a str,
    /// One line.
    pub title: &'a str,
    /// Usual severity.
    pub severity: Severity,
    /// Which profiles show it.
    pub tier: Tier,
    /// Version of portcullis that brought it.
    pub since: &'a str,
    /// The peers' rules that mean the same.
    pub aliases: Vec<&'a str>,
    /// Whether it proposes an edit.
    pub fix: FixKind,
    /// The text, Markdown.
    #[serde(skip)]
    pub page: &'a str,
}

impl From<&Rule> for RulePage<'static> {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id,
            title: rule.title,
            severity: rule.severity,
            tier: rule.tier,
            since: rule.since,
            aliases: rule.aliases.to_vec(),
            fix: rule.fix,
            page: rule.page,
        }
    }
}

/// Every rule a policy may name. Pure data, handed to policy as an argument.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    rules: Vec<Rule>,
    secret_rules: Vec<String>,
}

impl Registry {
    /// Rules of our own pages, and the ids of the secret rules in force. Both are sorted by id.
    pub fn new(rules: impl IntoIterator<Item = Rule>, secret_rules: impl IntoIterator<Item = String>) -> Self {
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|rule| rule.id);
        rules.dedup_by_key(|rule| rule.id);
        let mut secret_rules: Vec<_> = secret_rules.into_iter().collect();
        secret_rules.sort();
        secret_rules.dedup();
        Self { rules, secret_rules }
    }

    /// Every rule of our own, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.binary_search_by(|rule| rule.id.cmp(id)).ok().and_then(|index| self.rules.get(index))
    }

    /// Ids of the secret rules in force, sorted.
    pub fn secret_rules(&self) -> &[String] {
        &self.secret_rules
    }

    /// Every id a policy may name exactly.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id).chain(self.secret_rules.iter().map(String::as_str))
    }

    /// Whether this exact id exists.
    pub fn contains(&self, id: &str) -> bool {
        self.get(id).is_some() || self.secret_rules.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
    }

    /// The three nearest ids, for "did you mean".
    pub fn nearest(&self, id: &str) -> Vec<&str> {
        crate::suggest::nearest(id, self.ids(), 3)
    }
}
