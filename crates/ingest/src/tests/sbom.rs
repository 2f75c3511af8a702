//! Bills of materials: what the readers take, on fixtures and on the files of others.

use std::collections::BTreeMap;

use cyclonedx_bom::models::bom::SpecVersion;
use cyclonedx_bom::models::license::{LicenseChoice, LicenseIdentifier};
use cyclonedx_bom::prelude::Bom as OracleBom;
use portcullis_model::{
    Collected, Component, FixState, Health, ProblemCode, Scope, Section, Severity, State, VexStatus,
};
use serde_json::Value;

use super::fixtures::{CYCLONEDX, CYCLONEDX_EXTENSION, CYCLONEDX_XML, SPDX_2, SPDX_2_TAG_VALUE, SPDX_3, SYFT};
use super::real::files;
use super::{codes, health, held, ids, read, read_as};

fn component<'a>(collected: &'a Collected, name: &str) -> &'a Component {
    collected.components.iter().find(|component| component.package.name == name).unwrap()
}

fn names(collected: &Collected) -> Vec<&str> {
    collected.components.iter().map(|component| component.package.name.as_str()).collect()
}

#[test]
fn a_document_gives_its_components_edges_and_makers() {
    for text in [CYCLONEDX, CYCLONEDX_XML] {
        let collected = read(text);
        assert_eq!(codes(&collected), []);
        let bom = &collected.boms[0];
        assert_eq!(
            (bom.family.as_str(), bom.document_version, bom.root.as_deref()),
            ("cyclonedx", Some(2), Some("root"))
        );
        assert_eq!((bom.authors.as_slice(), bom.supplier.as_deref()), (&["Jane Doe".to_owned()][..], Some("Acme")));
        assert_eq!(
            (bom.tools.as_slice(), bom.lifecycles.as_slice()),
            (&["trivy 0.58.1".to_owned()][..], &["build".to_owned()][..])
        );
        assert!(bom.timestamp.is_some() && bom.is_clean && !bom.odd_timestamp);
        let needs = |from: &str| bom.dependencies.iter().find(|(known, _)| **known == *from).unwrap().1.clone();
        assert_eq!((needs("root"), needs("spring")), (vec!["lodash".into()], vec!["asm".into()]));
        assert_eq!(names(&collected).len(), 4);
        let lodash = component(&collected, "lodash");
        assert_eq!(lodash.package.licenses, ["MIT"]);
        assert_eq!((lodash.supplier.as_deref(), lodash.hashes[0].value.as_str()), (Some("OpenJS"), "abcdef"));
        assert_eq!((lodash.package.direct, lodash.package.scope), (Some(true), Scope::Runtime));
        assert_eq!(component(&collected, "spring-core").package.direct, Some(false));
        assert_eq!(collected.reports[0].tool.name, "trivy");
    }
}

#[test]
fn a_purl_of_an_image_is_kept_as_written_beside_the_normal_one() {
    let collected = read(CYCLONEDX);
    let root = component(&collected, "shop");
    assert!(root.is_root);
    assert_eq!(root.package.purl.as_deref(), Some("pkg:oci/shop@sha256:aa"));
    assert!(root.written_purl.as_deref().unwrap().contains("repository_url=ghcr.io%2Facme%2Fshop"));
    assert_eq!(root.distribution.as_deref(), Some("ghcr.io/acme/shop"));
}

