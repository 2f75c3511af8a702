//! CycloneDX JSON: containers are walked, components too, because they hold components.

use portcullis_model::{Section, Source};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::shape::{Dependency, Digest, Document, License, LicenseChoice, Link, Metadata, Part, Property, Tools, Vuln};
use super::vulnerability::Said;
use crate::detect::Look;
use crate::draft::Draft;
use crate::json::{Each, Faults, Items, Members, Text, Walk, member_as, read_document};

/// The document with its vulnerabilities as they stand there.
#[derive(Default)]
struct Report<'de> {
    document: Document<'de>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let document = &mut self.document;
        match key {
            "specVersion" => map.next_value::<Text<'_>>()?.get().clone_into(&mut document.version),
            "serialNumber" => document.serial = map.next_value()?,
            "version" => document.number = map.next_value()?,
            "metadata" => {
                map.next_value_seed(Walk { name: key, members: &mut document.metadata, faults })?;
            }
            "components" => map.next_value_seed(Each { name: key, list: &mut document.components, faults })?,
            "services" => document.services = member_as(key, map, faults)?.unwrap_or_default(),
            "dependencies" => map.next_value_seed(Each { name: key, list: &mut document.dependencies, faults })?,
            "vulnerabilities" => map.next_value_seed(Items { name: key, list: &mut self.vulnerabilities, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Metadata<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "timestamp" => self.timestamp = map.next_value()?,
            "lifecycles" => self.lifecycles = member_as(key, map, faults)?.unwrap_or_default(),
            "tools" => {
                let raw: &'de RawValue = map.next_value()?;
                match Tools::of(raw) {
                    Ok(tools) => self.tools = tools,
                    Err(_) => faults.misshapen(key, "a list or object of tools"),
                }
            }
            "authors" => self.authors = member_as(key, map, faults)?.unwrap_or_default(),
            "component" => {
                let part = self.component.get_or_insert_default();
                map.next_value_seed(Walk { name: key, members: part, faults })?;
            }
            "supplier" => self.supplier = member_as(key, map, faults)?,
            "manufacturer" => self.manufacturer = member_as(key, map, faults)?,
            "manufacture" => self.manufacture = member_as(key, map, faults)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Part<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "type" => self.kind = map.next_value()?,
            "bom-ref" => self.reference = map.next_value()?,
            "group" => self.group = map.next_value()?,
            "name" => self.name = map.next_value()?,
            "version" => self.version = map.next_value()?,
            "purl" => self.purl = map.next_value()?,
            "cpe" => self.cpe = map.next_value()?,
            "swid" => {
                self.swid = member_as::<Swid<'_>, _>(key, map, faults)?.unwrap_or_default().tag;
            }
            "scope" => self.scope = map.next_value()?,
            "isExternal" => self.is_external = map.next_value()?,
            "hashes" => map.next_value_seed(Each { name: key, list: &mut self.hashes.0, faults })?,
            "licenses" => map.next_value_seed(Each { name: key, list: &mut self.licenses.0, faults })?,
            "supplier" => self.supplier = member_as(key, map, faults)?,
            "manufacturer" => self.manufacturer = member_as(key, map, faults)?,
            "author" => self.author = map.next_value()?,
            "authors" => self.authors = member_as(key, map, faults)?.unwrap_or_default(),
            "publisher" => self.publisher = map.next_value()?,
            "properties" => map.next_value_seed(Each { name: key, list: &mut self.properties.0, faults })?,
            "evidence" => self.evidence = member_as(key, map, faults)?.unwrap_or_default(),
            "externalReferences" => map.next_value_seed(Each { name: key, list: &mut self.links.0, faults })?,
            "components" => map.next_value_seed(Each { name: key, list: &mut self.parts, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// Small objects of which a component has lists: read where they stand.
macro_rules! plain_members {
    ($($object:ident { $($name:literal => $field:ident),+ })+) => {
        $(impl<'de> Members<'de> for $object<'de> {
            fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
                match key {
                    $($name => self.$field = map.next_value()?,)+
                    _ => drop(map.next_value::<IgnoredAny>()?),
                }
                Ok(())
            }
        })+
    };
}

plain_members! {
    Digest { "alg" => alg, "content" => content }
    License { "id" => id, "name" => name, "url" => url, "acknowledgement" => acknowledgement }
    Property { "name" => name, "value" => value }
    Link { "type" => kind, "url" => url }
}

impl<'de> Members<'de> for LicenseChoice<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "license" => {
                let license = self.license.get_or_insert_default();
                map.next_value_seed(Walk { name: key, members: license, faults })?;
            }
            "expression" => self.expression = map.next_value()?,
            "acknowledgement" => self.acknowledgement = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Swid<'a> {
    #[serde(borrow, rename = "tagId")]
    tag: Text<'a>,
}

impl<'de> Members<'de> for Dependency<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
        match key {
            "ref" => self.reference = map.next_value()?,
            "dependsOn" | "provides" => self.needs.append(map.next_value()?),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

pub(super) fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.word("bomFormat") == "CycloneDX" || object.word("$schema").to_ascii_lowercase().contains("cyclonedx")
    })
}

pub(super) fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    if let Err(broken) = &broken {
        draft.broken(text, broken);
    }
    if !super::check_version(&report.document.version, draft) {
        return;
    }
    let mut inventory = super::inventory(report.document, draft);
    let said = Said::by(&inventory);
    // A list that is there and empty says that somebody looked.
    if report.vulnerabilities.is_some() {
        draft.sections.insert(Section::Vulnerabilities);
    }
    let vulnerabilities = report.vulnerabilities.unwrap_or_default();
    for (index, raw) in vulnerabilities.iter().enumerate() {
        let pointer = format!("/vulnerabilities/{index}");
        match serde_json::from_str::<Vuln<'_>>(raw.get()) {
            Ok(vuln) => said.vulnerability(&vuln, &mut inventory, draft, |affect| Source {
                pointer: affect.map_or_else(|| pointer.clone(), |affect| format!("{pointer}/affects/{affect}")),
                ..Source::default()
            }),
            Err(error) => draft.dropped(&pointer, &error.to_string()),
        }
    }
    inventory.hand_over(!vulnerabilities.is_empty() || broken.is_err(), draft);
}
