//! `coverage-summary.json` of Istanbul, nyc, c8, Jest, Vitest (spec/ingest.md 12). It tells of files, not of lines.

use portcullis_model::{Problem, ProblemCode, Section};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};

use crate::coverage::{Share, percentage};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Exact, Faults, Members, Walk, member_as, read_document};

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "istanbul-summary", also: &[], section: Section::Quality, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| object.at("total.lines").is_some_and(|lines| lines.has("pct")))
}

/// The document; its other members are files.
#[derive(Default)]
struct Report {
    total: Option<Totals>,
}

impl<'de> Members<'de> for Report {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "total" => self.total = member_as(key, map, faults)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Totals {
    lines: Option<Count>,
    statements: Option<Count>,
    functions: Option<Count>,
    branches: Option<Count>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Count {
    total: Exact,
    covered: Exact,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("istanbul", None);
    draft.sections.insert(Section::Quality);
    let mut faults = Faults::default();
    let mut report = Report::default();
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    let is_whole = broken.is_ok();
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
    let totals = report.total.unwrap_or_default();
    for (name, count) in [
        ("coverage.line", totals.lines),
        ("coverage.branch", totals.branches),
        ("coverage.function", totals.functions),
        ("coverage.statement", totals.statements),
    ] {
        let Some(count) = count else { continue };
        match Share::stated(count.covered.count(), count.total.count()) {
            Some(share) => percentage(draft, name, share),
            None => draft.dropped(&format!("/total ({name})"), "`covered` and `total` are no counts"),
        }
    }
    if is_whole && draft.metrics.is_empty() {
        let message = "the report measures no line at all: did the tests run with coverage?";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}
