//! `conftest test --output json` (spec/ingest.md 9.10): a list of files with what the rules of a namespace say of them.

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Kind, Problem, ProblemCode, Section, Severity, SeveritySource, Source, State, Suppression,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, Members, Number, Part, Text, read_document};
use crate::section::section_of;
use crate::severity::{self, Rating};

/// One file under one namespace.
#[derive(Default)]
struct Tested<'de> {
    filename: Text<'de>,
    namespace: Text<'de>,
    successes: Number,
    warnings: Option<Vec<&'de RawValue>>,
    failures: Option<Vec<&'de RawValue>>,
    exceptions: Option<Vec<&'de RawValue>>,
    skipped: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Tested<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let list = match key {
            "filename" => return map.next_value().map(|name| self.filename = name),
            "namespace" => return map.next_value().map(|name| self.namespace = name),
            "successes" => return map.next_value().map(|number| self.successes = number),
            "warnings" => &mut self.warnings,
            "failures" => &mut self.failures,
            "exceptions" => &mut self.exceptions,
            "skipped" => &mut self.skipped,
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        map.next_value_seed(Items { name: key, list, faults })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    msg: Text<'a>,
    #[serde(borrow)]
    metadata: Part<Metadata<'a>>,
    /// What the rule returns as `_loc`.
    #[serde(borrow)]
    loc: Part<Place<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    file: Text<'a>,
    line: Number,
}

/// Whatever the rule returns beside its message; these names are customs.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    rule_id: Text<'a>,
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    /// Written by conftest itself: `data.main.deny`.
    #[serde(borrow)]
    query: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "conftest", also: &[], section: Section::Misconfigurations, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.list().is_some_and(|first| {
        first.has("filename")
            && first.has("namespace")
            && ["successes", "failures", "warnings"].iter().any(|name| first.has(name))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("conftest", None);
    draft.sections.insert(Section::Misconfigurations);
    let (mut faults, mut tested) = (Faults::default(), Vec::<Tested<'_>>::new());
    let broken = read_document(text, Each { name: "the report", list: &mut tested, faults: &mut faults });
    draft.faulty(&faults);
    for (index, file) in tested.iter().enumerate() {
        one(file, index, draft);
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_complete(&tested, draft),
    }
}

fn one(file: &Tested<'_>, index: usize, draft: &mut Draft<'_>) {
    draft.passed += file.successes.count().unwrap_or_default().min(1_000_000);
    let lists = [("failures", &file.failures), ("warnings", &file.warnings), ("exceptions", &file.exceptions)];
    for (name, list) in lists {
        for (position, raw) in list.iter().flatten().enumerate() {
            let pointer = format!("/{index}/{name}/{position}");
            if let Some(item) = draft.item::<Item<'_>>(raw, &pointer) {
                translate(&item, name, file, pointer, draft);
            }
        }
    }
}

/// A namespace without rules tests nothing, and the tool exits with 0.
fn check_complete(tested: &[Tested<'_>], draft: &mut Draft<'_>) {
    let count = |list: &Option<Vec<&RawValue>>| list.as_ref().map_or(0, Vec::len) as u64;
    let did = |file: &Tested<'_>| {
        let listed = [&file.failures, &file.warnings, &file.exceptions, &file.skipped].into_iter().map(count).sum();
        file.successes.count().unwrap_or_default().max(listed)
    };
    if tested.iter().all(|file| did(file) == 0) {
        let message = "no rule was tried on any file: look at `--namespace` and at where the rules lie (`--policy`)";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

fn translate(item: &Item<'_>, list: &str, file: &Tested<'_>, pointer: String, draft: &mut Draft<'_>) {
    let metadata = &item.metadata;
    let stated = [&metadata.id, &metadata.rule_id, &metadata.code].into_iter().find_map(Text::given);
    let query = || metadata.query.given().map(|query| query.trim_start_matches("data.").to_owned());
    let namespace = file.namespace.given().unwrap_or("main");
    let verb = if list == "warnings" { "warn" } else { "deny" };
    let rule = stated.map(str::to_owned).or_else(query).unwrap_or_else(|| format!("{namespace}.{verb}"));
    let rule = bounded(&rule, 200);
    let mut place = draft.location(item.loc.file.given().unwrap_or_else(|| file.filename.get()));
    place.start_line = item.loc.line.position();
    let rating = rating(metadata.severity.get(), list, draft);
    let mut finding = Finding {
        kind: Kind::Misconfiguration,
        section: section_of(Kind::Misconfiguration, "conftest", &place.path),
        id: rule.clone(),
        title: item.msg.get().lines().next().unwrap_or_default().to_owned(),
        message: item.msg.given().unwrap_or(&rule).to_owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        references: metadata.url.owned().into_iter().collect(),
        // One rule says different things of one file; only the message tells them apart.
        identity: bounded(item.msg.get(), 500),
        locations: vec![place],
        rule_id: rule,
        ..Finding::default()
    };
    if list == "exceptions" {
        finding.state = State::Suppressed;
        finding.suppressions.push(Suppression {
            by: "conftest".to_owned(),
            kind: "external".to_owned(),
            reason: Some("an `exception` rule of the policy".to_owned()),
            accepted: true,
            ..Suppression::default()
        });
    }
    draft.push(finding, Source { pointer, ..Source::default() });
}

/// The rule's own word, else what its list means.
fn rating(word: &str, list: &str, draft: &mut Draft<'_>) -> Rating {
    if severity::of_word(word).is_some_and(|severity| severity != Severity::Unknown) {
        return draft.rate(word, &[]);
    }
    let severity = if list == "warnings" { Severity::Medium } else { Severity::High };
    Rating { severity, source: SeveritySource::Tool, original: list.trim_end_matches('s').to_owned() }
}
