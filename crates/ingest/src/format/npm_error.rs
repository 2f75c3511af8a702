//! What npm prints when it could not audit (spec/ingest.md 9.3). It exits with 1 both for "found something" and for "could
//! not look", so this document is the only way to tell.

use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, Section};
use serde::de::{IgnoredAny, MapAccess};

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Members, Text, Walk, read_document};

/// `{"error":{"code","summary","detail"}}`, or `{"message","statusCode","error":{…empty…}}`.
#[derive(Default)]
struct Report {
    message: String,
    status: String,
    error: Reason,
}

#[derive(Default)]
struct Reason {
    code: String,
    summary: String,
    detail: String,
}

impl<'de> Members<'de> for Report {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "message" => self.message = map.next_value::<Text<'_>>()?.get().to_owned(),
            "statusCode" => self.status = map.next_value::<Text<'_>>()?.get().to_owned(),
            "error" => map.next_value_seed(Walk { name: "error", members: &mut self.error, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Reason {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
        let text = map.next_value::<Text<'_>>()?.get().to_owned();
        match key {
            "code" => self.code = text,
            "summary" => self.summary = text,
            "detail" => self.detail = text,
            _ => {}
        }
        Ok(())
    }
}

/// The format. npm answers with it whatever variant of its report was expected.
pub(super) static FORMAT: Format = Format {
    id: "npm-error",
    also: &["npm-audit", "npm-audit-2", "npm-audit-1"],
    section: Section::Vulnerabilities,
    clean: &[],
    fits,
    read,
};

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        let error = object.at("error").filter(|error| error.is_object());
        let says_error = error.is_some_and(|error| error.has("code") || error.has("summary"));
        (says_error || (object.has("message") && object.has("statusCode")))
            && !object.has("vulnerabilities")
            && !object.has("advisories")
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("npm-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
    draft.problem(Problem::error(ProblemCode::ScannerError, message(&report)));
}

fn message(report: &Report) -> String {
    let said: Vec<&str> =
        [&report.error.code, &report.status, &report.error.summary, &report.message, &report.error.detail]
            .into_iter()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
    let advice = match report.error.code.as_str() {
        "ENOLOCK" => "commit a lock file (`npm install --package-lock-only`)",
        _ => "nothing was audited: run it again, with a registry that supports audits",
    };
    format!("npm could not audit ({}): {advice}", bounded(&said.join(": "), 500))
}
