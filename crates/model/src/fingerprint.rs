//! Stable identity of findings (spec/ingest.md 7): the same weakness keeps its fingerprint when texts, severities or lines change.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{Finding, Kind, purl};

/// Gives every finding its fingerprints. Ordinals are counted in the order of lines, so the findings may come in any order;
/// call it again after a merge, because canonical ids change there.
pub fn assign(findings: &mut [Finding]) {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by(|one, two| match (findings.get(*one), findings.get(*two)) {
        (Some(one), Some(two)) => position(one).cmp(&position(two)),
        _ => std::cmp::Ordering::Equal,
    });
    let mut ordinals: BTreeMap<Vec<String>, u32> = BTreeMap::new();
    for index in order {
        let Some(finding) = findings.get_mut(index) else { continue };
        let mut fields = fields(finding);
        if has_ordinal(finding.kind) {
            let ordinal = ordinals.entry(fields.clone()).or_default();
            fields.push(ordinal.to_string());
            *ordinal += 1;
        }
        finding.fingerprint = digest(fields.iter().map(String::as_str));
        finding.location_fingerprint = digest([finding.fingerprint.as_str(), &line(finding), &column(finding)]);
    }
}

/// Kinds of which several may stand in one place with otherwise equal fields.
const fn has_ordinal(kind: Kind) -> bool {
    matches!(kind, Kind::Misconfiguration | Kind::Code | Kind::Quality)
}

fn fields(finding: &Finding) -> Vec<String> {
    let path = finding.path().to_owned();
    let package = finding.package.as_deref();
    let purl = || {
        let purl = package.and_then(|package| package.purl.as_deref());
        purl::with_normal_version(purl.unwrap_or_default()).into_owned()
    };
    match finding.kind {
        Kind::Vulnerability | Kind::Malware | Kind::Outdated => {
            let package = package.cloned().unwrap_or_default();
            let version = package.version.unwrap_or_default();
            let version = purl::normal_version(&package.ecosystem, &version).to_owned();
            vec![
                "vuln".to_owned(),
                finding.id.clone(),
                package.ecosystem,
                package.namespace.unwrap_or_default(),
                package.name,
                version,
                artifact_scope(finding),
            ]
        }
        Kind::Misconfiguration => {
            vec!["misconf".to_owned(), finding.rule_id.clone(), path, place_in_file(finding)]
        }
        Kind::Code | Kind::Quality => {
            vec![
                "code".to_owned(),
                finding.tool().to_ascii_lowercase(),
                finding.rule_id.clone(),
                path,
                context_hash(&finding.identity, &finding.message),
            ]
        }
        Kind::Secret => {
            let secret = finding.secret.as_ref().and_then(|secret| secret.secret_hash.clone());
            let what = secret.unwrap_or_else(|| context_hash(&finding.identity, &finding.message));
            vec!["secret".to_owned(), finding.rule_id.clone(), path, what]
        }
        Kind::License => {
            let license = finding.license.as_deref();
            let expression = license.and_then(|license| license.expression.clone().or_else(|| license.name.clone()));
            vec!["license".to_owned(), purl(), expression.unwrap_or_else(|| finding.id.clone()), path]
        }
        Kind::Sbom | Kind::Package => {
            let bom_ref = package.and_then(|package| package.bom_ref.clone());
            let kind = if finding.kind == Kind::Sbom { "sbom" } else { "package" };
            vec![kind.to_owned(), finding.rule_id.clone(), purl(), bom_ref.unwrap_or_default(), path]
        }
    }
}

/// Manifest or lock file where known, else the artifact without tag and digest.
fn artifact_scope(finding: &Finding) -> String {
    if !finding.path().is_empty() {
        return finding.path().to_owned();
    }
    let Some(artifact) = finding.artifact.as_deref() else { return String::new() };
    let name = artifact.name.split('@').next().unwrap_or_default();
    match name.rfind(':') {
        // A colon before the last `/` is the port of a registry.
        Some(colon) if !name.get(colon..).unwrap_or_default().contains('/') => name.get(..colon).unwrap_or(name),
        _ => name,
    }
    .to_owned()
}

fn place_in_file(finding: &Finding) -> String {
    if !finding.identity.is_empty() {
        return finding.identity.clone();
    }
    finding.primary().and_then(|location| location.resource.clone()).unwrap_or_default()
}

/// SHA-256 of the flagged text without white space; without one, of the message with digits replaced.
fn context_hash(context: &str, message: &str) -> String {
    let text: String = if context.is_empty() {
        message.chars().map(|char| if char.is_ascii_digit() { '#' } else { char }).collect()
    } else {
        context.chars().filter(|char| !char.is_whitespace()).collect()
    };
    hex(&Sha256::digest(text.as_bytes()))
}

