//! CycloneDX 1.5.

use anyhow::{Context as _, Result, anyhow};
use cyclonedx_bom::external_models::date_time::DateTime;
use cyclonedx_bom::external_models::normalized_string::NormalizedString;
use cyclonedx_bom::external_models::spdx::SpdxExpression;
use cyclonedx_bom::external_models::uri::{Purl, Uri};
use cyclonedx_bom::models::bom::{Bom, SpecVersion, UrnUuid};
use cyclonedx_bom::models::component::{Classification, Component, Components, Scope};
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::external_reference::{ExternalReference, ExternalReferenceType, ExternalReferences};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::lifecycle::{Lifecycle, Lifecycles, Phase};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::validation::Validate as _;

use super::{Inventory, Package};

/// The document, with a final line break.
pub(super) fn document(inventory: &Inventory) -> Result<Vec<u8>> {
    let program = component(&inventory.program, inventory.package(&inventory.program)?, Classification::Application)?;
    let others = inventory.packages.iter().filter(|(purl, _)| **purl != inventory.program);
    let components: Result<Vec<_>> =
        others.map(|(purl, package)| component(purl, package, Classification::Library)).collect();
    let dependencies = inventory.packages.iter().map(|(purl, package)| Dependency {
        dependency_ref: purl.clone(),
        dependencies: package.dependencies.iter().cloned().collect(),
    });
    let bom = Bom {
        serial_number: Some(serial(inventory)?),
        metadata: Some(Metadata {
            timestamp: Some(DateTime::try_from(inventory.created.to_string())?),
            component: Some(program),
            lifecycles: Some(Lifecycles(vec![Lifecycle::Phase(Phase::Build)])),
            ..Metadata::default()
        }),
        components: Some(Components(components?)),
        dependencies: Some(Dependencies(dependencies.collect())),
        spec_version: SpecVersion::V1_5,
        ..Bom::default()
    };
    let checked = bom.validate_version(SpecVersion::V1_5);
    if !checked.passed() {
        return Err(anyhow!("the document breaks rules of CycloneDX: {checked:?}"));
    }
    let mut bytes = Vec::new();
    bom.output_as_json_v1_5(&mut bytes)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A UUID of version 8 (RFC 9562): made of the content, so that the same content has the same name.
fn serial(inventory: &Inventory) -> Result<UrnUuid> {
    let names: Vec<&str> = inventory.packages.keys().map(String::as_str).collect();
    let digest = super::digest(&format!("{}\n{}", inventory.created, names.join("\n")));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    let uuid = format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32));
    UrnUuid::new(uuid).map_err(|error| anyhow!("{error:?}"))
}

fn component(purl: &str, package: &Package, classification: Classification) -> Result<Component> {
    let mut component = Component::new(classification, &package.name, &package.version, Some(purl.to_owned()));
    component.purl = Some(purl.parse::<Purl>().map_err(|()| anyhow!("{purl} is no package URL"))?);
    component.scope = Some(Scope::Required);
    component.description = package.description.as_deref().map(NormalizedString::new);
    if let Some(license) = &package.license {
        let expression =
            SpdxExpression::try_from(license.clone()).with_context(|| format!("{}: {license}", package.name))?;
        component.licenses = Some(Licenses(vec![LicenseChoice::Expression(expression)]));
    }
    component.hashes = package
        .checksum
        .as_ref()
        .map(|checksum| Hashes(vec![Hash { alg: HashAlgorithm::SHA_256, content: HashValue(checksum.clone()) }]));
    if let Some(repository) = &package.repository {
        let url = Uri::try_from(repository.clone()).map_err(|error| anyhow!("{repository}: {error}"))?;
        let reference = ExternalReference::new(ExternalReferenceType::Vcs, url);
        component.external_references = Some(ExternalReferences(vec![reference]));
    }
    Ok(component)
}
