//! CycloneDX 1.5, a document of components and vulnerabilities with their analysis.

use std::collections::BTreeSet;

use cyclonedx_bom::external_models::date_time::DateTime;
use cyclonedx_bom::external_models::normalized_string::NormalizedString;
use cyclonedx_bom::external_models::uri::Purl;
use cyclonedx_bom::models::bom::{Bom, SpecVersion, UrnUuid};
use cyclonedx_bom::models::component::{Classification, Component, Components};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::models::property::{Properties, Property};
use cyclonedx_bom::models::tool::{Tool, Tools};
use cyclonedx_bom::models::vulnerability::{Vulnerabilities, Vulnerability};
use cyclonedx_bom::models::vulnerability_analysis::{
    ImpactAnalysisJustification, ImpactAnalysisResponse, ImpactAnalysisState, VulnerabilityAnalysis,
};
use cyclonedx_bom::models::vulnerability_target::{VulnerabilityTarget, VulnerabilityTargets};

use super::{Justification, VexFrame, VexStatement, detail, digest, moment};

/// The document, with a final line break. What is accepted is `exploitable` with the response `will_not_fix`.
pub fn cyclonedx_vex(statements: &[VexStatement], frame: &VexFrame) -> Result<Vec<u8>, String> {
    let packages: BTreeSet<&String> = statements.iter().flat_map(|statement| &statement.packages).collect();
    let mut vulnerabilities = Vec::new();
    for statement in statements {
        vulnerabilities.push(vulnerability(statement)?);
    }
    let bom = Bom {
        serial_number: Some(serial(&digest(statements, frame))?),
        metadata: Some(Metadata {
            timestamp: Some(date_time(frame.timestamp.to_string())?),
            tools: Some(Tools::List(vec![Tool::new("portcullis", "portcullis", &frame.version)])),
            ..Metadata::default()
        }),
        components: Some(Components(packages.into_iter().map(|purl| component(purl)).collect())),
        vulnerabilities: Some(Vulnerabilities(vulnerabilities)),
        spec_version: SpecVersion::V1_5,
        ..Bom::default()
    };
    let mut bytes = Vec::new();
    bom.output_as_json_v1_5(&mut bytes).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn date_time(text: String) -> Result<DateTime, String> {
    DateTime::try_from(text).map_err(|error| error.to_string())
}

/// A UUID of version 8 (RFC 9562): made of the content, so that the same content has the same name.
fn serial(digest: &str) -> Result<UrnUuid, String> {
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    let uuid = format!("urn:uuid:{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32));
    UrnUuid::new(uuid).map_err(|error| format!("{error:?}"))
}

fn component(purl: &str) -> Component {
    let bare = purl.split(['?', '#']).next().unwrap_or(purl);
    let path = bare.strip_prefix("pkg:").and_then(|rest| rest.split_once('/')).map_or(bare, |(_, path)| path);
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let (name, version) = match path.get(start..).and_then(|last| last.find('@')).filter(|at| *at > 0) {
        Some(at) => path.split_at(start + at),
        None => (path, ""),
    };
    let version = version.trim_start_matches('@');
    let mut component =
        Component::new(Classification::Library, &name.replace("%40", "@"), version, Some(purl.to_owned()));
    component.version = (!version.is_empty()).then(|| NormalizedString::new(version));
    component.purl = purl.parse::<Purl>().ok();
    component
}

fn vulnerability(statement: &VexStatement) -> Result<Vulnerability, String> {
    let (state, justification, responses) = match statement.not_affected {
        Some(reason) => (ImpactAnalysisState::NotAffected, Some(word(reason)), None),
        None => (ImpactAnalysisState::Exploitable, None, Some(vec![ImpactAnalysisResponse::WillNotFix])),
    };
    let first_issued = statement.created.map(moment).map(date_time).transpose()?;
    let targets = statement.packages.iter().map(|purl| VulnerabilityTarget { bom_ref: purl.clone(), versions: None });
    let property = |name: &str, value: &str| Property::new(format!("portcullis:{name}"), value);
    let mut properties = vec![property("exception", &statement.exception)];
    properties.extend(statement.aliases.iter().map(|alias| property("alias", alias)));
    properties.extend(statement.expires.map(|day| property("expires", &day.to_string())));
    let mut vulnerability = Vulnerability::new(Some(format!("{}/{}", statement.exception, statement.advisory)));
    vulnerability.id = Some(NormalizedString::new(&statement.advisory));
    vulnerability.vulnerability_analysis = Some(VulnerabilityAnalysis {
        state: Some(state),
        justification,
        responses,
        detail: Some(detail(statement)),
        first_issued,
        last_updated: None,
    });
    vulnerability.vulnerability_targets = Some(VulnerabilityTargets(targets.collect()));
    vulnerability.properties = Some(Properties(properties));
    Ok(vulnerability)
}

/// The nearest word of CycloneDX, which has others.
const fn word(justification: Justification) -> ImpactAnalysisJustification {
    match justification {
        Justification::ComponentNotPresent | Justification::VulnerableCodeNotPresent => {
            ImpactAnalysisJustification::CodeNotPresent
        }
        Justification::VulnerableCodeNotInExecutePath => ImpactAnalysisJustification::CodeNotReachable,
        Justification::VulnerableCodeCannotBeControlledByAdversary => {
            ImpactAnalysisJustification::ProtectedByMitigatingControl
        }
        Justification::InlineMitigationsAlreadyExist => ImpactAnalysisJustification::ProtectedAtRuntime,
    }
}
