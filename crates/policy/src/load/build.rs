//! The merged tree as a typed policy.

use std::collections::BTreeMap;

use portcullis_model::{
    BySeverity, Diagnostic, DiagnosticSeverity, Glob, Level, Registry, Scope, Section, Severity, fingerprint,
};
use sha2::{Digest, Sha256};

use super::layers::Layers;
use super::merge::{Merger, defaults};
use super::source::Sources;
use super::value::{Located, Map, Value};
use super::{Inputs, document, exceptions, mode, overrides, quality, rules, supply};
use crate::Policy;
use crate::effective;
use crate::policy::{
    BaselinePolicy, Clock, EpssPolicy, GithubPolicy, ReportEntry, SecretPolicy, SectionPaths, SectionPolicy, Setting,
    VerdictPolicy, VulnerabilityPolicy,
};
use crate::schema;

/// Merges the layers and checks what only the whole can show. The policy is of use only where no error was told.
pub(crate) fn policy(layers: Layers, inputs: &Inputs<'_>) -> (Policy, Vec<Diagnostic>) {
    let Layers { sources, policies, exceptions: files, implied, mut told } = layers;
    let mut merged = defaults(schema::POLICY.iter());
    let keys: Vec<_> = schema::POLICY.iter().collect();
    for layer in &policies {
        if let Some(map) = layer.tree.as_map() {
            Merger { sources: &sources, told: &mut told }.apply(&keys, &mut merged, map);
        }
    }
    overrides::settle(&mut merged, &policies);
    let tree = Tree { root: Located::new(Value::Map(merged), super::source::Mark::default()), sources: &sources };

    let book = rules::book(&policies, &sources, inputs.registry, &mut told);
    let overridden = overrides::read(&tree, &policies, inputs, &mut told);
    // Errors below may depend on values that were refused above: then they would be guesses.
    let sound = told.iter().all(|diagnostic| diagnostic.severity == DiagnosticSeverity::Warning);
    let accepted = exceptions::read(&tree, &files, inputs, sound, &mut told);
    let reports =
        tree.list(&["reports"]).iter().filter_map(|entry| report(entry, &sources, sound, &mut told)).collect();

    let quality = quality::read(&tree, sound, &mut told);
    let packages = supply::packages(&tree, sound, &mut told);
    let root = inputs.policy.and_then(|policy| policies.iter().find(|layer| layer.name == policy.path));
    let name = root.and_then(|layer| layer.tree.at(&["name"]));
    let report_only = mode::read(&tree);
    rules::named(tree.list(&["trust", "inline_forbidden"]), &sources, inputs.registry, &mut told);
    if sound && let Some(report_only) = &report_only {
        mode::check(report_only, &tree, inputs.today, &mut told);
    }
    let own_files: Vec<_> =
        files.iter().filter_map(|layer| layer.tree.at(&["exceptions"])).flat_map(Located::items).collect();
    let flat = effective::flattened(&policies, &book, inputs.registry, &sources);
    let merged = tree.root.as_map().cloned().unwrap_or_default();
    let effective = effective::build(&merged, name, flat, &own_files, &sources);
    let as_of = tree.setting(&["as_of"], |value| value.as_text().map(str::to_owned));
    let mut policy = Policy {
        effective,
        report_only,
        path: inputs.policy.map(|policy| policy.path.to_owned()),
        name: name.and_then(Located::as_text).map(str::to_owned),
        layers: policies.iter().map(|layer| layer.name.clone()).collect(),
        implied_preset: implied,
        digest: digest(inputs, &sources),
        levels: tree.levels(&["levels"]).map_or_default(),
        sections: Section::ALL.iter().map(|section| (*section, tree.section(*section))).collect(),
        vulnerabilities: tree.vulnerabilities(),
        secrets: tree.secrets(),
        licenses: supply::licenses(&tree),
        ingest: supply::ingest(&tree),
        data: supply::data(&tree),
        sbom: supply::sbom(&tree),
        packages,
        vex: supply::vex(&tree),
        alerts: tree.alerts(),
        workflows: tree.workflows(),
        manifests: tree.manifests(),
        trust: tree.trust(),
        github: tree.github(),
        baseline: tree.baseline(),
        quality,
        rules: book,
        overrides: overridden,
        newer_rules: as_of.as_ref().map(|as_of| newer(&as_of.value, inputs.registry)).unwrap_or_default(),
        as_of,
        reports,
        exceptions: accepted,
        exception_policy: tree.exception_policy(),
        verdict: tree.verdict(),
    };
    if sound {
        rules::reasons(&policy, &policies, &tree, inputs.registry, &mut told);
        overrides::check(&mut policy, &tree, inputs, &mut told);
    }
    (policy, told)
}

/// Rules that came after this version.
fn newer(as_of: &str, registry: &Registry) -> BTreeMap<&'static str, &'static str> {
    let known = document::numbers(as_of);
    let rules = registry.rules().iter().filter(|rule| document::numbers(rule.since) > known);
    rules.map(|rule| (rule.id, rule.since)).collect()
}