#[test]
fn a_vulnerability_is_a_finding_for_each_thing_it_affects() {
    let collected = read(CYCLONEDX);
    assert_eq!(ids(&collected), ["CVE-2021-23337", "CVE-2022-22965", "CVE-2022-22965"]);
    let first = &collected.findings[0];
    assert_eq!(first.severity, Severity::High, "the likelihood is no severity, the highest word counts");
    assert_eq!(first.vulnerability.as_ref().unwrap().scores.len(), 1);
    assert!((first.vulnerability.as_ref().unwrap().epss.as_ref().unwrap().score - 0.25).abs() < f32::EPSILON);
    assert_eq!(first.cwes.iter().copied().collect::<Vec<_>>(), [77, 94]);
    assert!(first.aliases.contains("GHSA-35jh-r3h4-6jhm"));
    let fix = first.fix.as_ref().unwrap();
    assert_eq!((fix.state, fix.versions.as_slice()), (FixState::Fixed, &["4.17.21".to_owned()][..]));
    assert_eq!(first.package.as_ref().unwrap().dependency_path, ["shop sha256:aa", "lodash 4.17.20"]);
    assert_eq!(first.sources[0].pointer, "/vulnerabilities/0/affects/0");
    let named: Vec<_> =
        collected.findings[1..].iter().map(|finding| finding.package.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(named, ["spring-core", "asm"], "by a link into the document, and by the purl");
}

#[test]
fn what_the_document_says_of_the_effect_is_its_state_and_a_statement() {
    let collected = read(CYCLONEDX);
    let finding = &collected.findings[1];
    assert_eq!((finding.state, finding.fix.as_ref().unwrap().state), (State::NotAffected, FixState::WontFix));
    assert_eq!(finding.suppressions[0].justification.as_deref(), Some("code_not_reachable"));
    let said = &collected.vex[0];
    assert_eq!((collected.vex.len(), said.status), (1, VexStatus::NotAffected));
    assert_eq!(said.justification.as_deref(), Some("vulnerable_code_not_in_execute_path"));
    assert_eq!(said.products[1].purl.as_deref(), Some("pkg:maven/org.ow2/asm@9.0"));
    assert_eq!(said.timestamp.unwrap().to_string(), "2026-02-01T00:00:00Z");
    assert_eq!(said.author.as_deref(), Some("Acme"));
}

#[test]
fn not_affected_without_a_reason_stays_open() {
    let text = CYCLONEDX.replace(r#""justification": "code_not_reachable", "detail": "No data binding.", "#, "");
    let collected = read(text);
    assert_eq!(collected.findings[1].state, State::Open);
    assert!(!collected.findings[1].suppressions[0].accepted);
    assert_eq!(codes(&collected), [ProblemCode::LenientValue]);
}

#[test]
fn a_reference_to_nothing_is_told_and_the_finding_stays() {
    let collected = read(CYCLONEDX.replace(r#"{"ref": "lodash", "versions""#, r#"{"ref": "gone", "versions""#));
    assert_eq!(codes(&collected), [ProblemCode::UnresolvedRef]);
    assert_eq!(ids(&collected)[0], "CVE-2021-23337");
    assert!(!collected.boms[0].is_clean);
}

#[test]
fn the_extension_of_old_documents_is_read() {
    let collected = read(CYCLONEDX_EXTENSION);
    assert_eq!(codes(&collected), []);
    let finding = &collected.findings[0];
    assert_eq!((ids(&collected), finding.severity), (vec!["CVE-2020-0001"], Severity::Critical));
    assert_eq!(finding.package.as_ref().unwrap().purl.as_deref(), Some("pkg:npm/a@1"));
    assert_eq!(finding.vulnerability.as_ref().unwrap().scores[0].version, "3.0");
    assert_eq!(finding.remediation.as_deref(), Some("Upgrade"));
}

#[test]
fn an_inventory_of_nothing_is_no_inventory() {
    for text in [
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": []}"#,
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "vulnerabilities": []}"#,
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "metadata": {"component": {"type": "application", "name": "x"}}}"#,
        r#"{"spdxVersion": "SPDX-2.3", "packages": []}"#,
        r#"{"artifacts": [], "descriptor": {"name": "syft"}}"#,
        "<bom xmlns='http://cyclonedx.org/schema/bom/1.4'/>",
    ] {
        let collected = read(text);
        assert!(codes(&collected).contains(&ProblemCode::EmptySbom), "{text}");
        assert_eq!(health(&collected), Health::Error, "{text}");
    }
    let vex = r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "vulnerabilities": [{"id": "CVE-2020-0001", "analysis": {"state": "exploitable"}}]}"#;
    assert_eq!((codes(&read(vex)), read(vex).vex.len()), (vec![], 1));
}

#[test]
fn unknown_versions_are_read_with_a_warning_and_the_next_generation_is_refused() {
    let with =
        |version: &str| read(CYCLONEDX.replace(r#""specVersion": "1.6""#, &format!(r#""specVersion": "{version}""#)));
    assert_eq!((codes(&with("1.9")), health(&with("1.9"))), (vec![ProblemCode::UnsupportedVersion], Health::Warn));
    assert_eq!(held(&with("1.9")), held(&read(CYCLONEDX)));
    assert_eq!((health(&with("2.0")), held(&with("2.0"))), (Health::Error, 0));
}

#[test]
fn a_package_of_pip_audit_is_one_of_python() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "metadata": {"tools": [{"vendor": "CycloneDX", "name": "cyclonedx-python-lib", "version": "5.0"}]},
      "components": [{"type": "library", "bom-ref": "b", "name": "Flask_Login", "version": "0.5"}], "vulnerabilities": [{"id": "PYSEC-2023-62", "affects": [{"ref": "b"}]}]}"#;
    let collected = read(text);
    assert_eq!(collected.components[0].package.purl.as_deref(), Some("pkg:pypi/flask-login@0.5"));
    assert_eq!(collected.findings[0].severity, Severity::Unknown);
}

#[test]
fn a_component_in_a_component_is_read_to_the_depth_that_is_allowed() {
    let nested = |levels: usize| {
        let open = r#"{"type": "library", "name": "x", "components": ["#;
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{}{}]}}"#,
            open.repeat(levels),
            "]}".repeat(levels)
        )
    };
    assert_eq!((read(nested(60)).components.len(), health(&read(nested(60)))), (60, Health::Ok));
    assert!(codes(&read(nested(2_000))).contains(&ProblemCode::TooDeep));
}