fn position(finding: &Finding) -> (u64, u32, u32) {
    let place = finding.primary();
    (
        place.and_then(|place| place.start_byte).unwrap_or_default(),
        place.and_then(|place| place.start_line).unwrap_or_default(),
        place.and_then(|place| place.start_col).unwrap_or_default(),
    )
}

fn line(finding: &Finding) -> String {
    finding.primary().and_then(|place| place.start_line).map(|line| line.to_string()).unwrap_or_default()
}

fn column(finding: &Finding) -> String {
    finding.primary().and_then(|place| place.start_col).map(|column| column.to_string()).unwrap_or_default()
}

fn digest<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            hasher.update([0x1f]);
        }
        hasher.update(field.as_bytes());
    }
    format!("v1:{}", hex(hasher.finalize().get(..16).unwrap_or_default()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Package, Severity};

    fn unpinned(line: u32) -> Finding {
        Finding {
            rule_id: "gha/unpinned-uses".to_owned(),
            identity: "jobs.build.steps[uses=actions/checkout]".to_owned(),
            locations: vec![Location { start_col: Some(9), ..Location::line(".github/workflows/ci.yml", line) }],
            ..Finding::default()
        }
    }

    fn fingerprint(finding: &Finding) -> String {
        let mut findings = [finding.clone()];
        assign(&mut findings);
        let [finding] = findings;
        finding.fingerprint
    }

    #[test]
    fn moving_a_line_keeps_the_fingerprint_and_changes_the_location_fingerprint() {
        let mut one = [unpinned(10)];
        let mut two = [unpinned(99)];
        assign(&mut one);
        assign(&mut two);
        assert_eq!(one[0].fingerprint, two[0].fingerprint);
        assert_ne!(one[0].location_fingerprint, two[0].location_fingerprint);
    }

    #[test]
    fn severity_title_and_description_are_no_part_of_it() {
        let plain = unpinned(1);
        let mut rated = unpinned(1);
        rated.severity = Severity::Critical;
        rated.title = "other".to_owned();
        rated.description = "other".to_owned();
        assert_eq!(fingerprint(&plain), fingerprint(&rated));
    }

    #[test]
    fn equal_findings_are_numbered_by_line_whatever_order_they_come_in() {
        let mut forward = [unpinned(3), unpinned(7)];
        let mut backward = [unpinned(7), unpinned(3)];
        assign(&mut forward);
        assign(&mut backward);
        assert_ne!(forward[0].fingerprint, forward[1].fingerprint);
        assert_eq!(forward[0].fingerprint, backward[1].fingerprint);
        assert_eq!(forward[1].fingerprint, backward[0].fingerprint);
    }

    #[test]
    fn versions_of_go_are_the_same_with_and_without_their_letter() {
        let of = |kind: Kind, ecosystem: &str, version: &str| {
            let package = Package {
                purl: Some(format!("pkg:{ecosystem}/example.org/v@{version}")),
                ecosystem: ecosystem.to_owned(),
                name: "v".to_owned(),
                version: Some(version.to_owned()),
                ..Package::default()
            };
            fingerprint(&Finding { kind, package: Some(Box::new(package)), ..Finding::default() })
        };
        for kind in [Kind::Vulnerability, Kind::Outdated, Kind::License, Kind::Sbom, Kind::Package] {
            assert_eq!(of(kind, "golang", "1.2.3"), of(kind, "golang", "v1.2.3"), "{kind:?}");
            assert_ne!(of(kind, "generic", "1.2.3"), of(kind, "generic", "v1.2.3"), "{kind:?}");
        }
    }

    #[test]
    fn an_image_tag_is_no_part_of_the_identity_of_a_vulnerability_but_the_registry_port_is() {
        let of_image = |name: &str| Finding {
            kind: Kind::Vulnerability,
            id: "CVE-2024-1".to_owned(),
            package: Some(Box::new(Package { name: "openssl".to_owned(), ..Package::default() })),
            artifact: Some(std::sync::Arc::new(crate::Artifact {
                name: name.to_owned(),
                ..crate::Artifact::default()
            })),
            ..Finding::default()
        };
        assert_eq!(fingerprint(&of_image("host:5000/shop:1")), fingerprint(&of_image("host:5000/shop:2")));
        assert_ne!(fingerprint(&of_image("host:5000/shop")), fingerprint(&of_image("host:5001/shop")));
    }
}
