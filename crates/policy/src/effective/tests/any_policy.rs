//! Random policies, made from the schema: every key that a later version adds is in them.

use proptest::prelude::*;

use crate::schema::{Key, Merge, POLICY, Type};

/// The text of a policy in flow style.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<u16>(), 40..400).prop_map(|choices| {
        let mut choices = Choices(choices.into_iter());
        let mut lines = vec!["\"version\": 1".to_owned()];
        lines.extend(fields(POLICY.iter(), &mut choices));
        format!("{{ {} }}\n", lines.join(", "))
    })
}

/// A key and a value as `--set` takes them.
pub(crate) fn setting() -> impl Strategy<Value = (String, String)> {
    prop::collection::vec(any::<u16>(), 8..40).prop_map(|choices| {
        let mut choices = Choices(choices.into_iter());
        let mut keys: Vec<&'static Key> = POLICY.iter().filter(|key| settable(key)).collect();
        let mut path = Vec::new();
        loop {
            let key = keys[choices.below(keys.len())];
            path.push(key.name.to_owned());
            match key.kind {
                Type::Map(_) | Type::Levels(_) if choices.below(8) > 0 => keys = key.kind.keys().collect(),
                Type::Rules(_) => {
                    path.push(PATTERNS[choices.below(PATTERNS.len())].to_owned());
                    return (path.join("."), choices.pick(&["off", "log", "warn", "fail"]));
                }
                _ => return (path.join("."), value(&key.kind, &mut choices)),
            }
        }
    })
}

fn settable(key: &Key) -> bool {
    key.merge != Merge::Own && key.name != "exceptions"
}

const PATTERNS: &[&str] = &["gha/*", "gha/unpinned-uses", "k8s/latest-tag", "*/unpinned-uses", "CVE-2026-1001", "x:Y"];

struct Choices(std::vec::IntoIter<u16>);

impl Choices {
    fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % end
    }

    fn pick(&mut self, words: &[&str]) -> String {
        words[self.below(words.len())].to_owned()
    }
}

fn fields(keys: impl Iterator<Item = &'static Key>, choices: &mut Choices) -> Vec<String> {
    let mut fields = Vec::new();
    for key in keys.filter(|key| settable(key)) {
        if choices.below(3) == 0 {
            fields.push(format!("\"{}\": {}", key.name, value(&key.kind, choices)));
        }
    }
    fields
}

fn map(kind: &'static Type, choices: &mut Choices) -> String {
    format!("{{ {} }}", fields(kind.keys(), choices).join(", "))
}

/// Selectors that match what the properties judge, or not.
fn an_override(kind: &'static Type, choices: &mut Choices) -> String {
    let selectors = choices.pick(&[
        "paths: ['**']",
        "paths: [.github/, deploy/]",
        "paths: ['**'], exclude: [deploy/]",
        "paths: [docs/]",
        "package: pkg:npm/minimist",
        "tools: [trivy, portcullis]",
        "tools: [trivy], paths: ['web/**']",
    ]);
    let by_path_only = selectors.starts_with("paths");
    let keys = kind.keys().filter(|key| by_path_only || key.name != "alerts");
    let more = fields(keys.filter(|key| key.name != "reason"), choices);
    let more = more.iter().map(|field| format!(", {field}")).collect::<Vec<_>>().concat();
    let end = choices.pick(&["", "", ", expires: 2027-01-31", ", expires: 2026-11-20"]);
    format!("{{ {selectors}, reason: 'nothing of it is delivered'{end}{more} }}")
}