#[test]
fn every_beginning_of_an_xml_document_is_an_error_and_keeps_what_it_holds() {
    let mut most = 0;
    for end in (0..CYCLONEDX_XML.len()).filter(|end| CYCLONEDX_XML.is_char_boundary(*end)) {
        let collected = read_as("cyclonedx-xml", &CYCLONEDX_XML[..end]);
        assert_eq!(health(&collected), Health::Error, "{end}");
        assert!(held(&collected) >= most, "{end}");
        most = held(&collected);
    }
    assert_eq!(most, held(&read(CYCLONEDX_XML)));
}

#[test]
fn a_document_type_definition_is_not_followed() {
    let text = CYCLONEDX_XML
        .replacen("<bom", "<!DOCTYPE bom [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><bom", 1)
        .replace("lodash</name>", "&x;</name>");
    assert_eq!(codes(&read(text)), [ProblemCode::UnsupportedVersion]);
}

#[test]
fn packages_of_spdx_are_components() {
    for text in [SPDX_2, SPDX_2_TAG_VALUE, SPDX_3] {
        let collected = read(text);
        assert_eq!(codes(&collected), [], "{text}");
        let bom = &collected.boms[0];
        assert_eq!((bom.family.as_str(), bom.authors.as_slice()), ("spdx", &["Acme".to_owned()][..]));
        assert!(bom.timestamp.is_some() && !bom.tools.is_empty());
        assert!(component(&collected, "shop").is_root);
        let lodash = component(&collected, "lodash");
        assert_eq!(lodash.package.purl.as_deref(), Some("pkg:npm/lodash@4.17.20"));
        assert_eq!((lodash.package.licenses.as_slice(), lodash.package.direct), (&["MIT".to_owned()][..], Some(true)));
        assert_eq!((lodash.hashes[0].algorithm.as_str(), lodash.hashes[0].value.as_str()), ("SHA-256", "abcdef"));
        assert!(lodash.supplier.is_some());
    }
}

