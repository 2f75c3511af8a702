//! What single tools write into the texts of SARIF because the standard has no place for it: packages and versions.

use std::sync::LazyLock;

use portcullis_model::{Fix, FixState, Package};
use regex::Regex;

use crate::package_url;

/// The lines of a message of Trivy's.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TrivyText {
    pub(super) package: Option<String>,
    pub(super) installed: Option<String>,
    pub(super) fixed: Option<String>,
    pub(super) severity: Option<String>,
}

impl TrivyText {
    pub(super) fn of(message: &str) -> Self {
        let mut text = Self::default();
        for (name, value) in message.lines().take(20).filter_map(|line| line.split_once(": ")) {
            let member = match name.trim() {
                "Package" => &mut text.package,
                "Installed Version" => &mut text.installed,
                "Fixed Version" => &mut text.fixed,
                "Severity" => &mut text.severity,
                _ => continue,
            };
            *member = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        }
        text
    }

    fn into_named(self) -> Option<Named> {
        let package = package_url::named("", &self.package?, self.installed.as_deref());
        Some(Named { package, fixed: self.fixed })
    }
}

/// A package a text names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) package: Package,
    pub(super) fixed: Option<String>,
}

impl Named {
    pub(super) fn fix(&self) -> Fix {
        match &self.fixed {
            Some(fixed) => Fix {
                state: FixState::Fixed,
                versions: fixed.split(", ").map(str::to_owned).collect(),
                available_since: None,
            },
            None => Fix::default(),
        }
    }
}

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static GRYPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"vulnerability in (?<kind>[\w-]+) package: (?<name>\S+), version (?<version>\S+) was found").unwrap()
});

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static OSV: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Package '(?<name>[^']+)@(?<version>[^'@]+)' is vulnerable to").unwrap());

/// The package a message is about.
pub(super) fn package_in(tool: &str, message: &str) -> Option<Named> {
    match tool {
        "trivy" => TrivyText::of(message).into_named(),
        "grype" => {
            let found = GRYPE.captures(message)?;
            let ecosystem = ecosystem_of_grype(found.name("kind")?.as_str());
            let version = found.name("version").map(|version| version.as_str());
            let package = package_url::named(ecosystem, found.name("name")?.as_str(), version);
            Some(Named { package, fixed: None })
        }
        "osv-scanner" => {
            let found = OSV.captures(message)?;
            let version = found.name("version").map(|version| version.as_str());
            let package = package_url::named("", found.name("name")?.as_str(), version);
            Some(Named { package, fixed: None })
        }
        _ => None,
    }
}

fn ecosystem_of_grype(kind: &str) -> &'static str {
    match kind {
        "python" => "pypi",
        "go-module" => "golang",
        "java-archive" => "maven",
        "rust-crate" => "cargo",
        "npm" => "npm",
        "gem" => "gem",
        "deb" => "deb",
        "rpm" => "rpm",
        "apk" => "apk",
        "dotnet" => "nuget",
        "php-composer" => "composer",
        "github-action" => "github",
        _ => "generic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivys_lines_are_read() {
        let message = "Package: libssl\nInstalled Version: 1.1.1c\nVulnerability CVE-1\nSeverity: MEDIUM\nFixed Version: 1.1.1d, 1.1.2";
        let named = package_in("trivy", message).unwrap();
        assert_eq!((named.package.name.as_str(), named.package.version.as_deref()), ("libssl", Some("1.1.1c")));
        assert_eq!(named.fix().versions, ["1.1.1d", "1.1.2"]);
        assert_eq!(TrivyText::of(message).severity.as_deref(), Some("MEDIUM"));
    }

    #[test]
    fn grypes_and_osvs_sentences_name_the_package() {
        let grype = "A high vulnerability in python package: Jinja2, version 2.4.1 was found at: /requirements.txt";
        assert_eq!(package_in("grype", grype).unwrap().package.purl.as_deref(), Some("pkg:pypi/jinja2@2.4.1"));
        let osv = "Package '@scope/x@1.2.3' is vulnerable to 'GHSA-x' (also known as 'CVE-1').";
        assert_eq!(package_in("osv-scanner", osv).unwrap().package.version.as_deref(), Some("1.2.3"));
    }
}