fn value(kind: &'static Type, choices: &mut Choices) -> String {
    match kind {
        Type::FormatVersion => "1".to_owned(),
        Type::Word(words) => choices.pick(words),
        Type::Level => choices.pick(&["off", "log", "warn", "fail"]),
        Type::LevelOrDefault => choices.pick(&["off", "log", "warn", "fail", "default"]),
        Type::Severity => choices.pick(&["unknown", "info", "low", "medium", "high", "critical"]),
        Type::Bool => choices.pick(&["true", "false"]),
        Type::Required => choices.pick(&["true", "false", "auto"]),
        Type::Integer(least) => (least + i64::try_from(choices.below(9)).unwrap()).to_string(),
        Type::Date => choices.pick(&["2026-12-24", "2027-01-31", "2027-03-01"]),
        Type::Share => choices.pick(&["0", "0.05", "0.5", "1"]),
        Type::Version => choices.pick(&["'0.0.1'", "'0.1'", "'1.0'"]),
        Type::Duration => choices.pick(&["90s", "15m", "36h", "3d", "2w"]),
        Type::Bound => choices.pick(&["0", "80", "79.5", "300ms", "1.5s", "1%", "2MiB"]),
        Type::Percent => choices.pick(&["0%", "5%", "2.5%"]),
        Type::CountOrPercent => choices.pick(&["0", "3", "5%", "2.5%"]),
        Type::License => choices.pick(&["MIT", "GPL-3.0-only", "'LicenseRef-*'", "gpl-2.0"]),
        Type::LicenseExpression => choices.pick(&["MIT", "MIT OR Apache-2.0"]),
        Type::Format => choices.pick(&["sarif", "trivy"]),
        Type::Glob => choices.pick(&["'**'", "'src/**'", "out/a.json", "'*.rs'"]),
        Type::Text | Type::Path => choices.pick(&["plain", "'yes'", "'1.5'", "'a: b # c'", "'it''s \"it\"'", "'ü\t'"]),
        Type::Mode(_) => {
            let except = choices.pick(&["", ", except: [secrets]", ", except: [secrets, code]"]);
            let until = value(&Type::Date, choices);
            choices.pick(&["enforce", &format!("{{ report_only: {{ until: {until}{except} }} }}")])
        }
        Type::List(element) => {
            let elements: Vec<_> = (0..choices.below(3)).map(|_| value(element, choices)).collect();
            format!("[{}]", elements.join(", "))
        }
        Type::Map(_) | Type::PerPath(_) | Type::Levels(_) => map(kind, choices),
        Type::Mapping(element) => {
            let names: Vec<_> = ["acme/*", "'acme/build'"].into_iter().filter(|_| choices.below(2) == 0).collect();
            let entries: Vec<_> = names.iter().map(|name| format!("{name}: {}", value(element, choices))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Type::WordOr(words, element) => {
            let list = format!("[{}]", value(element, choices));
            let words: Vec<&str> = words.iter().copied().chain([list.as_str()]).collect();
            choices.pick(&words)
        }
        Type::WordOrMap(words, _) => {
            let fields: Vec<_> =
                kind.keys().map(|key| format!("{}: {}", key.name, value(&key.kind, choices))).collect();
            let map = format!("{{ {} }}", fields.join(", "));
            let words: Vec<&str> = words.iter().copied().chain([map.as_str()]).collect();
            choices.pick(&words)
        }
        Type::RuleSelector => choices.pick(&["'*'", "gha/unpinned-uses", "'k8s/*'"]),
        Type::Rules(_) => {
            let chosen: Vec<_> = PATTERNS.iter().filter(|_| choices.below(3) == 0).collect();
            let entries = chosen.iter().map(|pattern| format!("\"{pattern}\": {}", map(kind, choices)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Type::Entries(_, "") => {
            let entries: Vec<_> = (0..choices.below(3)).map(|_| an_override(kind, choices)).collect();
            format!("[{}]", entries.join(", "))
        }
        Type::Entries(_, by) => {
            let named = |name: &&str, choices: &mut Choices| {
                let given = ["name", "path", "metric", "id", "package", "ecosystem", "version_range"];
                let rest = kind.keys().filter(|key| !given.contains(&key.name) && (*by != "id" || key.name != "name"));
                let more = fields(rest, choices);
                let more = more.iter().map(|field| format!(", {field}")).collect::<Vec<_>>().concat();
                // A gate may be measured in any unit, a report lies anywhere, an annotation is only named.
                match (*by, kind.key("metric"), kind.key("path")) {
                    ("path", ..) => format!("{{ path: out/{name}.json{more} }}"),
                    ("id", ..) => format!("{{ id: {name}, package: 'pkg:npm/{name}'{more} }}"),
                    (_, Some(_), _) => format!("{{ name: {name}, metric: load.own.p95{more} }}"),
                    (_, None, Some(_)) => format!("{{ name: {name}, path: out/{name}.json{more} }}"),
                    (_, None, None) => format!("{{ name: {name}{more} }}"),
                }
            };
            let chosen: Vec<_> = ["deps", "code"].iter().filter(|_| choices.below(2) == 0).collect();
            let entries: Vec<_> = chosen.into_iter().map(|name| named(name, choices)).collect();
            format!("[{}]", entries.join(", "))
        }
        // Only in exceptions and in keys each file says for itself.
        Type::ResourceGlob | Type::PackageGlob | Type::Reference | Type::Id | Type::Fingerprint => {
            unreachable!("{kind:?}")
        }
    }
}
