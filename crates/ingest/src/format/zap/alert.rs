//! What an alert means.

use std::borrow::Cow;

use portcullis_model::text::{self, bounded};
use portcullis_model::{
    Confidence, Finding, Kind, Location, Section, Severity, SeveritySource, Source, State, Suppression,
};
use serde::Deserialize;

use crate::draft::Draft;
use crate::json::{List, Number, Text};
use crate::severity::Rating;

/// Requests of one alert that are kept.
const MAX_INSTANCES: usize = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Alert<'a> {
    #[serde(borrow, rename = "pluginid")]
    pub(super) plugin: Text<'a>,
    #[serde(borrow, rename = "alertRef")]
    pub(super) reference_id: Text<'a>,
    #[serde(borrow, rename = "alert")]
    pub(super) title: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    pub(super) riskcode: Number,
    pub(super) confidence: Number,
    #[serde(borrow)]
    pub(super) riskdesc: Text<'a>,
    #[serde(borrow)]
    pub(super) desc: Text<'a>,
    #[serde(borrow)]
    pub(super) solution: Text<'a>,
    #[serde(borrow)]
    pub(super) reference: Text<'a>,
    pub(super) cweid: Number,
    #[serde(borrow)]
    pub(super) instances: List<Instance<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Instance<'a> {
    #[serde(borrow)]
    pub(super) uri: Text<'a>,
    #[serde(borrow)]
    pub(super) method: Text<'a>,
    #[serde(borrow)]
    pub(super) param: Text<'a>,
}

pub(super) fn translate(alert: &Alert<'_>, site: &str, pointer: String, draft: &mut Draft<'_>) {
    let plugin = alert.plugin.given().or_else(|| alert.reference_id.given());
    let Some(plugin) = plugin else {
        draft.dropped(&pointer, "no `pluginid`");
        return;
    };
    let rule = format!("zap:{}", bounded(plugin, 100));
    let title = alert.name.given().or_else(|| alert.title.given()).unwrap_or(&rule).to_owned();
    let rating = rating(alert, draft);
    let shown = alert.instances.0.iter().take(MAX_INSTANCES);
    let mut locations: Vec<Location> = shown.map(place).collect();
    if locations.is_empty() {
        let uri = Some(bounded(site, text::MESSAGE)).filter(|site| !site.is_empty());
        locations.push(Location { uri, ..Location::default() });
    }
    let mut finding = Finding {
        kind: Kind::Code,
        section: Section::Code,
        id: rule.clone(),
        message: message(&title, site, alert.instances.0.len()),
        title,
        description: plain(alert.desc.get()),
        remediation: Some(plain(alert.solution.get())),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        confidence: confidence(alert.confidence),
        cwes: alert.cweid.count().and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0).into_iter().collect(),
        references: plain(alert.reference.get()).split_whitespace().map(str::to_owned).collect(),
        // An alert is one of its site; which requests raise it differs from run to run.
        identity: format!("{site} {plugin}"),
        locations,
        rule_id: rule,
        ..Finding::default()
    };
    finding.aliases.extend(alert.reference_id.given().filter(|id| *id != plugin).map(|id| bounded(id, 100)));
    if alert.confidence.0 == Some(0.0) {
        finding.state = State::Suppressed;
        finding.suppressions.push(Suppression {
            by: "zap".to_owned(),
            kind: "external".to_owned(),
            reason: Some("marked as false positive".to_owned()),
            accepted: true,
            ..Suppression::default()
        });
    }
    draft.push(finding, Source { pointer, ..Source::default() });
}

fn message(title: &str, site: &str, requests: usize) -> String {
    match requests {
        0 | 1 => format!("{title} ({site})"),
        more => format!("{title} ({site}, {more} requests)"),
    }
}

/// `riskcode` 3 to 0; else the word before the brackets of `Medium (High)`.
fn rating(alert: &Alert<'_>, draft: &mut Draft<'_>) -> Rating {
    let original = alert.riskdesc.given().map(|word| bounded(word, 60));
    #[allow(clippy::cast_possible_truncation, reason = "compared with small whole numbers")]
    let severity = match alert.riskcode.0.map(|code| code as i64) {
        Some(3) => Severity::High,
        Some(2) => Severity::Medium,
        Some(1) => Severity::Low,
        Some(0) => Severity::Info,
        _ => {
            let word = original.as_deref().unwrap_or_default().split('(').next().unwrap_or_default();
            return draft.rate(word, &[]);
        }
    };
    Rating { severity, source: SeveritySource::Tool, original: original.unwrap_or_default() }
}

/// 1 low, 2 medium, 3 high, 4 confirmed by a person.
fn confidence(level: Number) -> Option<Confidence> {
    match level.count()? {
        1 => Some(Confidence::Low),
        2 => Some(Confidence::Medium),
        3 | 4 => Some(Confidence::High),
        _ => None,
    }
}

/// The request. What was sent and answered is left out: it may hold what is nobody's business.
fn place(instance: &Instance<'_>) -> Location {
    let uri = bounded(instance.uri.get(), text::MESSAGE);
    let method = bounded(instance.method.get(), 20);
    let address = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
    let path = address.find('/').and_then(|at| address.get(at..)).unwrap_or("/");
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parameter = bounded(instance.param.get(), 200);
    Location {
        resource: Some(bounded(format!("http {method} {path}").trim(), 400)),
        logical: Some(format!("{method} {parameter}").trim().to_owned()).filter(|logical| !logical.is_empty()),
        uri: Some(uri).filter(|uri| !uri.is_empty()),
        ..Location::default()
    }
}

/// Text without HTML: tags are left out, those that end a paragraph end a line.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        let is_tag =
            tag.get(1..).is_some_and(|inner| inner.starts_with(|char: char| char.is_alphabetic() || char == '/'));
        let end = if is_tag { tag.find('>') } else { None };
        match end {
            Some(end) => {
                if ["</p", "<br", "</li", "</div"].iter().any(|ends| tag.starts_with(ends)) {
                    text.push('\n');
                }
                rest = tag.get(end + 1..).unwrap_or_default();
            }
            None if is_tag => {
                // No `>` in all that follows: none of it is a tag.
                text.push_str(tag);
                rest = "";
            }
            None => {
                text.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
        }
    }
    text.push_str(rest);
    unescaped(text.trim()).into_owned()
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&nbsp;", " ")];
    let text = named.iter().fold(text.to_owned(), |text, (name, char)| text.replace(name, char));
    Cow::Owned(text.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        assert_eq!(plain("<p>a &lt;b&gt; c</p><p>1 < 2<br/>x</p>"), "a <b> c\n1 < 2\nx");
        assert_eq!(plain("no end <p"), "no end <p");
    }
}
