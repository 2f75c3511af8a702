//! Reports of ZAP (spec/ingest.md 9.12): alerts by site, each with the requests that raised it. The XML says the same as
//! the JSON.

mod alert;
mod xml;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, Section};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::alert::Alert;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, Members, Text, Walk, read_document};

/// The document.
#[derive(Default)]
struct Report<'de> {
    version: Text<'de>,
    generated: Text<'de>,
    created: Text<'de>,
    has_sites: bool,
    sites: Vec<Site<'de>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "@version" => self.version = map.next_value()?,
            "@generated" => self.generated = map.next_value()?,
            "created" => self.created = map.next_value()?,
            "site" => {
                self.has_sites = true;
                map.next_value_seed(Each { name: key, list: &mut self.sites, faults })?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// One site.
#[derive(Default)]
struct Site<'de> {
    name: Text<'de>,
    alerts: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Site<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "@name" => self.name = map.next_value()?,
            "alerts" => map.next_value_seed(Items { name: key, list: &mut self.alerts, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The format as JSON.
pub(super) static JSON: Format = Format { id: "zap", also: &[], section: Section::Code, clean: &[], fits, read };

/// The format as XML.
pub(super) static XML: Format =
    Format { id: "zap-xml", also: &["zap"], section: Section::Code, clean: &[], fits: xml::fits, read: xml::read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        let is_list = object.at("site").is_none_or(|site| matches!(site, Sketch::List(_) | Sketch::Null));
        (object.has("@programName") || object.has("@version"))
            && is_list
            && (object.has("site") || object.has("@generated"))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    note(report.version.given(), report.created.given(), report.generated.given(), draft);
    draft.faulty(&faults);
    for (index, site) in report.sites.iter().enumerate() {
        for (position, raw) in site.alerts.iter().flatten().enumerate() {
            let pointer = format!("/site/{index}/alerts/{position}");
            if let Some(alert) = draft.item::<Alert<'_>>(raw, &pointer) {
                alert::translate(&alert, site.name.get(), pointer, draft);
            }
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
        return;
    }
    let complete = report.sites.iter().filter(|site| site.alerts.is_some()).count();
    check_complete(report.sites.len(), complete, report.has_sites, draft);
}

fn note(version: Option<&str>, created: Option<&str>, generated: Option<&str>, draft: &mut Draft<'_>) {
    draft.tool("zap", version.map(|version| bounded(version, 100)));
    draft.sections.insert(Section::Code);
    let made = created.and_then(|created| created.parse().ok());
    draft.report.generated_at = made.or_else(|| generated.and_then(generated_at));
}

fn check_complete(sites: usize, complete: usize, is_stated: bool, draft: &mut Draft<'_>) {
    if !is_stated {
        let message = "the report holds no `site`: ZAP did not finish";
        draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
    } else if sites == 0 {
        let message = "ZAP has reached no site: look at the address it was given";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    } else if complete < sites {
        let message = format!("{} of {sites} sites have no `alerts`: ZAP did not finish", sites - complete);
        draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
    }
}

/// `Fri, 20 Nov 2026 13:00:00`; it names no zone, so the clock is taken as UTC.
fn generated_at(text: &str) -> Option<Timestamp> {
    // The name of the day adds nothing and is wrong in translated reports.
    let date = text.split_once(',').map_or(text, |(_, date)| date).trim();
    let date = DateTime::strptime("%d %b %Y %H:%M:%S", date).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_report_is_read_as_utc() {
        let time = generated_at("Fri, 20 Nov 2026 13:00:00").unwrap();
        assert_eq!(time.to_string(), "2026-11-20T13:00:00Z");
        assert_eq!(generated_at("yesterday"), None);
    }
}