#[test]
fn relationships_of_spdx_say_what_a_package_is_for() {
    let collected = read(SPDX_2);
    assert_eq!(component(&collected, "mocha").package.scope, Scope::Development);
    assert_eq!(component(&collected, "mocha").package.licenses, ["NONE"]);
    assert_eq!(component(&collected, "shop").kind, "container");
    assert_eq!(component(&collected, "lodash").end_of_life.unwrap().to_string(), "2026-12-31");
    assert_eq!(component(&collected, "lodash").cpe.as_deref().map(|cpe| &cpe[..8]), Some("cpe:2.3:"));
    assert_eq!(collected.reports[0].tool.version.as_deref(), Some("1.18.0"));
}

#[test]
fn a_line_of_tag_value_that_is_none_is_an_error() {
    let collected = read(SPDX_2_TAG_VALUE.replace("PackageVersion: 1.2", "PackageVer"));
    assert_eq!(codes(&collected), [ProblemCode::DroppedItem]);
    let cut = SPDX_2_TAG_VALUE.find("still none").unwrap();
    assert!(codes(&read(&SPDX_2_TAG_VALUE[..cut])).contains(&ProblemCode::Truncated));
}

#[test]
fn vulnerabilities_in_a_graph_are_findings_of_the_packages_they_are_joined_to() {
    let collected = read(SPDX_3);
    assert_eq!(ids(&collected), ["CVE-2021-23337", "CVE-2020-8203"]);
    assert_eq!((collected.findings[0].severity, collected.findings[0].state), (Severity::High, State::Open));
    assert_eq!((collected.findings[1].severity, collected.findings[1].state), (Severity::Unknown, State::NotAffected));
    assert_eq!(collected.findings[0].package.as_ref().unwrap().name, "lodash");
    assert_eq!(collected.vex[0].justification.as_deref(), Some("vulnerable_code_not_present"));
    assert_eq!(collected.vex[0].products[0].purl.as_deref(), Some("pkg:npm/lodash@4.17.20"));
}

#[test]
fn rdf_is_refused_with_advice() {
    let collected = read("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>");
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::UnsupportedVersion], Health::Error));
    assert!(collected.problems[0].message.contains("as JSON or tag-value"));
}

#[test]
fn artifacts_of_syft_are_components() {
    let collected = read(SYFT);
    assert_eq!(codes(&collected), []);
    assert_eq!(names(&collected), ["shop", "lodash", "curl"]);
    let curl = component(&collected, "curl");
    assert_eq!(
        (curl.package.distro.as_deref(), curl.package.licenses.as_slice()),
        (Some("debian-12"), &["curl".to_owned()][..])
    );
    assert_eq!(component(&collected, "lodash").evidence, ["/app/package-lock.json"]);
    assert!(collected.boms[0].dependencies.contains(&("a1".into(), vec!["a2".into()])));
    assert_eq!(curl.package.direct, None, "an image holds its packages, it does not ask for them");
}