/// The merged tree, and the files its places stand in.
pub(crate) struct Tree<'a> {
    root: Located,
    pub(crate) sources: &'a Sources,
}

impl Tree<'_> {
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Located> {
        self.root.at(path)
    }

    pub(crate) fn list(&self, path: &[&str]) -> &[Located] {
        self.get(path).map_or(&[], Located::items)
    }

    /// A value with the place that set it.
    pub(crate) fn setting<T>(&self, path: &[&str], read: impl Fn(&Located) -> Option<T>) -> Option<Setting<T>> {
        let located = self.get(path)?;
        Some(Setting { value: read(located)?, origin: self.sources.origin(&located.mark) })
    }

    /// A level that has a default; should the table lose it, the tightest holds.
    pub(crate) fn level(&self, path: &[&str]) -> Setting<Level> {
        let tightest = || Setting { value: Level::Fail, origin: portcullis_model::Origin::builtin() };
        self.setting(path, Located::as_level).unwrap_or_else(tightest)
    }

    pub(crate) fn flag(&self, path: &[&str]) -> Setting<bool> {
        self.setting(path, Located::as_bool).unwrap_or_default()
    }

    pub(crate) fn number(&self, path: &[&str]) -> Option<Setting<u64>> {
        self.setting(path, |value| value.as_integer().and_then(|number| u64::try_from(number).ok()))
    }

    pub(crate) fn is(&self, path: &[&str], word: &str) -> Setting<bool> {
        self.setting(path, |value| value.as_text().map(|text| text == word)).unwrap_or_default()
    }

    fn levels(&self, path: &[&str]) -> Levels {
        let mut levels = Levels::default();
        for severity in Severity::ALL {
            let path: Vec<_> = path.iter().copied().chain([severity.as_str()]).collect();
            *levels.0.get_mut(severity) = self.setting(&path, Located::as_level);
        }
        levels
    }

    fn section(&self, section: Section) -> SectionPolicy {
        let name = section.as_str();
        let required = self.setting(&[name, "required"], Located::as_required);
        let profile = self.setting(&[name, "profile"], |value| value.as_text().map(str::to_owned));
        SectionPolicy {
            levels: self.levels(&[name, "levels"]).0,
            required: required.unwrap_or_default(),
            profile: profile.unwrap_or_else(|| Setting { value: "recommended".to_owned(), ..Setting::default() }),
            paths: SectionPaths {
                include: self.globs(&[name, "paths", "include"]),
                exclude: self.globs(&[name, "paths", "exclude"]),
            },
            foreign_ignores: self
                .setting(&[name, "foreign_ignores"], Located::as_bool)
                .unwrap_or_else(|| Setting { value: true, ..Setting::default() }),
        }
    }

    fn globs(&self, path: &[&str]) -> Vec<Setting<Glob>> {
        let glob = |located: &Located| {
            let value = Glob::new(located.as_text()?).ok()?;
            Some(Setting { value, origin: self.sources.origin(&located.mark) })
        };
        self.list(path).iter().filter_map(glob).collect()
    }

    fn vulnerabilities(&self) -> VulnerabilityPolicy {
        let scopes = [
            (Scope::Runtime, "runtime"),
            (Scope::Development, "development"),
            (Scope::Optional, "optional"),
            (Scope::Unknown, "unknown"),
        ];
        VulnerabilityPolicy {
            only_fixable: self.flag(&["vulnerabilities", "only_fixable"]),
            wont_fix: self.level(&["vulnerabilities", "wont_fix"]),
            unreachable: self.level(&["vulnerabilities", "unreachable"]),
            kev: self.level(&["vulnerabilities", "kev"]),
            malware: self.level(&["vulnerabilities", "malware"]),
            scopes: scopes
                .into_iter()
                .map(|(scope, word)| (scope, self.levels(&["vulnerabilities", "scopes", word]).0))
                .collect(),
            epss: self.epss(),
            sla_days: self.numbers(&["vulnerabilities", "sla_days"]),
            overdue: self.level(&["vulnerabilities", "overdue"]),
            clock: match self.get(&["vulnerabilities", "clock"]).and_then(Located::as_text) {
                Some("published") => Clock::Published,
                Some("fix_available") => Clock::FixAvailable,
                _ => Clock::FirstSeen,
            },
            max_count: self.numbers(&["vulnerabilities", "max_count"]),
            vex_grace_days: self.number(&["vulnerabilities", "vex_grace_days"]).unwrap_or_default(),
        }
    }

    fn epss(&self) -> EpssPolicy {
        let spared = self.list(&["vulnerabilities", "epss", "never_downgrade"]);
        EpssPolicy {
            fail_at: self.setting(&["vulnerabilities", "epss", "fail_at"], Located::as_share),
            percentile: self.flag(&["vulnerabilities", "epss", "percentile"]).value,
            downgrade_below: self.setting(&["vulnerabilities", "epss", "downgrade_below"], Located::as_share),
            never_downgrade: spared.iter().filter_map(Located::as_severity).collect(),
        }
    }

    /// A number per severity, where one is set.
    fn numbers(&self, path: &[&str]) -> BySeverity<Option<Setting<u64>>> {
        let mut numbers = BySeverity::default();
        for severity in Severity::ALL {
            let path: Vec<_> = path.iter().copied().chain([severity.as_str()]).collect();
            *numbers.get_mut(severity) = self.number(&path);
        }
        numbers
    }

    fn secrets(&self) -> SecretPolicy {
        SecretPolicy {
            verified: self.level(&["secrets", "verified"]),
            unverified: self.level(&["secrets", "unverified"]),
            unaudited: self.level(&["secrets", "unaudited"]),
            config: self.setting(&["secrets", "config"], |value| value.as_text().map(str::to_owned)),
        }
    }

    fn baseline(&self) -> BaselinePolicy {
        BaselinePolicy {
            file: self.setting(&["baseline", "file"], |value| value.as_text().map(str::to_owned)).unwrap_or_default(),
            existing: self.level(&["baseline", "existing"]),
            disclosed_in_pull_request: self.level(&["baseline", "newly_disclosed", "pull_request"]),
            disclosed_on_push: self.level(&["baseline", "newly_disclosed", "push"]),
            escalated: self.level(&["baseline", "escalated"]),
            max_age: self.setting(&["baseline", "max_age"], Located::as_seconds),
            from_sarif: self.flag(&["baseline", "from_sarif"]),
        }
    }

    fn github(&self) -> GithubPolicy {
        let texts = |key: &str| -> Vec<String> {
            self.list(&["github", key]).iter().filter_map(Located::as_text).map(str::to_owned).collect()
        };
        let author = self.get(&["github", "comment_author"]).and_then(Located::as_text);
        GithubPolicy {
            notify: texts("notify"),
            comment_author: author.map(str::to_owned),
            link_hosts: texts("link_hosts"),
        }
    }

    fn verdict(&self) -> VerdictPolicy {
        VerdictPolicy {
            warnings_fail: self.is(&["verdict", "warnings"], "fail"),
            max_warnings: self.number(&["verdict", "max_warnings"]),
            incomplete_warns: self.is(&["verdict", "on_incomplete"], "warn"),
        }
    }
}

