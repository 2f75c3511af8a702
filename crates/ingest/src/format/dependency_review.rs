//! The comparison of GitHub's dependency review (spec/ingest.md 9.9): the packages a change adds and removes, those added with
//! their vulnerabilities.

use portcullis_model::text::bounded;
use portcullis_model::{Component, Scope, Section, Source};
use serde::Deserialize;

use crate::advisory::Names;
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::items::each;
use crate::json::{Faults, Items, List, Text, read_document};
use crate::package_url;
use crate::weakness::Weakness;

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// An element of the list.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Change<'a> {
    #[serde(borrow, rename = "change_type")]
    kind: Text<'a>,
    #[serde(borrow)]
    manifest: Text<'a>,
    #[serde(borrow)]
    ecosystem: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    package_url: Text<'a>,
    #[serde(borrow)]
    license: Text<'a>,
    #[serde(borrow)]
    scope: Text<'a>,
    #[serde(borrow)]
    source_repository_url: Text<'a>,
    #[serde(borrow)]
    vulnerabilities: List<Advisory<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Advisory<'a> {
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow, rename = "advisory_ghsa_id")]
    ghsa: Text<'a>,
    #[serde(borrow, rename = "advisory_summary")]
    summary: Text<'a>,
    #[serde(borrow, rename = "advisory_url")]
    url: Text<'a>,
}

/// The format. A change that touches no dependency gives an empty list.
pub(super) static FORMAT: Format =
    Format { id: "dependency-review", also: &[], section: Section::Vulnerabilities, clean: &["[]"], fits, read };

fn fits(look: &Look) -> bool {
    look.list().is_some_and(|list| list.has("change_type") && list.has("manifest"))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("dependency-review", None);
    draft.sections.insert(Section::Vulnerabilities);
    let (mut changes, mut faults) = (None, Faults::default());
    let broken = read_document(text, Items { name: "the report", list: &mut changes, faults: &mut faults });
    draft.faulty(&faults);
    each(changes.as_ref(), "", draft, |change, pointer, draft| translate(&change, pointer, draft));
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn translate(change: &Change<'_>, pointer: &str, draft: &mut Draft<'_>) {
    match change.kind.get() {
        "added" if change.name.given().is_some() || change.package_url.given().is_some() => {}
        // What is gone harms nobody; that it is gone is seen by comparing with the baseline.
        "removed" => return,
        "added" => return draft.dropped(pointer, "no `name`"),
        other => return draft.dropped(pointer, &format!("the change `{}` is not known", bounded(other, 40))),
    }
    let ecosystem = package_url::ecosystem_of(change.ecosystem.get());
    let mut package = package_url::named(ecosystem, &bounded(change.name.get(), MAX_NAME), change.version.given());
    if let Some(purl) = change.package_url.given() {
        draft.purl(purl, &mut package);
    }
    package.version = change.version.owned().or(package.version);
    package.scope = match change.scope.get() {
        "runtime" => Scope::Runtime,
        "development" => Scope::Development,
        _ => Scope::Unknown,
    };
    package.licenses = change.license.owned().into_iter().collect();
    draft.audited += 1;
    let (report, distribution) = (draft.report.path.clone(), change.source_repository_url.owned());
    draft.components.push(Component { package: package.clone(), report, distribution, ..Component::default() });
    for (index, advisory) in change.vulnerabilities.0.iter().enumerate() {
        let pointer = format!("{pointer}/vulnerabilities/{index}");
        let Some(rule_id) = advisory.ghsa.given() else {
            draft.dropped(&pointer, "no `advisory_ghsa_id`");
            continue;
        };
        let weakness = Weakness {
            rule_id,
            names: Names::of(rule_id, [], []),
            title: advisory.summary.get(),
            rating: draft.rate(advisory.severity.get(), &[]),
            package: package.clone(),
            locations: change.manifest.given().map(|path| draft.location(path)).into_iter().collect(),
            references: advisory.url.owned().into_iter().collect(),
            ..Weakness::default()
        };
        draft.push(weakness.finding(), Source { pointer, ..Source::default() });
    }
}
