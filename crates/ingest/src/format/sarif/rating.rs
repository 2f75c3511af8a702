//! How bad a result is. Most tools leave the level to the rule: a reader that takes the result's alone sees no errors in
//! logs full of them.

use std::collections::BTreeMap;

use portcullis_model::{Confidence, Kind, Severity, SeveritySource};

use super::rules::Rules;
use super::shape::{ConfigurationOverride, MAX_TAGS, Properties, ResultItem, Rule};
use crate::draft::Draft;
use crate::severity::{self, Rating};

/// What a rating looks at.
pub(super) struct Rated<'a> {
    /// The tool, as [`tool_name`](crate::section::tool_name) writes it.
    pub(super) tool: &'a str,
    pub(super) kind: Kind,
    pub(super) result: &'a ResultItem<'a>,
    pub(super) rule: Option<&'a Rule<'a>>,
    /// Level by rule id.
    pub(super) overrides: &'a Overrides<'a>,
    /// The tool's own word in the message.
    pub(super) told: Option<&'a str>,
}

/// Levels the invocation sets, by rule id.
pub(super) type Overrides<'a> = BTreeMap<&'a str, &'a str>;

/// The levels of an invocation; the rule is named by id, by GUID or by its place in a list.
pub(super) fn overrides<'a>(configured: &'a [ConfigurationOverride<'a>], rules: &Rules<'a>) -> Overrides<'a> {
    let level = |configured: &'a ConfigurationOverride<'a>| {
        let descriptor = configured.descriptor.as_ref()?;
        let id = rules.referenced(descriptor).and_then(|rule| rule.id.given()).or_else(|| descriptor.id.given())?;
        Some((id, configured.configuration.as_ref()?.level.given()?))
    };
    configured.iter().filter_map(level).collect()
}

/// Tools whose level says nothing: one calls everything an error, the other everything a warning.
const LEVEL_SAYS_NOTHING: [&str; 2] = ["checkov", "osv-scanner"];

impl<'a> Rated<'a> {
    /// Both property bags, that of the result first.
    fn properties(&self) -> impl Iterator<Item = &'a Properties<'a>> {
        self.result.properties.iter().chain(self.rule.and_then(|rule| rule.properties.as_ref()))
    }

    pub(super) fn rate(&self, draft: &mut Draft<'_>) -> Rating {
        self.by_our_word()
            .or_else(|| self.by_word())
            .or_else(|| self.by_security_severity(draft))
            .or_else(|| self.by_problem_severity())
            .unwrap_or_else(|| self.by_level(draft))
    }

    /// What a file of our own says, whichever tool the finding is of.
    fn by_our_word(&self) -> Option<Rating> {
        let word = self.result.properties.as_ref()?.own_severity.given()?;
        let severity = word.parse().ok()?;
        Some(Rating { severity, source: SeveritySource::Tool, original: word.to_owned() })
    }

