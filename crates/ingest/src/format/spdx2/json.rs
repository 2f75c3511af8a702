//! SPDX 2 as JSON.

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};

use super::{Document, Item, Relationship};
use crate::draft::Draft;
use crate::json::{Each, Faults, List, Members, Text, Texts, Walk, member_as, read_document};

/// The document with what only JSON keeps in lists of its own.
#[derive(Default)]
struct Report<'de> {
    document: Document<'de>,
    files: Vec<Identified>,
}

/// A file or snippet: only its id.
#[derive(Default)]
struct Identified(String);

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let document = &mut self.document;
        match key {
            "spdxVersion" => document.version = map.next_value()?,
            "name" => document.name = map.next_value()?,
            "documentNamespace" => document.namespace = map.next_value()?,
            "creationInfo" => {
                let made: Creation<'_> = member_as(key, map, faults)?.unwrap_or_default();
                document.created = made.created;
                document.creators = made.creators.owned();
            }
            "documentDescribes" => document.describes = map.next_value::<Texts<'_>>()?.owned(),
            "packages" => map.next_value_seed(Each { name: key, list: &mut document.packages, faults })?,
            "files" | "snippets" => map.next_value_seed(Each { name: key, list: &mut self.files, faults })?,
            "relationships" => map.next_value_seed(Each { name: key, list: &mut document.relationships, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Creation<'a> {
    #[serde(borrow)]
    created: Text<'a>,
    #[serde(borrow)]
    creators: Texts<'a>,
}

impl<'de> Members<'de> for Identified {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
        match key {
            "SPDXID" => map.next_value::<Text<'_>>()?.get().clone_into(&mut self.0),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Checksum<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(borrow)]
    checksum_value: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ExternalReference<'a> {
    #[serde(borrow)]
    reference_type: Text<'a>,
    #[serde(borrow)]
    reference_locator: Text<'a>,
}

impl<'de> Members<'de> for Item<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let text = match key {
            "SPDXID" => &mut self.id,
            "name" => &mut self.name,
            "versionInfo" => &mut self.version,
            "supplier" => &mut self.supplier,
            "originator" => &mut self.originator,
            "downloadLocation" => &mut self.download,
            "licenseDeclared" => &mut self.declared,
            "licenseConcluded" => &mut self.concluded,
            "primaryPackagePurpose" => &mut self.purpose,
            "validUntilDate" => &mut self.valid_until,
            "checksums" => {
                let list: List<Checksum<'_>> = member_as(key, map, faults)?.unwrap_or_default();
                self.checksums = list.0.into_iter().map(|sum| (sum.algorithm, sum.checksum_value)).collect();
                return Ok(());
            }
            "externalRefs" => {
                let list: List<ExternalReference<'_>> = member_as(key, map, faults)?.unwrap_or_default();
                self.references = list.0.into_iter().map(|one| (one.reference_type, one.reference_locator)).collect();
                return Ok(());
            }
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        *text = map.next_value()?;
        Ok(())
    }
}

impl<'de> Members<'de> for Relationship<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
        match key {
            "spdxElementId" => self.from = map.next_value()?,
            "relationshipType" => self.kind = map.next_value()?,
            "relatedSpdxElement" => self.to = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

pub(super) fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    if let Err(broken) = &broken {
        draft.broken(text, broken);
    }
    report.document.others.extend(report.files.into_iter().map(|file| file.0));
    super::translate(&report.document, broken.is_ok(), draft);
}
