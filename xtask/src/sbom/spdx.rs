//! SPDX 2.3 as JSON.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Inventory, Package};

/// The document, with a final line break.
pub(super) fn document(inventory: &Inventory) -> Result<Vec<u8>> {
    let ids: BTreeMap<&str, String> =
        inventory.packages.iter().map(|(purl, package)| (purl.as_str(), id(package))).collect();
    let id_of = |purl: &str| ids.get(purl).with_context(|| purl.to_owned());
    let mut relationships = vec![relationship("SPDXRef-DOCUMENT", "DESCRIBES", id_of(&inventory.program)?)];
    for (purl, package) in &inventory.packages {
        for below in &package.dependencies {
            relationships.push(relationship(id_of(purl)?, "DEPENDS_ON", id_of(below)?));
        }
    }
    let packages: Vec<Value> = inventory.packages.iter().map(|(purl, package)| described(purl, package)).collect();
    let version = &inventory.package(&inventory.program)?.version;
    let digest = super::digest(&Value::from(packages.clone()).to_string());
    let document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": format!("portcullis-{version}"),
        "documentNamespace": format!("https://github.com/portcullis-gate/portcullis/spdx/{version}/{digest}"),
        "creationInfo": {
            "created": inventory.created.to_string(),
            "creators": ["Organization: portcullis-gate", format!("Tool: portcullis-xtask-{version}")],
        },
        "packages": packages,
        "relationships": relationships,
    });
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Letters, digits, dot and hyphen are all an id may hold.
fn id(package: &Package) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|char| if char.is_ascii_alphanumeric() || char == '.' { char } else { '-' }).collect()
    };
    format!("SPDXRef-Package-{}-{}", plain(&package.name), plain(&package.version))
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

fn described(purl: &str, package: &Package) -> Value {
    let checksums: Vec<Value> =
        package.checksum.iter().map(|checksum| json!({ "algorithm": "SHA256", "checksumValue": checksum })).collect();
    let download = match &package.checksum {
        Some(_) => format!("https://static.crates.io/crates/{0}/{0}-{1}.crate", package.name, package.version),
        None => format!("git+https://github.com/portcullis-gate/portcullis@v{}", package.version),
    };
    let license = package.license.as_deref().unwrap_or("NOASSERTION");
    let mut value = json!({
        "SPDXID": id(package),
        "name": package.name,
        "versionInfo": package.version,
        "downloadLocation": download,
        "filesAnalyzed": false,
        "licenseDeclared": license,
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "supplier": "NOASSERTION",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": purl,
        }],
    });
    if let Some(fields) = value.as_object_mut()
        && !checksums.is_empty()
    {
        fields.insert("checksums".to_owned(), checksums.into());
    }
    value
}