    /// Words tools write beside the standard.
    fn by_word(&self) -> Option<Rating> {
        let rated = |word: &str, source| {
            let severity = severity::of_word(word)?;
            Some(Rating { severity, source, original: word.to_owned() })
        };
        let tool = |word: &str| rated(word, SeveritySource::Tool);
        match self.tool {
            "trivy" => {
                let tags = self.properties().flat_map(|properties| properties.tags.iter().take(MAX_TAGS));
                let tagged = tags.filter(|tag| matches!(*tag, "CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "UNKNOWN"));
                let tagged = || tagged.into_iter().find_map(|tag| rated(tag, SeveritySource::Tag));
                self.told.and_then(tool).or_else(tagged)
            }
            // The score of a database stands beside it; where Grype does not know, the score speaks.
            "grype" => self.told.and_then(tool).filter(|rating| rating.severity != Severity::Unknown),
            "zizmor" => self.properties().find_map(|properties| tool(properties.zizmor_severity.given()?)),
            _ => self.properties().find_map(|properties| {
                let words = [
                    &properties.snyk_severity,
                    &properties.snyk_plain_severity,
                    &properties.cvss3_severity,
                    &properties.severity,
                    &properties.issue_severity,
                ];
                words.into_iter().find_map(|word| tool(word.given()?))
            }),
        }
    }

    /// `security-severity`; 0 is how Trivy and Grype write "not rated".
    fn by_security_severity(&self, draft: &mut Draft<'_>) -> Option<Rating> {
        let score = self.properties().find_map(|properties| properties.security_severity.0)?;
        if score == 0.0 {
            let original = score.to_string();
            return Some(Rating { severity: Severity::Unknown, source: SeveritySource::Score, original });
        }
        let Some(severity) = severity::band(score, "3.1") else {
            draft.lenient(format!("`security-severity` {score} is no score from 0 to 10: it is not read"));
            return None;
        };
        Some(Rating { severity, source: SeveritySource::Score, original: score.to_string() })
    }

    /// `CodeQL`'s word for queries that are not about security.
    fn by_problem_severity(&self) -> Option<Rating> {
        if self.result.level.given().is_some() {
            return None;
        }
        let properties = self.rule?.properties.as_ref()?;
        if properties.tags.iter().take(MAX_TAGS).any(|tag| tag == "security") {
            return None;
        }
        let word = properties.problem_severity.given()?;
        let severity = match word {
            "error" => Severity::High,
            "warning" => Severity::Medium,
            "recommendation" => Severity::Low,
            _ => return None,
        };
        Some(Rating { severity, source: SeveritySource::RuleDefault, original: word.to_owned() })
    }

    fn by_level(&self, draft: &mut Draft<'_>) -> Rating {
        let options = draft.around.options;
        let (level, source) = self.level();
        let mut levels = options.sarif_levels.get(self.tool).into_iter().flatten();
        let translated = levels.find_map(|(word, severity)| word.eq_ignore_ascii_case(level).then_some(severity));
        let default = options.default_severity.get(self.tool).copied();
        let says_nothing = LEVEL_SAYS_NOTHING.contains(&self.tool);
        let severity = match (translated, source) {
            (Some(severity), _) => *severity,
            (None, _) if says_nothing => {
                let severity = default.unwrap_or_default();
                return Rating { severity, source: SeveritySource::PolicyDefault, original: String::new() };
            }
            (None, SeveritySource::PolicyDefault) => {
                // A leaked secret is not a matter of taste, though gitleaks writes no level.
                let usual = if self.kind == Kind::Secret { Severity::High } else { Severity::Medium };
                default.unwrap_or(usual)
            }
            // The words of the standard mean in the table what they mean here; others are told.
            _ => draft.rate(level, &[]).severity,
        };
        let original = if source == SeveritySource::PolicyDefault { String::new() } else { level.to_owned() };
        Rating { severity, source, original }
    }

    /// The effective level (SARIF 2.1.0, 3.27.10) and what states it.
    fn level(&self) -> (&'a str, SeveritySource) {
        if let Some(level) = self.result.level.given() {
            return (level, SeveritySource::Level);
        }
        // A result that is no failure has no level (SARIF 2.1.0, 3.27.10).
        if !matches!(self.result.kind.get(), "" | "fail") {
            return ("none", SeveritySource::Level);
        }
        let id = self.rule.map_or_else(|| self.result.rule_id.get(), |rule| rule.id.get());
        let by_rule = self.rule.and_then(|rule| rule.default_configuration.as_ref()?.level.given());
        match self.overrides.get(id).copied().or(by_rule) {
            Some(level) => (level, SeveritySource::RuleDefault),
            None => ("warning", SeveritySource::PolicyDefault),
        }
    }

    /// How sure the tool is.
    pub(super) fn confidence(&self) -> Option<Confidence> {
        let word = self
            .properties()
            .find_map(|properties| properties.zizmor_confidence.given().or_else(|| properties.precision.given()))?;
        severity::confidence_of_word(word)
    }
}
