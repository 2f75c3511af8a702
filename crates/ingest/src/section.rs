//! Which kind a tool's findings are when the format does not say, and which section of the policy judges them
//! (spec/ingest.md 4 and 4.1).

use portcullis_model::{Kind, Section};

/// A tool whose name says what its findings are. Names are compared in lower case without spaces, `-` and `_`, by prefix.
struct Known {
    prefix: &'static str,
    /// The name findings carry, whatever edition of the tool wrote the report.
    name: &'static str,
    kind: Kind,
    /// For misconfigurations: what the tool looks at.
    section: Section,
}

const fn secret(prefix: &'static str, name: &'static str) -> Known {
    Known { prefix, name, kind: Kind::Secret, section: Section::Secrets }
}

const fn vulnerability(prefix: &'static str, name: &'static str) -> Known {
    Known { prefix, name, kind: Kind::Vulnerability, section: Section::Vulnerabilities }
}

const fn misconfiguration(prefix: &'static str, name: &'static str, section: Section) -> Known {
    Known { prefix, name, kind: Kind::Misconfiguration, section }
}

const fn code(prefix: &'static str, name: &'static str) -> Known {
    Known { prefix, name, kind: Kind::Code, section: Section::Code }
}

const KNOWN: [Known; 51] = [
    secret("gitleaks", "gitleaks"),
    secret("betterleaks", "betterleaks"),
    secret("trufflehog", "trufflehog"),
    secret("detectsecrets", "detect-secrets"),
    secret("kingfisher", "kingfisher"),
    secret("ggshield", "ggshield"),
    secret("noseyparker", "noseyparker"),
    secret("secretlint", "secretlint"),
    secret("whispers", "whispers"),
    vulnerability("grype", "grype"),
    vulnerability("osvscanner", "osv-scanner"),
    vulnerability("dependencycheck", "dependency-check"),
    vulnerability("snykopensource", "snyk"),
    vulnerability("snykcontainer", "snyk"),
    vulnerability("npmaudit", "npm-audit"),
    vulnerability("pipaudit", "pip-audit"),
    vulnerability("cargoaudit", "cargo-audit"),
    vulnerability("govulncheck", "govulncheck"),
    vulnerability("retirejs", "retire-js"),
    misconfiguration("checkov", "checkov", Section::Misconfigurations),
    misconfiguration("kics", "kics", Section::Misconfigurations),
    misconfiguration("terrascan", "terrascan", Section::Misconfigurations),
    misconfiguration("tfsec", "tfsec", Section::Misconfigurations),
    misconfiguration("kubelinter", "kube-linter", Section::Manifests),
    misconfiguration("kubescape", "kubescape", Section::Manifests),
    misconfiguration("kubescore", "kube-score", Section::Manifests),
    misconfiguration("hadolint", "hadolint", Section::Dockerfiles),
    misconfiguration("dockle", "dockle", Section::Dockerfiles),
    misconfiguration("zizmor", "zizmor", Section::Workflows),
    misconfiguration("actionlint", "actionlint", Section::Workflows),
    misconfiguration("poutine", "poutine", Section::Workflows),
    misconfiguration("octoscan", "octoscan", Section::Workflows),
    misconfiguration("conftest", "conftest", Section::Misconfigurations),
    misconfiguration("polaris", "polaris", Section::Manifests),
    misconfiguration("datree", "datree", Section::Manifests),
    misconfiguration("promtool", "promtool", Section::Alerts),
    misconfiguration("pint", "pint", Section::Alerts),
    code("codeql", "codeql"),
    code("semgrep", "semgrep"),
    code("snykcode", "snyk"),
    code("bandit", "bandit"),
    code("gosec", "gosec"),
    code("flawfinder", "flawfinder"),
    code("spotbugs", "spotbugs"),
    code("njsscan", "njsscan"),
    code("mobsfscan", "mobsfscan"),
    code("brakeman", "brakeman"),
    code("psalm", "psalm"),
    code("clippy", "clippy"),
    code("eslint", "eslint"),
    // Its rules carry the kind as a tag; this is what an untagged rule counts as.
    vulnerability("trivy", "trivy"),
];

fn known(tool: &str) -> Option<&'static Known> {
    let name: String =
        tool.chars().filter(|char| !matches!(char, ' ' | '-' | '_' | '.')).flat_map(char::to_lowercase).collect();
    KNOWN.iter().find(|known| name.starts_with(known.prefix))
}

/// The kind of every finding of this tool, where its name says it.
pub(crate) fn kind_of_tool(tool: &str) -> Option<Kind> {
    known(tool).map(|known| known.kind)
}

/// The name findings carry: `semgrep` for `Semgrep OSS`; of other tools their own in lower case with `-` for spaces.
pub(crate) fn tool_name(tool: &str) -> String {
    match known(tool) {
        Some(known) => known.name.to_owned(),
        None => tool.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase(),
    }
}

/// The section that judges a finding.
pub(crate) fn section_of(kind: Kind, tool: &str, path: &str) -> Section {
    match kind {
        Kind::Vulnerability | Kind::Malware | Kind::Outdated => Section::Vulnerabilities,
        Kind::Secret => Section::Secrets,
        Kind::License => Section::Licenses,
        Kind::Sbom => Section::Sbom,
        Kind::Package => Section::Packages,
        Kind::Quality => Section::Quality,
        Kind::Code => Section::Code,
        Kind::Misconfiguration => match known(tool).map(|known| known.section) {
            Some(section) if section != Section::Misconfigurations && section != Section::Vulnerabilities => section,
            _ => section_of_file(path),
        },
    }
}

/// The section of the kind of file a path names; content is not looked at.
fn section_of_file(path: &str) -> Section {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let is_yaml = has_extension(name, &["yml", "yaml"]);
    let stem = name.split('.').next().unwrap_or_default();
    if is_yaml && (lower.starts_with(".github/") || lower.contains("/.github/") || stem == "action") {
        Section::Workflows
    } else if stem == "dockerfile" || stem == "containerfile" || has_extension(name, &["dockerfile"]) {
        Section::Dockerfiles
    } else if is_yaml && (stem.starts_with("docker-compose") || stem.starts_with("compose")) {
        Section::Compose
    } else {
        Section::Misconfigurations
    }
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_of_a_tool_are_one_tool() {
        assert_eq!(tool_name("Semgrep OSS"), "semgrep");
        assert_eq!(tool_name("osv-scanner"), tool_name("OSV_Scanner v2"));
        assert_eq!(tool_name("Shell Script Analysis"), "shell-script-analysis");
    }

    #[test]
    fn a_misconfiguration_belongs_to_what_its_tool_looks_at_else_to_its_file() {
        let section = |tool, path| section_of(Kind::Misconfiguration, tool, path);
        assert_eq!(section("zizmor", "x"), Section::Workflows);
        assert_eq!(section("checkov", ".github/workflows/ci.yml"), Section::Workflows);
        assert_eq!(section("trivy", "deploy/Dockerfile.prod"), Section::Dockerfiles);
        assert_eq!(section("trivy", "docker-compose.dev.yml"), Section::Compose);
        assert_eq!(section("trivy", "main.tf"), Section::Misconfigurations);
    }
}
