//! CSAF 2.0 (spec/ingest.md 11): vulnerabilities with the products each status names, through the product tree.

mod tree;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::text::{self, bounded};
use portcullis_model::{Problem, ProblemCode, Section, VexProduct, VexStatement, VexStatus};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::tree::{ProductTree, Products};
use crate::advisory::Names;
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, List, Members, Text, Texts, Walk, member_as, read_document};
use crate::vex::{self, Lines};

/// The format.
pub(super) static FORMAT: Format = Format {
    id: "csaf",
    also: &[],
    // It says what is and is not the case for products: no evidence that anything was looked for.
    section: Section::None,
    clean: &[],
    fits: |look: &Look| look.object().is_some_and(|object| object.at("document.csaf_version").is_some()),
    read,
};

/// The document.
#[derive(Default)]
struct Report<'de> {
    document: Document<'de>,
    products: ProductTree<'de>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "document" => self.document = member_as(key, map, faults)?.unwrap_or_default(),
            "product_tree" => self.products = member_as(key, map, faults)?.unwrap_or_default(),
            "vulnerabilities" => map.next_value_seed(Items { name: key, list: &mut self.vulnerabilities, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document<'a> {
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    csaf_version: Text<'a>,
    #[serde(borrow)]
    publisher: Option<Publisher<'a>>,
    #[serde(borrow)]
    tracking: Option<Tracking<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Publisher<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tracking<'a> {
    #[serde(borrow)]
    current_release_date: Text<'a>,
    #[serde(borrow)]
    generator: Option<Generator<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Generator<'a> {
    #[serde(borrow)]
    engine: Option<Engine<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Engine<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vuln<'a> {
    #[serde(borrow)]
    cve: Text<'a>,
    #[serde(borrow)]
    ids: List<Id<'a>>,
    #[serde(borrow)]
    product_status: Option<ProductStatus<'a>>,
    #[serde(borrow)]
    flags: List<Remark<'a>>,
    #[serde(borrow)]
    threats: List<Remark<'a>>,
    #[serde(borrow)]
    remediations: List<Remark<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Id<'a> {
    #[serde(borrow)]
    text: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProductStatus<'a> {
    #[serde(borrow)]
    known_affected: Texts<'a>,
    #[serde(borrow)]
    first_affected: Texts<'a>,
    #[serde(borrow)]
    last_affected: Texts<'a>,
    #[serde(borrow)]
    known_not_affected: Texts<'a>,
    #[serde(borrow)]
    fixed: Texts<'a>,
    #[serde(borrow)]
    first_fixed: Texts<'a>,
    #[serde(borrow)]
    under_investigation: Texts<'a>,
}

/// A flag, threat or remediation: what is said of some products.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Remark<'a> {
    #[serde(borrow)]
    label: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    details: Text<'a>,
    #[serde(borrow)]
    product_ids: Texts<'a>,
    #[serde(borrow)]
    group_ids: Texts<'a>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    let tracking = report.document.tracking.take().unwrap_or_default();
    let engine = tracking.generator.and_then(|generator| generator.engine).unwrap_or_default();
    draft.tool(&bounded(engine.name.given().unwrap_or("csaf"), 100), engine.version.owned());
    draft.report.generated_at = tracking.current_release_date.get().parse().ok();
    if check_version(&report.document, draft) {
        let products = Products::of(&report.products);
        let mut unresolved = BTreeSet::new();
        let mut lines = Lines::of(text);
        for (index, raw) in report.vulnerabilities.iter().flatten().enumerate() {
            let line = lines.at(raw.get());
            let pointer = format!("/vulnerabilities/{index}");
            match serde_json::from_str::<Vuln<'_>>(raw.get()) {
                Ok(vuln) => {
                    let place = Place { pointer, line };
                    translate(&vuln, &place, &report.document, &products, &mut unresolved, draft);
                }
                Err(error) => draft.dropped(&pointer, &error.to_string()),
            }
        }
        say_what_is_unresolved(&unresolved, draft);
    }
    if let Err(broken) = &broken {
        draft.broken(text, broken);
    } else if report.vulnerabilities.is_none() {
        draft.lenient("the document has no `vulnerabilities`: it says nothing about any");
    }
}

fn check_version(document: &Document<'_>, draft: &mut Draft<'_>) -> bool {
    let version = document.csaf_version.get();
    draft.report.format_version = Some(bounded(version, 40)).filter(|version| !version.is_empty());
    match version {
        "2.0" => {}
        version if version.starts_with("2.") => {
            let message = format!("CSAF {} is read as far as it is like 2.0", bounded(version, 40));
            draft.problem(Problem::warning(ProblemCode::UnsupportedVersion, message));
        }
        "" => {
            draft.lenient("the document does not say which version of CSAF it has");
        }
        version => {
            let message = format!("CSAF {} is not read: this version reads 2.0", bounded(version, 40));
            draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
            return false;
        }
    }
    if !matches!(document.category.get(), "csaf_vex" | "csaf_security_advisory") {
        let category = bounded(document.category.get(), 60);
        draft.lenient(format!("the category `{category}` is neither `csaf_vex` nor `csaf_security_advisory`"));
    }
    true
}

