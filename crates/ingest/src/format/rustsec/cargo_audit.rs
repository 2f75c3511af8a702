//! `cargo audit --json` (spec/ingest.md 9.5): vulnerabilities of the lock file, and warnings by kind.

use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, Section, Skipped, Source};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::{Advisory, Versions, outdated, place, weakness};
use crate::beside::Listing;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::each;
use crate::json::{Faults, Items, Members, Number, Text, Texts, Walk, WalkOrItems, member_as, read_document};
use crate::package_url;

/// The document.
#[derive(Default)]
struct Report<'de> {
    database: Database<'de>,
    lockfile: LockfileSize,
    settings: Settings<'de>,
    vulnerabilities: Vulnerabilities<'de>,
    warnings: Warnings<'de>,
    /// The older form.
    warning_list: Option<Vec<&'de RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Database<'a> {
    #[serde(borrow)]
    last_updated: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct LockfileSize {
    dependency_count: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings<'a> {
    #[serde(borrow)]
    ignore: Texts<'a>,
}

#[derive(Default)]
struct Vulnerabilities<'de> {
    count: Number,
    list: Option<Vec<&'de RawValue>>,
}

/// Lists by kind: `unmaintained`, `unsound`, `yanked`, `notice`.
#[derive(Default)]
struct Warnings<'de> {
    kinds: Vec<(String, Option<Vec<&'de RawValue>>)>,
}

/// An element of a list.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    package: Package<'a>,
    #[serde(borrow)]
    advisory: Option<Advisory<'a>>,
    #[serde(borrow)]
    versions: Option<Versions<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Package<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "database" => self.database = member_as(key, map, faults)?.unwrap_or_default(),
            "lockfile" => self.lockfile = member_as(key, map, faults)?.unwrap_or_default(),
            "settings" => self.settings = member_as(key, map, faults)?.unwrap_or_default(),
            "vulnerabilities" => {
                map.next_value_seed(Walk { name: key, members: &mut self.vulnerabilities, faults })?;
            }
            "warnings" => {
                let (members, list) = (&mut self.warnings, &mut self.warning_list);
                map.next_value_seed(WalkOrItems { name: key, members, list, faults })?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Vulnerabilities<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "count" => self.count = map.next_value()?,
            "list" => map.next_value_seed(Items { name: key, list: &mut self.list, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Warnings<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let mut list = None;
        let read = map.next_value_seed(Items { name: key, list: &mut list, faults });
        self.kinds.push((key.to_owned(), list));
        read
    }
}

/// The format.
pub(in crate::format) static FORMAT: Format =
    Format { id: "cargo-audit", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.has("database")
            && object.has("lockfile")
            && object.at("vulnerabilities").is_some_and(|vulnerabilities| {
                vulnerabilities.is_object() && vulnerabilities.at("list").is_some_and(Sketch::is_list)
            })
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("cargo-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    draft.report.db_built_at = report.database.last_updated.get().parse().ok();
    draft.audited = report.lockfile.dependency_count.count().unwrap_or_default();
    for id in report.settings.ignore.iter() {
        let reason = "cargo-audit was told to ignore it".to_owned();
        draft.report.skipped.push(Skipped { what: bounded(id, 200), reason, on_purpose: true });
    }
    let lockfile = super::lockfile(draft);
    let list = report.vulnerabilities.list.as_ref();
    each(list, "/vulnerabilities/list", draft, |item, pointer, draft| {
        vulnerability(&item, lockfile.as_ref(), pointer, draft);
    });
    for (kind, items) in &report.warnings.kinds {
        each(items.as_ref(), &format!("/warnings/{}", bounded(kind, 100)), draft, |item, pointer, draft| {
            warning(&item, kind, lockfile.as_ref(), pointer, draft);
        });
    }
    each(report.warning_list.as_ref(), "/warnings", draft, |item: Item<'_>, pointer, draft| {
        warning(&item, item.kind.get(), lockfile.as_ref(), pointer, draft);
    });
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_counts(&report.vulnerabilities, draft),
    }
}

fn check_counts(vulnerabilities: &Vulnerabilities<'_>, draft: &mut Draft<'_>) {
    let Some(listed) = vulnerabilities.list.as_ref().map(|list| list.len() as u64) else {
        let message = "the report has no `vulnerabilities.list`: cargo-audit has not audited anything";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
        return;
    };
    if let Some(count) = vulnerabilities.count.count().filter(|count| *count != listed) {
        let message = format!("cargo-audit counts {count} vulnerabilities, but lists {listed}: run the audit again");
        draft.problem(Problem::error(ProblemCode::CountMismatch, message));
    }
}

impl Item<'_> {
    fn package(&self) -> Option<portcullis_model::Package> {
        let name = bounded(self.package.name.given()?, 500);
        Some(package_url::named("cargo", &name, self.package.version.given()))
    }
}

fn vulnerability(item: &Item<'_>, lockfile: Option<&Listing>, pointer: &str, draft: &mut Draft<'_>) {
    let advisory = item.advisory.as_ref().filter(|advisory| advisory.id.given().is_some());
    let (Some(advisory), Some(package)) = (advisory, item.package()) else {
        draft.dropped(pointer, "no `advisory.id` or no `package.name`");
        return;
    };
    let locations = place(lockfile, &package);
    let finding = weakness(advisory, item.versions.as_ref(), package, locations, draft);
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

fn warning(item: &Item<'_>, kind: &str, lockfile: Option<&Listing>, pointer: &str, draft: &mut Draft<'_>) {
    let Some(package) = item.package() else {
        draft.dropped(pointer, "no `package.name`");
        return;
    };
    if !matches!(kind, "unmaintained" | "unsound" | "yanked" | "notice") {
        draft.lenient(format!("the warning `{}` is not known: it counts as information", bounded(kind, 60)));
    }
    let locations = place(lockfile, &package);
    let finding = outdated(&bounded(kind, 60), item.advisory.as_ref(), package, locations);
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}
