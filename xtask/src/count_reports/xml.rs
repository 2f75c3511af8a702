//! Counts of XML reports: elements by name.

use quick_xml::events::Event;

use super::{Count, Tally};

/// The counts of a document; `None` for a root nobody counts here, and for what is no XML.
pub(super) fn count(bytes: &[u8]) -> Option<Count> {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut root = String::new();
    let (mut severities, mut findings, mut taken_out, mut components) = (Tally::new(), 0, 0, 0);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::End(_) => drop(path.pop()),
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                if path.len() == 1 {
                    root.clone_from(path.first()?);
                }
                match path.last().map(String::as_str) {
                    Some("alertitem") if root == "OWASPZAPReport" => findings += 1,
                    Some("vulnerability") if root == "analysis" => findings += 1,
                    Some("suppressedVulnerability") if root == "analysis" => taken_out += 1,
                    Some("component") if root == "bom" => components += 1,
                    _ => {}
                }
            }
            Event::Text(text)
                if root == "analysis"
                    && path.len() == 6
                    && path.last()? == "severity"
                    && path.get(4)? == "vulnerability" =>
            {
                let word = text.trim().to_lowercase();
                let word = if word == "moderate" { "medium".to_owned() } else { word };
                *severities.entry(word).or_default() += 1;
            }
            _ => {}
        }
    }
    match root.as_str() {
        "OWASPZAPReport" => Some(Count { total: Some(findings), ..Count::default() }),
        "analysis" => {
            let total = findings + taken_out;
            let kinds = (total > 0).then(|| ("vulnerability".to_owned(), total)).into_iter().collect();
            Some(Count { total: Some(total), kinds: Some(kinds), severities: Some(severities), components: None })
        }
        "bom" => Some(Count { components: Some(components), ..Count::default() }),
        _ => None,
    }
}
