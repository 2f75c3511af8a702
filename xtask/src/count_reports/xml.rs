//! Counts of XML reports, by the places at which elements stand.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use super::finding::{Found, counted, found, rank, rated, severity};
use super::{Count, bom, lint, quality};

/// An element; names without their prefix.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().flatten();
        let attributes = attributes.map(|attribute| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            (attribute.key.local_name().as_ref().to_owned(), value.unwrap_or_default().into_owned())
        });
        Self { name: start.local_name().as_ref().to_owned(), attributes: attributes.collect(), ..Self::default() }
    }

    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Every element that stands at the end of the path.
    fn at(&self, path: &[&str]) -> Vec<&Element> {
        path.iter().fold(vec![self], |parents, name| {
            parents.into_iter().flat_map(|parent| &parent.children).filter(|child| child.name == *name).collect()
        })
    }

    fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).first().map_or("", |element| element.text.trim())
    }

    /// Every element of a name, at any depth.
    pub(super) fn below(&self, name: &str) -> Vec<&Element> {
        let own = (self.name == name).then_some(self);
        own.into_iter().chain(self.children.iter().flat_map(|child| child.below(name))).collect()
    }
}

/// The counts of a document; `None` for a root nobody counts here, and for what is no XML.
pub(super) fn count(text: &str) -> Option<Count> {
    let root = parse(text)?;
    match root.name.as_str() {
        "OWASPZAPReport" => Some(counted(&zap(&root))),
        "analysis" => Some(counted(&dependency_check(&root))),
        "bom" => Some(cyclonedx(&root)),
        "checkstyle" => Some(rated(&checkstyle(&root))),
        "testsuites" | "testsuite" => Some(quality::junit(&root)),
        "coverage" if !root.attribute("line-rate").is_empty() => Some(quality::cobertura(&root)),
        "coverage" => Some(quality::clover(&root)),
        "report" => Some(quality::jacoco(&root)),
        _ => None,
    }
}

fn parse(text: &str) -> Option<Element> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return None,
            Event::Start(start) => open.push(Element::of(&start)),
            Event::Text(text) => open.last_mut().into_iter().for_each(|element| element.text.push_str(&text)),
            Event::End(_) => {
                let element = open.pop()?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Some(element),
                }
            }
            _ => {}
        }
    }
}

fn zap(root: &Element) -> Vec<Found> {
    let alerts = root.at(&["site", "alerts", "alertitem"]).into_iter();
    alerts
        .map(|alert| {
            let severity = lint::risk(alert.text_at(&["riskcode"]).parse().ok());
            found("code", severity).out_if(alert.text_at(&["confidence"]) == "0")
        })
        .collect()
}

fn dependency_check(root: &Element) -> Vec<Found> {
    let file = ["dependencies", "dependency", "vulnerabilities"];
    let lists = [("vulnerability", false), ("suppressedVulnerability", true)];
    let all = lists.into_iter().flat_map(|(name, is_out)| {
        let path: Vec<&str> = file.iter().copied().chain([name]).collect();
        root.at(&path).into_iter().map(move |element| (element, is_out))
    });
    all.map(|(one, is_out)| found("vulnerability", severity(one.text_at(&["severity"]))).out_if(is_out)).collect()
}

fn checkstyle(root: &Element) -> Vec<Found> {
    let errors = root.at(&["file", "error"]).into_iter();
    errors
        .map(|error| match error.attribute("severity") {
            "" => found("", "high"),
            "ignore" => found("", "info"),
            word => found("", severity(word)),
        })
        .collect()
}

/// The thing itself, what it is made of, and what these contain. Ancestors, tools, annotators and workflows are no part.
fn cyclonedx(root: &Element) -> Count {
    fn nested<'e>(component: &'e Element, all: &mut Vec<&'e Element>) {
        all.push(component);
        component.at(&["components", "component"]).into_iter().for_each(|inner| nested(inner, all));
    }
    let mut all = Vec::new();
    for path in [&["metadata", "component"][..], &["components", "component"]] {
        root.at(path).into_iter().for_each(|component| nested(component, &mut all));
    }
    let purls = all.iter().filter(|component| bom::is_package_url(component.text_at(&["purl"]))).count();
    let listed = root.at(&["vulnerabilities", "vulnerability"]);
    // Before version 1.4 an extension put them into the components.
    let inside = all.iter().flat_map(|component| component.at(&["vulnerabilities", "vulnerability"]));
    let all_of_them: Vec<&Element> = listed.into_iter().chain(inside).collect();
    let is_by_score = all_of_them.iter().any(|one| rating(one).is_none());
    let findings: Vec<Found> = all_of_them.iter().flat_map(|one| affected(one)).collect();
    let counted = counted(&findings);
    Count {
        components: Some(all.len() as u64),
        purls: Some(purls as u64),
        severities: counted.severities.filter(|_| !is_by_score),
        ..counted
    }
}

/// The worst word; `None` where there are only scores or vectors.
fn rating(vulnerability: &Element) -> Option<&'static str> {
    let ratings = vulnerability.at(&["ratings", "rating"]).into_iter();
    let ratings: Vec<&Element> = ratings.filter(|rating| rating.text_at(&["method"]) != "EPSS").collect();
    let words = ratings.iter().map(|rating| severity(rating.text_at(&["severity"])));
    match words.max_by_key(|word| rank(word)) {
        None => Some("unknown"),
        Some("unknown") => None,
        known => known,
    }
}

fn affected(vulnerability: &Element) -> Vec<Found> {
    let text = |path: &[&str]| vulnerability.text_at(path);
    let is_explained = !text(&["analysis", "justification"]).is_empty() || !text(&["analysis", "detail"]).is_empty();
    let is_out = !text(&["rejected"]).is_empty() || bom::is_out(text(&["analysis", "state"]), is_explained);
    let times = vulnerability.at(&["affects", "target"]).len().max(1);
    let severity = rating(vulnerability).unwrap_or("unknown");
    (0..times).map(|_| found("vulnerability", severity).out_if(is_out)).collect()
}