#[test]
fn an_image_that_an_older_syft_describes_as_target_is_the_root() {
    let of = |source: &str| {
        let text = SYFT.replace(r#"{"id": "src", "name": "shop", "version": "1.2", "type": "image"}"#, source);
        let collected = read(text);
        let artifact = collected.reports[0].artifact.clone().unwrap();
        (names(&collected)[0].to_owned(), artifact.name.clone(), artifact.digest.clone())
    };
    let target = r#""target": {"userInput": "acme/shop:1.2", "imageID": "sha256:aa", "manifestDigest": "sha256:bb", "tags": ["acme/shop:1.2"], "layers": []}"#;
    let image = ("acme/shop:1.2".to_owned(), "acme/shop:1.2 sha256:bb".to_owned(), Some("sha256:bb".to_owned()));
    assert_eq!(of(&format!(r#"{{"type": "image", {target}}}"#)), image);
    assert_eq!(of(&format!(r#"{{"id": "src", "type": "image", {target}}}"#)), image, "schemas from 3 on have an id");
    let directory = of(r#"{"id": "src", "type": "directory", "target": "/srv/shop"}"#);
    assert_eq!(directory, ("/srv/shop".to_owned(), "/srv/shop".to_owned(), None));
}

#[test]
fn a_vulnerability_list_is_evidence_also_when_it_is_empty() {
    let with =
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "x"}], "vulnerabilities": []}"#;
    let sections = |text: &str| read(text).check_runs.iter().map(|run| run.section).collect::<Vec<_>>();
    assert_eq!(sections(with), [Section::Vulnerabilities, Section::Sbom]);
    assert_eq!(sections(&with.replace(r#", "vulnerabilities": []"#, "")), [Section::Sbom]);
}

/// Purls and licences of every component below a list, by the plain document.
fn plain(components: &Value, into: &mut Vec<String>) {
    for part in components.as_array().into_iter().flatten() {
        into.push(part["purl"].as_str().unwrap_or_default().to_owned());
        plain(&part["components"], into);
    }
}

#[test]
fn every_valid_cyclonedx_document_is_read_with_every_component() {
    for (name, bytes) in files("cyclonedx").into_iter().flatten() {
        let collected = read(&bytes);
        assert!(collected.reports[0].format.starts_with("cyclonedx-"), "{name}");
        let others = codes(&collected).into_iter().filter(|code| *code != ProblemCode::EmptySbom);
        let known =
            others.filter(|code| !(*code == ProblemCode::LenientValue && name.contains("vulnerability-1.4.xml")));
        assert_eq!(known.collect::<Vec<_>>(), [], "{name}: {:?}", collected.problems);
        if let Ok(document) = serde_json::from_slice::<Value>(&bytes) {
            let mut expected = Vec::new();
            plain(&Value::Array(vec![document["metadata"]["component"].clone()]), &mut expected);
            if document["metadata"]["component"].is_null() {
                expected.clear();
            }
            plain(&document["components"], &mut expected);
            assert_eq!(collected.components.len(), expected.len(), "{name}");
        }
    }
}

#[test]
fn a_document_says_the_same_as_json_and_as_xml() {
    let all: BTreeMap<String, Vec<u8>> = files("cyclonedx").into_iter().flatten().collect();
    let mut compared = 0;
    for (name, json) in all.iter().filter(|(_, bytes)| bytes.starts_with(b"{")) {
        let Some(xml) = all.get(&name.replace(".json", ".xml")) else { continue };
        let said = |bytes: &[u8]| {
            let collected = read(bytes);
            let parts = collected.components.iter().map(|component| {
                let package = &component.package;
                (
                    package.name.clone(),
                    package.version.clone(),
                    package.purl.clone(),
                    component.kind.clone(),
                    component.hashes.len(),
                )
            });
            let bom = &collected.boms[0];
            (
                parts.collect::<Vec<_>>(),
                bom.tools.len(),
                bom.authors.len(),
                bom.timestamp.is_some(),
                ids(&collected).len(),
                collected.vex.len(),
            )
        };
        // In these the project's own examples of the two forms are not the same.
        if !["1.2__valid-bom", "1.2__valid-license-expression", "1.3__valid-license-name"]
            .iter()
            .any(|known| name.contains(known))
        {
            assert_eq!(said(json), said(xml), "{name}");
        }
        compared += 1;
    }
    assert!(all.is_empty() || compared > 40, "only {compared} pairs");
}

/// What the reader of the format's own project finds: purl and licences of every component.
fn oracle(bom: &OracleBom) -> Vec<(String, Vec<String>)> {
    fn walk(component: &cyclonedx_bom::models::component::Component, into: &mut Vec<(String, Vec<String>)>) {
        let licenses = component.licenses.iter().flat_map(|licenses| &licenses.0).map(|choice| match choice {
            LicenseChoice::Expression(expression) => expression.to_string(),
            LicenseChoice::License(license) => match &license.license_identifier {
                LicenseIdentifier::SpdxId(id) => id.to_string(),
                LicenseIdentifier::Name(name) => name.to_string(),
            },
        });
        let purl = component.purl.as_ref().map(ToString::to_string).unwrap_or_default();
        into.push((purl, licenses.collect()));
        component.components.iter().flat_map(|components| &components.0).for_each(|inner| walk(inner, into));
    }
    let mut all = Vec::new();
    let root = bom.metadata.as_ref().and_then(|metadata| metadata.component.as_ref());
    let listed = bom.components.iter().flat_map(|components| &components.0);
    root.into_iter().chain(listed).for_each(|component| walk(component, &mut all));
    all
}

#[test]
fn the_library_of_the_format_reads_the_same_components() {
    let mut compared = 0;
    for (name, bytes) in files("cyclonedx").into_iter().flatten() {
        let Some(version) = ["1.3", "1.4", "1.5"].into_iter().find(|version| name.contains(&format!("__{version}__")))
        else {
            continue;
        };
        let version: SpecVersion = version.parse().unwrap();
        let bom = if bytes.starts_with(b"{") {
            OracleBom::parse_from_json_with_version(bytes.as_slice(), version).ok()
        } else {
            OracleBom::parse_from_xml_with_version(bytes.as_slice(), version).ok()
        };
        let Some(bom) = bom else { continue };
        let collected = read(&bytes);
        let found: Vec<_> = collected
            .components
            .iter()
            .map(|component| {
                let written = component.written_purl.clone().or_else(|| component.invalid_purl.clone());
                (
                    written.or_else(|| component.package.purl.clone()).unwrap_or_default(),
                    component.package.licenses.clone(),
                )
            })
            .collect();
        let normal = |purl: &str| purl.split(['?', '#']).next().unwrap_or_default().to_owned();
        let expected: Vec<_> = oracle(&bom).into_iter().map(|(purl, licenses)| (normal(&purl), licenses)).collect();
        let found: Vec<_> = found.into_iter().map(|(purl, licenses)| (normal(&purl), licenses)).collect();
        assert_eq!(found, expected, "{name}");
        compared += 1;
    }
    assert!(compared == 0 || compared > 60, "only {compared} files compared");
}

#[test]
fn every_spdx_document_is_read_with_every_package() {
    for (name, bytes) in files("spdx").into_iter().flatten() {
        let collected = read(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let expected = match serde_json::from_slice::<Value>(&bytes) {
            Ok(document) => match document["@graph"].as_array() {
                Some(graph) => graph
                    .iter()
                    .filter(|element| element["type"].as_str().is_some_and(|class| class.ends_with("Package")))
                    .count(),
                None => document["packages"].as_array().map_or(0, Vec::len),
            },
            Err(_) => text.lines().filter(|line| line.starts_with("PackageName:")).count(),
        };
        assert_eq!(collected.components.len(), expected, "{name}");
        let bad: Vec<_> = collected
            .problems
            .iter()
            .filter(|problem| problem.health == Health::Error && problem.code != ProblemCode::EmptySbom)
            .collect();
        assert!(bad.is_empty(), "{name}: {bad:?}");
    }
}

#[test]
fn findings_in_real_bills_of_materials_are_counted_as_a_plain_count_counts_them() {
    let mut compared = 0;
    for (name, bytes) in ["defectdojo", "trivy"].into_iter().filter_map(files).flatten() {
        let collected = read(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let expected = match collected.reports[0].format.as_str() {
            "cyclonedx-json" => {
                let document: Value = serde_json::from_slice(&bytes).unwrap();
                let all = document["vulnerabilities"].as_array().cloned().unwrap_or_default();
                all.iter().map(|one| one["affects"].as_array().map_or(1, |affects| affects.len().max(1))).sum()
            }
            "cyclonedx-xml" => {
                let old = text.matches("<v:vulnerability ").count() + text.matches("<v:vulnerability>").count();
                old + text.matches("<target>").count()
            }
            _ => continue,
        };
        assert_eq!(collected.findings.len(), expected, "{name}");
        assert!(!codes(&collected).contains(&ProblemCode::UnresolvedRef), "{name}: {:?}", collected.problems);
        compared += 1;
    }
    assert!(compared == 0 || compared > 10, "only {compared} files compared");
}
