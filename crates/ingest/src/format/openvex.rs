//! OpenVEX 0.0.x to 0.2 (spec/ingest.md 11): who says what about which products.

use portcullis_model::text::{self, bounded};
use portcullis_model::{Section, VexProduct, VexStatement, VexStatus};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::Names;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, List, Members, Pairs, Text, Texts, Walk, read_document};
use crate::vex::{self, Lines};

/// What every context of the format begins with.
const CONTEXT: &str = "https://openvex.dev/ns";

/// The format.
pub(super) static FORMAT: Format = Format {
    id: "openvex",
    also: &[],
    // It says what is not the case: no evidence that anything was looked for.
    section: Section::None,
    clean: &[],
    fits: |look: &Look| look.object().is_some_and(is_context),
    read,
};

fn is_context(object: &Sketch) -> bool {
    let first = object.at("@context").and_then(Sketch::first);
    object.word("@context").starts_with(CONTEXT)
        || matches!(first, Some(Sketch::Text(text)) if text.starts_with(CONTEXT))
}

/// The document.
#[derive(Default)]
struct Report<'de> {
    context: Texts<'de>,
    author: Text<'de>,
    tooling: Text<'de>,
    timestamp: Text<'de>,
    last_updated: Text<'de>,
    statements: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "@context" => self.context = map.next_value()?,
            "author" => self.author = map.next_value()?,
            "tooling" => self.tooling = map.next_value()?,
            "timestamp" => self.timestamp = map.next_value()?,
            "last_updated" => self.last_updated = map.next_value()?,
            "statements" => map.next_value_seed(Items { name: key, list: &mut self.statements, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Statement<'a> {
    #[serde(borrow)]
    vulnerability: Option<Named<'a>>,
    #[serde(borrow)]
    products: List<Named<'a>>,
    /// Before 0.2 they stood beside the products.
    #[serde(borrow)]
    subcomponents: List<Named<'a>>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    status_notes: Text<'a>,
    #[serde(borrow)]
    justification: Text<'a>,
    #[serde(borrow, rename = "impact_statement")]
    impact: Text<'a>,
    #[serde(borrow, rename = "action_statement")]
    action: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    last_updated: Text<'a>,
}

/// A vulnerability or product: an object, in 0.0.x a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named<'a> {
    #[serde(borrow)]
    Object(Thing<'a>),
    #[serde(borrow)]
    Text(Text<'a>),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Thing<'a> {
    #[serde(borrow, rename = "@id")]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    aliases: Texts<'a>,
    #[serde(borrow)]
    identifiers: Pairs<'a, Text<'a>>,
    #[serde(borrow)]
    hashes: Pairs<'a, Text<'a>>,
    #[serde(borrow)]
    subcomponents: List<Named<'a>>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    draft.tool(&bounded(report.tooling.given().unwrap_or("openvex"), 100), None);
    let context = report.context.iter().find_map(|context| context.strip_prefix(CONTEXT)).unwrap_or_default();
    let version = bounded(context.trim_matches('/').trim_start_matches('v'), 40);
    draft.report.format_version = Some(version).filter(|version| !version.is_empty());
    let [issued, updated] = [&report.timestamp, &report.last_updated].map(|time| time.get().parse().ok());
    draft.report.generated_at = updated.or(issued);
    let mut lines = Lines::of(text);
    for (index, raw) in report.statements.iter().flatten().enumerate() {
        let line = lines.at(raw.get());
        let pointer = format!("/statements/{index}");
        match serde_json::from_str::<Statement<'_>>(raw.get()) {
            Ok(statement) => match translate(&statement, &pointer, draft) {
                Ok(said) => draft.vex.push(VexStatement {
                    // An edit of another statement makes this one no newer.
                    timestamp: said.timestamp.or(issued).or(updated),
                    author: report.author.given().map(|author| bounded(author, 500)),
                    document: draft.report.path.clone(),
                    line,
                    ..said
                }),
                Err(why) => draft.dropped(&pointer, why),
            },
            Err(error) => draft.dropped(&pointer, &error.to_string()),
        }
    }
    if let Err(broken) = &broken {
        draft.broken(text, broken);
    } else if report.statements.is_none() {
        draft.dropped("/statements", "the document has no `statements`");
    }
}

fn translate(statement: &Statement<'_>, pointer: &str, draft: &mut Draft<'_>) -> Result<VexStatement, &'static str> {
    let status = match statement.status.get() {
        "not_affected" => VexStatus::NotAffected,
        "affected" => VexStatus::Affected,
        "fixed" => VexStatus::Fixed,
        "under_investigation" => VexStatus::UnderInvestigation,
        "" => return Err("no `status`"),
        _ => return Err("a `status` that is none of the four"),
    };
    let names = statement.vulnerability.as_ref().and_then(names).ok_or("no vulnerability")?;
    let impact = statement.impact.given().or_else(|| {
        // Notes explain a status; they are no reason to call something not affected.
        statement.status_notes.given().filter(|_| status != VexStatus::NotAffected)
    });
    let lacks = match status {
        VexStatus::NotAffected if statement.justification.given().is_none() && impact.is_none() => {
            Some("`not_affected` needs a `justification` or an `impact_statement`")
        }
        VexStatus::Affected if statement.action.given().is_none() => Some("`affected` needs an `action_statement`"),
        _ => None,
    };
    if let Some(lacks) = lacks {
        draft.lenient(format!("the statement at {pointer} is incomplete: {lacks}"));
    }
    let beside: Vec<VexProduct> = statement.subcomponents.0.iter().map(product).collect();
    let products = statement.products.0.iter().map(|one| {
        let mut product = product(one);
        product.subcomponents.extend(beside.iter().cloned());
        product
    });
    Ok(VexStatement {
        ids: vex::ids(&names),
        products: products.collect(),
        status,
        justification: vex::justification(statement.justification.get()),
        impact: impact.map(|impact| bounded(impact, text::MESSAGE)),
        action: statement.action.given().map(|action| bounded(action, text::MESSAGE)),
        timestamp: [&statement.last_updated, &statement.timestamp].into_iter().find_map(|time| time.get().parse().ok()),
        ..VexStatement::default()
    })
}

/// The ids of a vulnerability; `@id` is mostly the address of its page.
fn names(named: &Named<'_>) -> Option<Names> {
    match named {
        Named::Text(text) => text.given().map(|id| Names::of(id, [], [])),
        Named::Object(thing) => {
            let page = thing.id.given();
            let own = thing.name.given().or(page)?;
            Some(Names::of(own, thing.aliases.iter(), page))
        }
    }
}

fn product(named: &Named<'_>) -> VexProduct {
    let thing = match named {
        Named::Text(text) => return vex::product(text.get()),
        Named::Object(thing) => thing,
    };
    let identifier = |names: &[&str]| {
        let pairs = thing.identifiers.0.iter();
        names
            .iter()
            .find_map(|name| pairs.clone().find(|(known, _)| known == name)?.1.given())
            .map(|id| bounded(id, 2_000))
    };
    let mut product = thing.id.given().map(vex::product).unwrap_or_default();
    product.purl = identifier(&["purl"]).or(product.purl);
    product.cpe = identifier(&["cpe23", "cpe22"]).or(product.cpe);
    product.hashes = thing
        .hashes
        .0
        .iter()
        .filter_map(|(_, digits)| digits.given())
        .map(|digits| bounded(digits, 500).to_ascii_lowercase())
        .collect();
    product.subcomponents = thing.subcomponents.0.iter().map(self::product).collect();
    product
}
