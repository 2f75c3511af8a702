//! `detect-secrets scan` (spec/ingest.md 9.11): a *baseline*. What it lists are candidates until a person has audited them.

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Kind, Location, Problem, ProblemCode, Section, Severity, SeveritySource, Source, State, Suppression,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::hidden::{Leak, hide};
use crate::json::{Faults, Flag, Items, List, Members, Number, Text, Walk, member_as, read_document};

/// The document.
#[derive(Default)]
struct Report<'de> {
    version: Text<'de>,
    generated_at: Text<'de>,
    plugins: Option<List<IgnoredAny>>,
    results: Option<Files<'de>>,
}

/// Candidates by file.
#[derive(Default)]
struct Files<'de>(Vec<(String, Option<Vec<&'de RawValue>>)>);

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "version" => self.version = map.next_value()?,
            "generated_at" => self.generated_at = map.next_value()?,
            "plugins_used" => self.plugins = member_as(key, map, faults)?,
            "results" => {
                let members = self.results.get_or_insert_default();
                map.next_value_seed(Walk { name: key, members, faults })?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Files<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        self.0.push((key.to_owned(), None));
        let Some((_, list)) = self.0.last_mut() else { return Ok(()) };
        map.next_value_seed(Items { name: "results.*", list, faults })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Candidate<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    hashed_secret: Text<'a>,
    is_verified: Flag,
    is_secret: Flag,
    line_number: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "detect-secrets", also: &[], section: Section::Secrets, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.has("plugins_used")
            && object.has("version")
            && object.at("results").is_some_and(crate::detect::Sketch::is_object)
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.tool("detect-secrets", report.version.given().map(|version| bounded(version, 100)));
    draft.sections.insert(Section::Secrets);
    draft.report.generated_at = report.generated_at.get().parse().ok();
    draft.faulty(&faults);
    for (file, candidates) in report.results.iter().flat_map(|files| &files.0) {
        for (index, raw) in candidates.iter().flatten().enumerate() {
            let pointer = format!("/results/{}/{index}", file.replace('~', "~0").replace('/', "~1"));
            match draft.item::<Candidate<'_>>(raw, &pointer) {
                Some(candidate) if candidate.kind.given().is_some() => translate(&candidate, file, pointer, draft),
                Some(_) => draft.dropped(&pointer, "no `type`"),
                None => {}
            }
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    } else if report.results.is_none() {
        draft.problem(Problem::error(ProblemCode::NoResults, "the baseline holds no `results`: nothing was scanned"));
    } else if report.plugins.is_none_or(|plugins| plugins.0.is_empty()) {
        let message = "no detector was in use (`plugins_used` is empty): nothing was searched for";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

fn translate(candidate: &Candidate<'_>, file: &str, pointer: String, draft: &mut Draft<'_>) {
    let verified = candidate.is_verified.is_true();
    let rule = kebab(&bounded(candidate.kind.get(), 100));
    let (state, suppressions) = match candidate.is_secret.0 {
        Some(true) => (State::Open, Vec::new()),
        Some(false) => (State::Suppressed, vec![audited()]),
        None => (State::Review, Vec::new()),
    };
    let (severity, severity_source) = if verified {
        (Severity::Critical, SeveritySource::Tool)
    } else {
        (Severity::High, SeveritySource::PolicyDefault)
    };
    let what = candidate.kind.get();
    let message = match state {
        State::Review => format!("{what}: nobody has audited yet whether this is a secret (`detect-secrets audit`)"),
        _ => what.to_owned(),
    };
    let place = draft.location(file);
    let mut finding = Finding {
        kind: Kind::Secret,
        section: Section::Secrets,
        id: rule.clone(),
        rule_id: rule,
        title: what.to_owned(),
        message,
        severity,
        severity_source,
        state,
        suppressions,
        // Its unsalted hash of the secret goes into the fingerprint and nowhere else: short secrets can be guessed from it.
        identity: candidate.hashed_secret.get().to_owned(),
        locations: vec![Location { start_line: candidate.line_number.position(), ..place }],
        ..Finding::default()
    };
    hide(&Leak { verified: verified.then_some(true), ..Leak::default() }, &mut finding, draft);
    draft.push(finding, Source { pointer, ..Source::default() });
}

fn audited() -> Suppression {
    Suppression {
        by: "detect-secrets".to_owned(),
        kind: "external".to_owned(),
        reason: Some("audited: no secret".to_owned()),
        accepted: true,
        ..Suppression::default()
    }
}

/// `Base64 High Entropy String` as an id: `base64-high-entropy-string`.
fn kebab(name: &str) -> String {
    let words = name.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
