//! `.grype.yaml`: the rules below `ignore`.

use portcullis_model::{FixState, Glob};

use super::entry::{Criterion, Reach, WEAKNESSES};
use super::pattern::{NamePattern, anchored};
use super::reading::{Reading, Terms, Told, quoted};
use super::value::Value;
use crate::package_url::ecosystem_of;

/// The configuration of Grype.
const KEYS: [&str; 37] = [
    "add-cpes-if-none",
    "alerts",
    "all-profiles",
    "by-cve",
    "check-for-app-update",
    "config",
    "db",
    "default-image-pull-source",
    "dev",
    "distro",
    "exclude",
    "experimental",
    "external-sources",
    "fail-on-severity",
    "file",
    "fix-channel",
    "from",
    "ignore",
    "ignore-wontfix",
    "log",
    "match",
    "match-upstream-kernel-headers",
    "name",
    "name-version",
    "only-fixed",
    "only-notfixed",
    "output",
    "output-template-file",
    "platform",
    "pretty",
    "profile",
    "quiet",
    "registry",
    "search",
    "show-suppressed",
    "sort-by",
    "timestamp",
];
const RULE: [&str; 9] = [
    "vulnerability",
    "include-aliases",
    "reason",
    "namespace",
    "fix-state",
    "package",
    "vex-status",
    "vex-justification",
    "match-type",
];
const PACKAGE: [&str; 6] = ["name", "version", "language", "type", "location", "upstream-name"];

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let Some(root) = reading.document(Value::of_yaml(text)) else { return };
    reading.known(&root, &KEYS, "");
    for rule in reading.list(root.get("ignore"), "ignore") {
        reading.known(rule, &RULE, " of `ignore`");
        if let Ok(criteria) = rule_criteria(reading, rule) {
            let reason = reading.text(rule, "reason").ok().flatten().map(str::to_owned);
            // Grype passes an empty rule over too.
            if criteria.is_empty() {
                reading.unused(rule.line, "it names nothing");
            } else {
                let kinds = Criterion::Kinds(WEAKNESSES);
                let criteria = criteria.into_iter().chain([kinds]).collect();
                reading.push(rule.line, Terms { reason, expires: None }, criteria);
            }
        }
    }
}

fn rule_criteria(reading: &mut Reading<'_>, rule: &Value) -> Result<Vec<Criterion>, Told> {
    // Such a rule steers what Grype makes of VEX documents, which its report then says; it ignores nothing by itself.
    for steering in ["vex-status", "vex-justification"] {
        if let Some(asked) = rule.get(steering) {
            reading
                .unused(asked.line, &format!("`{steering}` is about VEX documents: name those in `vex` of the policy"));
            return Err(Told);
        }
    }
    let mut criteria = Vec::new();
    let reach = if reading.flag(rule, "include-aliases")?.unwrap_or(false) { Reach::Aliases } else { Reach::Own };
    if let Some(id) = reading.text(rule, "vulnerability")? {
        criteria.push(if id.starts_with('^') && id.ends_with('$') {
            Criterion::IdPattern(reading.usable(rule.line, anchored(id))?, reach)
        } else {
            Criterion::Ids(vec![id.to_owned()], reach)
        });
    }
    let namespace = reading.text(rule, "namespace")?.map(str::to_owned);
    let match_type = reading.text(rule, "match-type")?.map(str::to_owned);
    if namespace.is_some() || match_type.is_some() {
        criteria.push(Criterion::OfGrype { namespace, match_type });
    }
    if let Some(word) = reading.text(rule, "fix-state")? {
        criteria.push(Criterion::Fix(reading.usable(rule.line, fix_state(word))?));
    }
    if let Some(package) = rule.get("package") {
        reading.known(package, &PACKAGE, " of `package`");
        if package.as_map().is_none() {
            reading.unused(package.line, "its `package` is no mapping");
            return Err(Told);
        }
        package_criteria(reading, package, &mut criteria)?;
    }
    Ok(criteria)
}

fn fix_state(word: &str) -> Result<FixState, String> {
    match word {
        "fixed" => Ok(FixState::Fixed),
        "not-fixed" => Ok(FixState::NotFixed),
        "wont-fix" => Ok(FixState::WontFix),
        "unknown" => Ok(FixState::Unknown),
        _ => Err(format!("`fix-state` cannot be `{}`", quoted(word))),
    }
}

fn package_criteria(reading: &mut Reading<'_>, package: &Value, criteria: &mut Vec<Criterion>) -> Result<(), Told> {
    if let Some(name) = reading.text(package, "name")? {
        criteria.push(Criterion::Package(name_pattern(name)));
    }
    if let Some(name) = reading.text(package, "upstream-name")? {
        criteria.push(Criterion::Upstream(name_pattern(name)));
    }
    if let Some(version) = reading.text(package, "version")? {
        criteria.push(Criterion::Version(version.to_owned()));
    }
    for key in ["language", "type"] {
        if let Some(word) = reading.text(package, key)? {
            let ecosystem = match word {
                // Languages that are no type of package themselves.
                "javascript" => "npm",
                "java" => "maven",
                "php" => "composer",
                "dart" => "pub",
                "elixir" | "erlang" => "hex",
                "haskell" => "hackage",
                "R" => "cran",
                _ => ecosystem_of(word),
            };
            if ecosystem.is_empty() {
                reading.unused(package.line, &format!("`{key}: {}` is not known", quoted(word)));
                return Err(Told);
            }
            criteria.push(Criterion::Ecosystem(ecosystem));
        }
    }
    if let Some(glob) = reading.text(package, "location")? {
        let glob = reading.usable(package.line, Glob::anchored(glob.trim_start_matches('/')))?;
        criteria.push(Criterion::Paths(vec![glob], String::new()));
    }
    Ok(())
}

/// Grype takes a name for a pattern over the whole name, and for plain text where it is none.
fn name_pattern(name: &str) -> NamePattern {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_@/:".contains(&byte));
    match anchored(name) {
        Ok(pattern) if !is_plain => NamePattern::Like(pattern),
        _ => NamePattern::Artifact(name.to_owned()),
    }
}
