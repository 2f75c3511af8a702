//! `coverage json` of coverage.py (spec/ingest.md 12). Its own percentage mixes lines and branches; here they are two.

use portcullis_model::Section;
use portcullis_model::text::bounded;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::coverage::{self, Coverage, Share};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Exact, Faults, List, Members, NamedItems, Number, Text, Walk, member_as, read_document};

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "coverage-py", also: &[], section: Section::Quality, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| object.has("meta") && object.has("files") && object.has("totals"))
}

/// The document.
#[derive(Default)]
struct Report<'de> {
    meta: Option<Meta<'de>>,
    files: Option<Vec<(String, &'de RawValue)>>,
    totals: Option<Summary>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "meta" => self.meta = member_as(key, map, faults)?,
            "files" => map.next_value_seed(NamedItems { name: key, items: &mut self.files, faults })?,
            "totals" => self.totals = member_as(key, map, faults)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta<'a> {
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    format: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Summary {
    covered_lines: Exact,
    num_statements: Exact,
    covered_branches: Exact,
    num_branches: Exact,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    executed_lines: List<Number>,
    missing_lines: List<Number>,
    summary: Option<Summary>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("coverage.py", None);
    draft.sections.insert(Section::Quality);
    let mut faults = Faults::default();
    let mut report = Report::default();
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    if let Some(meta) = &report.meta {
        draft.report.tool.version = meta.version.owned();
        draft.report.format_version = meta.format.owned();
        // Written without a zone, by the clock of the machine.
        let civil = meta.timestamp.get().parse::<jiff::civil::DateTime>().ok();
        let zoned = civil.and_then(|civil| civil.to_zoned(jiff::tz::TimeZone::UTC).ok());
        draft.report.generated_at = zoned.map(|zoned| zoned.timestamp());
    }
    let mut coverage = Coverage::default();
    let mut branches = Share::default();
    for (name, raw) in report.files.iter().flatten() {
        match serde_json::from_str::<File>(raw.get()) {
            Ok(file) => take(&bounded(name, 4_096), &file, &mut coverage, &mut branches),
            Err(error) => draft.dropped(&format!("/files/{name}"), &error.to_string()),
        }
    }
    let totals = report.totals.unwrap_or_default();
    coverage.stated_lines = Share::stated(totals.covered_lines.count(), totals.num_statements.count());
    coverage.branches = Share::stated(totals.covered_branches.count(), totals.num_branches.count()).unwrap_or(branches);
    let is_whole = broken.is_ok();
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
    coverage.tell(draft, is_whole, coverage::as_named);
}

fn take(name: &str, file: &File, coverage: &mut Coverage, branches: &mut Share) {
    let lines = |numbers: &List<Number>| numbers.0.iter().filter_map(|number| number.position()).collect::<Vec<_>>();
    for line in lines(&file.executed_lines) {
        coverage.lines.line(name, line, true);
    }
    for line in lines(&file.missing_lines) {
        coverage.lines.line(name, line, false);
    }
    if let Some(summary) = &file.summary {
        branches.add(Share::stated(summary.covered_branches.count(), summary.num_branches.count()).unwrap_or_default());
    }
}