/// What is said of each product, by its id.
struct Remarks<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Remarks<'a> {
    /// The first remark of each product counts; one that names no product is about all.
    fn of(
        list: &'a List<Remark<'_>>,
        says: impl Fn(&'a Remark<'_>) -> Option<&'a str>,
        products: &'a Products<'_>,
    ) -> Self {
        let mut remarks = BTreeMap::new();
        for remark in &list.0 {
            let Some(said) = says(remark) else { continue };
            let grouped = remark.group_ids.iter().flat_map(|group| products.in_group(group));
            let mut named = remark.product_ids.iter().chain(grouped).peekable();
            if named.peek().is_none() && remark.group_ids.iter().next().is_none() {
                remarks.entry("").or_insert(said);
            }
            for product in named {
                remarks.entry(product).or_insert(said);
            }
        }
        Self(remarks)
    }

    fn about(&self, product: &str) -> Option<&'a str> {
        self.0.get(product).or_else(|| self.0.get("")).copied()
    }
}

/// Where a vulnerability stands.
struct Place {
    pointer: String,
    line: Option<u32>,
}

/// What products of one statement have in common.
type Same<'a> = (VexStatus, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn translate(
    vuln: &Vuln<'_>,
    place: &Place,
    document: &Document<'_>,
    products: &Products<'_>,
    unresolved: &mut BTreeSet<String>,
    draft: &mut Draft<'_>,
) {
    let own = vuln.cve.given().or_else(|| vuln.ids.0.iter().find_map(|id| id.text.given()));
    let Some(own) = own else {
        draft.dropped(&place.pointer, "neither `cve` nor `ids`");
        return;
    };
    let names = Names::of(own, vuln.ids.0.iter().filter_map(|id| id.text.given()), []);
    let Some(status) = &vuln.product_status else { return };
    let mut statements: BTreeMap<Same<'_>, Vec<VexProduct>> = BTreeMap::new();
    let labels = Remarks::of(&vuln.flags, |flag| flag.label.given(), products);
    let impacts = Remarks::of(
        &vuln.threats,
        |threat| threat.details.given().filter(|_| threat.category.get() == "impact"),
        products,
    );
    let actions = Remarks::of(&vuln.remediations, |remedy| remedy.details.given(), products);
    for (status, ids) in listed(status) {
        for id in ids.iter() {
            let (label, impact) = match status {
                VexStatus::NotAffected => (labels.about(id), impacts.about(id)),
                _ => (None, None),
            };
            let action = actions.about(id).filter(|_| status == VexStatus::Affected);
            let product = products.get(id).unwrap_or_else(|| {
                unresolved.insert(id.to_owned());
                VexProduct { bom_ref: Some(bounded(id, 500)), ..VexProduct::default() }
            });
            statements.entry((status, label, impact, action)).or_default().push(product);
        }
    }

    for ((status, label, impact, action), about) in statements {
        draft.vex.push(VexStatement {
            ids: vex::ids(&names),
            products: about,
            status,
            justification: label.and_then(vex::justification),
            impact: impact.map(|impact| bounded(impact, text::MESSAGE)),
            action: action.map(|action| bounded(action, text::MESSAGE)),
            timestamp: draft.report.generated_at,
            author: document.publisher.as_ref().and_then(|by| by.name.given()).map(|name| bounded(name, 500)),
            document: draft.report.path.clone(),
            line: place.line,
        });
    }
}

/// `recommended` is advice, no status.
fn listed<'a>(status: &'a ProductStatus<'a>) -> [(VexStatus, &'a Texts<'a>); 7] {
    [
        (VexStatus::Affected, &status.known_affected),
        (VexStatus::Affected, &status.first_affected),
        (VexStatus::Affected, &status.last_affected),
        (VexStatus::NotAffected, &status.known_not_affected),
        (VexStatus::Fixed, &status.fixed),
        (VexStatus::Fixed, &status.first_fixed),
        (VexStatus::UnderInvestigation, &status.under_investigation),
    ]
}

fn say_what_is_unresolved(unresolved: &BTreeSet<String>, draft: &mut Draft<'_>) {
    let count = unresolved.len();
    if count > 0 {
        let named: Vec<_> = unresolved.iter().take(5).map(|id| format!("`{}`", bounded(id, 100))).collect();
        let more = if count > 5 { ", …" } else { "" };
        let message = format!("{count} products are not in the product tree: {}{more}", named.join(", "));
        draft.problem(Problem::warning(ProblemCode::UnresolvedRef, message));
    }
}