#[derive(Default)]
struct Levels(BySeverity<Option<Setting<Level>>>);

impl Levels {
    /// The common levels: each has a default, so that none is ever missing.
    fn map_or_default(self) -> BySeverity<Setting<Level>> {
        let mut levels = BySeverity::default();
        for severity in Severity::ALL {
            let missing = || Setting { value: Level::Fail, ..Setting::default() };
            *levels.get_mut(severity) = self.0.get(severity).clone().unwrap_or_else(missing);
        }
        levels
    }
}

fn report(entry: &Located, sources: &Sources, sound: bool, told: &mut Vec<Diagnostic>) -> Option<ReportEntry> {
    let map = entry.as_map()?;
    let text = |key: &str| map.get(key).and_then(Located::as_text).map(str::to_owned);
    let flag = |key: &str| map.get(key).and_then(Located::as_bool);
    let Some(path) = text("path") else {
        if sound {
            let name = text("name").unwrap_or_default();
            let span = sources.span(&entry.mark);
            let error = Diagnostic::error("policy/bad-value", format!("report `{name}` does not say `path`"), span);
            told.push(error.help("`path`: file, directory or pattern; no parent has an entry of this name"));
        }
        return None;
    };
    let required = flag("required").unwrap_or(false);
    let number =
        |map: &Map, key: &str| map.get(key).and_then(Located::as_integer).and_then(|number| u64::try_from(number).ok());
    Some(ReportEntry {
        name: text("name")?,
        path,
        format: text("format"),
        required,
        max_age: map.get("max_age").and_then(Located::as_seconds),
        max_db_age: map.get("max_db_age").and_then(Located::as_seconds),
        allow_mtime: flag("allow_mtime").unwrap_or(false),
        require_commit: flag("require_commit").unwrap_or(false),
        min_components: number(map, "min_components"),
        empty_is_clean: flag("empty_is_clean").unwrap_or(false),
        require_targets: flag("require_targets").unwrap_or(required),
        max_skipped: map.get("max_skipped").and_then(Located::as_amount).unwrap_or_default(),
        fail_on_skipped: flag("fail_on_skipped").unwrap_or(false),
        prefix: text("prefix"),
        root: text("root"),
        origin: sources.origin(&entry.mark),
    })
}

/// Every file that took part, by name, length and text.
fn digest(inputs: &Inputs<'_>, sources: &Sources) -> String {
    let mut files: BTreeMap<&str, &[u8]> = BTreeMap::new();
    files.extend(inputs.policy.map(|policy| (policy.path, policy.bytes)));
    files.extend(inputs.exceptions.iter().map(|file| (file.path, file.bytes)));
    for source in sources.iter() {
        files.entry(&source.name).or_insert_with(|| source.file.text().as_bytes());
    }
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    }
    fingerprint::hex(&hasher.finalize())
}
