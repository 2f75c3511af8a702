//! `govulncheck -json` before version 1.0 (<https://pkg.go.dev/golang.org/x/vuln@v0.1.0/vulncheck#Result>): one document with
//! the graphs of calls, imports and requirements. An entry of `Vulns` is a symbol; its sinks say in which graphs it is.

use std::collections::BTreeMap;

use portcullis_model::{Problem, ProblemCode};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::{Config, Frame, Log, Reported};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::osv::Record;
use crate::items::each;
use crate::json::{Break, Faults, Items, List, Members, Number, Pairs, Text, Walk, member_as, read_document};

const MEMBERS: [&str; 4] = ["Calls", "Imports", "Requires", "Vulns"];

#[derive(Default)]
struct Document<'a> {
    calls: Option<Calls<'a>>,
    requires: Option<Requires<'a>>,
    modules: Option<Vec<&'a RawValue>>,
    vulns: Option<Vec<&'a RawValue>>,
}

impl<'de> Members<'de> for Document<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "Calls" => self.calls = member_as(key, map, faults)?,
            "Requires" => self.requires = member_as(key, map, faults)?,
            "Modules" => map.next_value_seed(Items { name: key, list: &mut self.modules, faults })?,
            "Vulns" => map.next_value_seed(Items { name: key, list: &mut self.vulns, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// Empty where only a binary was looked into.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Calls<'a> {
    #[serde(borrow)]
    functions: Pairs<'a, IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Requires<'a> {
    #[serde(borrow)]
    modules: Pairs<'a, Module<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Module<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

/// An element of `Vulns`; a sink of 0 is none.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Symbol<'a> {
    #[serde(borrow, rename = "OSV")]
    osv: Record<'a>,
    #[serde(borrow, rename = "Symbol")]
    name: Text<'a>,
    #[serde(borrow)]
    pkg_path: Text<'a>,
    #[serde(borrow)]
    mod_path: Text<'a>,
    call_sink: Number,
    import_sink: Number,
}

pub(super) fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| MEMBERS.iter().all(|member| object.has(member)))
}

/// Adds what the document says; the error says where it breaks off.
pub(super) fn read<'a>(text: &'a str, log: &mut Log<'a>, draft: &mut Draft<'_>) -> Result<(), Break> {
    draft.tool("govulncheck", None);
    let (mut document, mut faults) = (Document::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut document, faults: &mut faults });
    draft.faulty(&faults);
    let mut modules: Vec<Module<'_>> =
        document.requires.into_iter().flat_map(|requires| requires.modules.0).map(|(_, module)| module).collect();
    each(document.modules.as_ref(), "/Modules", draft, |module, _, _| modules.push(module));
    if modules.is_empty() && broken.is_ok() {
        let message = "the report names no module: govulncheck has looked at nothing";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    // Without calls nobody can say what is not called.
    let has_calls = document.calls.is_some_and(|calls| !calls.functions.0.is_empty());
    log.config =
        Some(Config { scan_level: Text::from(if has_calls { "symbol" } else { "module" }), ..Config::default() });
    let versions: BTreeMap<&str, &str> =
        modules.iter().map(|module| (module.path.get(), module.version.get())).collect();
    each(document.vulns.as_ref(), "/Vulns", draft, |symbol: Symbol<'a>, pointer, draft| {
        let version = versions.get(symbol.mod_path.get()).copied().unwrap_or_default();
        let (record, reported) = reported(symbol, version);
        log.add(reported, pointer, draft);
        log.records.entry(record.id.get().to_owned()).or_insert(record);
    });
    broken
}

/// The same as the messages of later versions say.
fn reported<'a>(symbol: Symbol<'a>, version: &str) -> (Record<'a>, Reported<'a>) {
    let is_there = |sink: Number| sink.0.is_some_and(|sink| sink > 0.0);
    let fixed = symbol.osv.fix(symbol.mod_path.get(), "Go", version.trim_start_matches('v')).versions;
    let mut frame = Frame { module: symbol.mod_path, version: Text::from(version.to_owned()), ..Frame::default() };
    if is_there(symbol.import_sink) || is_there(symbol.call_sink) {
        frame.package = symbol.pkg_path;
    }
    if is_there(symbol.call_sink) {
        frame.function = symbol.name;
    }
    let reported = Reported {
        osv: Text::from(symbol.osv.id.get().to_owned()),
        fixed_version: fixed.into_iter().next().map(Text::from).unwrap_or_default(),
        trace: List(vec![frame]),
    };
    (symbol.osv, reported)
}
