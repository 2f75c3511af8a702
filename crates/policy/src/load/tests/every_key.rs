//! Every row of the schema table: a slip is named, a wrong type has its place, layers merge, and the strict column holds.

use portcullis_model::Diagnostic;

use super::{FORMATS, Inputs, date, load, printed, registry};
use crate::effective::Origins;
use crate::load::Document;
use crate::schema::{Initial, Merge, POLICY, Row, Strict, Type, rows};
use crate::{Direction, Loaded, Policy, diff};

/// Values of a type, no two alike; of types with a direction the looser first.
pub(crate) fn samples(kind: &Type) -> Vec<&'static str> {
    match kind {
        Type::Level | Type::LevelOrDefault => vec!["off", "log", "warn", "fail"],
        Type::Bool => vec!["false", "true"],
        Type::Required => vec!["false", "auto", "true"],
        Type::Integer(_) => vec!["1", "2", "30"],
        Type::Share => vec!["0.01", "0.3", "1"],
        Type::Severity => vec!["unknown", "info", "low", "medium", "high", "critical"],
        Type::Date => vec!["2026-11-20", "2026-12-24", "2027-01-31"],
        Type::Duration => vec!["15m", "36h", "30d"],
        Type::Percent => vec!["0%", "3%", "50%"],
        Type::CountOrPercent => vec!["0", "3", "5%"],
        Type::Word(words) => words.to_vec(),
        Type::Version => vec!["'0.0.1'", "'0.1'"],
        Type::Path | Type::Text => vec!["plain", "other"],
        Type::Glob => vec!["out/a.json", "'**'"],
        Type::Format => vec!["trivy", "sarif"],
        Type::PackageGlob => vec!["pkg:npm/minimist", "pkg:npm/lodash"],
        Type::List(element) => match **element {
            Type::Glob => vec!["[]", "['**']", "[.github/, deploy/]", "[web/, src/]"],
            Type::Severity => vec!["[]", "[critical]", "[high, low]"],
            Type::Word(words) => vec!["[]", written(&words[..1]), written(&words[1..])],
            Type::Reference => vec!["[]"],
            Type::License => vec!["[]", "[MIT]", "[ISC, Zlib]"],
            Type::RuleSelector => vec!["[]", "['trivy:A']", "['trivy:B', 'trivy:C']"],
            _ => vec!["[]", "[trivy]", "[portcullis, severity]"],
        },
        _ => Vec::new(),
    }
}

/// A list of words as a policy writes it. The tests' samples live as long as the program.
fn written(words: &[&str]) -> &'static str {
    String::leak(format!("[{}]", words.join(", ")))
}

/// A policy in which this row has this value.
pub(crate) fn document(path: &str, value: &str) -> String {
    match path.split_once('.') {
        None => format!("{path}: {value}"),
        Some((first, rest)) => {
            let with = |fixed: &[(&str, &str)]| {
                let set = rest.split('.').next().unwrap_or_default().trim_end_matches("[]");
                let fixed = fixed.iter().filter(|(key, _)| *key != set);
                let fixed: Vec<_> = fixed.map(|(key, value)| format!("{key}: {value}, ")).collect();
                format!("{{ {}{} }}", fixed.concat(), document(rest, value))
            };
            let entry = [("name", "deps"), ("path", "out/a.json")];
            let exception = [
                ("id", "EX-1"),
                ("rules", "[CVE-2026-1111]"),
                ("reason", "nobody calls it"),
                ("owner", "me"),
                ("created", "2026-11-01"),
                ("expires", "2026-12-01"),
            ];
            match first {
                "reports[]" => format!("reports: [{}]", with(&entry)),
                "overrides[]" => {
                    format!("overrides: [{}]", with(&[("paths", "['**']"), ("reason", "only examples")]))
                }
                "exceptions[]" => format!("exceptions: [{}]", with(&exception)),
                "deny[]" => format!("deny: [{}]", with(&[("id", "left-pad"), ("package", "pkg:npm/left-pad")])),
                "vex[]" => format!("vex: [{}]", with(&[("path", "vex.json")])),
                "gates[]" => {
                    format!("gates: [{}]", with(&[("name", "lines"), ("metric", "coverage.line"), ("min", "80")]))
                }
                "annotations[]" => format!("annotations: [{}]", with(&[("name", "summary")])),
                "*" => format!("'gha/*': {}", with(&[])),
                "report_only" => format!("report_only: {}", with(&[("until", "2026-12-24")])),
                first => format!("{first}: {}", with(&[])),
            }
        }
    }
}

fn over(parent: &str, child: &str) -> Result<Loaded, Vec<Diagnostic>> {
    let registry = registry();
    let child = format!("version: 1\nextends: preset:parent@1\n{child}\n");
    load(&Inputs {
        policy: Some(Document { path: "portcullis.yaml", bytes: child.as_bytes() }),
        exceptions: &[],
        settings: &[],
        presets: &[("parent@1", &format!("version: 1\n{parent}\n"))],
        parent: None,
        known_formats: FORMATS,
        registry: &registry,
        exceptions_from: None,
        tracked: None,
        today: date(2026, 11, 21),
    })
}

fn told(text: &str) -> Vec<Diagnostic> {
    let text = if text.starts_with("version:") { format!("{text}\n") } else { format!("version: 1\n{text}\n") };
    super::load_files(&text, &[]).err().unwrap_or_default()
}

/// The first letter twice: nearer to the key than to any other.
fn slip(name: &str) -> String {
    format!("{}{name}", &name[..1])
}

#[test]
fn a_slip_in_any_key_is_named_with_the_key_that_was_meant() {
    for row in rows(POLICY) {
        let wrong = slip(row.key.name);
        let path = row.path.strip_suffix(row.key.name).map(|parents| format!("{parents}{wrong}")).unwrap();
        let text = document(&path, "17");
        let errors = told(&text);
        let unknown = errors.iter().find(|error| error.code == "policy/unknown-key" && error.message.contains(&wrong));
        let unknown = unknown.unwrap_or_else(|| panic!("{text}\n{}", printed(&errors)));
        let column = text.find(&format!("{wrong}: 17")).unwrap() + 1;
        assert_eq!((unknown.span.start_line, unknown.span.start_col as usize), (2, column), "{text}");
        assert!(unknown.help[0].contains(&format!("`{}`", row.key.name)), "{}", printed(&errors));
    }
}

#[test]
fn a_value_of_another_type_is_refused_where_it_stands() {
    for row in rows(POLICY) {
        let wrong = match row.key.kind {
            Type::Map(_) | Type::PerPath(_) | Type::Levels(_) | Type::Rules(_) | Type::Entries(..) | Type::List(_) => {
                "17"
            }
            Type::WordOr(..) => "{ x: 17 }",
            _ => "[17]",
        };
        let text = document(&row.path, wrong);
        let errors = told(&text);
        let value = text.find(&format!("{}: {wrong}", row.key.name)).unwrap() + row.key.name.len() + 3;
        let line = if row.path == "version" { 1 } else { 2 };
        let at = |error: &&Diagnostic| (error.span.start_line, error.span.start_col as usize) == (line, value);
        assert!(errors.iter().any(|error| at(&error)), "{text}: {value}\n{}", printed(&errors));
    }
}

/// Rows whose value stands at the path of the row.
fn plain() -> impl Iterator<Item = Row> {
    rows(POLICY).into_iter().filter(|row| {
        let is_fixed = !row.path.contains(['[', '*']) && !row.path.starts_with("mode");
        is_fixed && row.key.merge != Merge::Own && samples(&row.key.kind).len() > 1
    })
}

fn leaf(policy: &Policy, path: &str) -> Option<String> {
    policy.effective().part(path).map(|part| part.yaml(Origins::Shown))
}

#[test]
fn a_later_layer_sets_every_key_and_null_takes_it_back_to_the_default() {
    for row in plain() {
        let values = samples(&row.key.kind);
        let (one, two) = (document(&row.path, values[1]), document(&row.path, values[0]));
        let shown = |parent: &str, child: &str| {
            let loaded = over(parent, child).unwrap_or_else(|errors| panic!("{child}\n{}", printed(&errors)));
            leaf(&loaded.policy, &row.path)
        };
        let inherited = shown(&one, "").unwrap();
        assert!(inherited.contains("preset:parent@1:2"), "{}: {inherited}", row.path);
        let later = shown(&one, &two).unwrap();
        assert_eq!(later, shown("", &two).unwrap(), "{}", row.path);
        assert!(!later.contains("preset:parent@1"), "{}: {later}", row.path);
        // What a mapping has to say cannot be taken back inside of it.
        if !matches!(row.key.default, Initial::Required) {
            assert_eq!(shown(&one, &document(&row.path, "null")), shown("", ""), "{}", row.path);
        }
    }
}

#[test]
fn lists_that_can_be_edited_keep_what_is_not_named() {
    let edited: Vec<_> = plain().filter(|row| row.key.merge == Merge::Edit).collect();
    assert!(edited.len() > 20);
    let has_three = |row: &Row| !matches!(row.key.kind, Type::List(Type::Word(words)) if words.len() < 3);
    for row in edited.into_iter().filter(has_three) {
        let [one, two, three] = match row.key.kind {
            Type::List(Type::Word(words)) => [words[0], words[1], words[2]],
            Type::List(Type::License) => ["MIT", "ISC", "Zlib"],
            Type::List(Type::RuleSelector) => ["trivy:one", "trivy:two", "trivy:three"],
            _ => ["one", "two", "three"],
        };
        let parent = document(&row.path, &format!("['{one}', '{two}']"));
        let child = document(&row.path, &format!("{{ add: ['{three}'], remove: ['{one}'] }}"));
        let policy = over(&parent, &child).unwrap().policy;
        assert_eq!(policy.effective().part(&row.path).unwrap().json(Origins::Hidden), serde_json::json!([two, three]));
    }
}

#[test]
fn every_row_merges_as_its_type_can() {
    for row in rows(POLICY) {
        let fits = match row.key.kind {
            Type::Map(_) => matches!(row.key.merge, Merge::Deep | Merge::Set),
            Type::Mapping(_) | Type::PerPath(_) | Type::Levels(_) => row.key.merge == Merge::Deep,
            Type::Rules(_) => row.key.merge == Merge::LastMatch,
            Type::Entries(..) => matches!(row.key.merge, Merge::Keyed | Merge::Append),
            Type::List(_) => matches!(row.key.merge, Merge::Edit | Merge::Set | Merge::Own),
            _ => matches!(row.key.merge, Merge::Set | Merge::Own),
        };
        assert!(fits, "{}", row.path);
    }
}

/// The looser of two values, then the tighter, where the column says which is which.
fn ordered(row: &Row) -> Option<(&'static str, &'static str)> {
    let values = samples(&row.key.kind);
    let (first, second, last) = (*values.first()?, *values.get(1)?, *values.last()?);
    match row.key.strict {
        Strict::Level => Some(("off", "fail")),
        Strict::Fewer => Some((second, first)),
        Strict::Down | Strict::DownOrUnset | Strict::False => Some((last, first)),
        Strict::Up | Strict::True | Strict::Later | Strict::Required => Some((first, last)),
        // One of them allows everything while it is empty.
        Strict::More | Strict::FewerButNotNone => Some((first, second)),
        _ => None,
    }
}

#[test]
fn the_strict_column_says_which_way_a_change_goes() {
    let registry = registry();
    let mut seen = 0;
    for row in plain() {
        let policy = |value: &str| {
            let text = format!("version: 1\nextends: preset:minimal@1\n{}\n", document(&row.path, value));
            super::loaded(&text).policy
        };
        let directions = |from: &str, to: &str| -> Vec<Direction> {
            let changes = diff(&policy(from), &policy(to), &registry).into_iter();
            changes.filter(|change| change.key == row.path).map(|change| change.direction).collect()
        };
        if let Some((looser, tighter)) = ordered(&row) {
            seen += 1;
            assert_eq!(directions(looser, tighter), [Direction::Stricter], "{}: {looser} -> {tighter}", row.path);
            assert_eq!(directions(tighter, looser), [Direction::Weaker], "{}: {tighter} -> {looser}", row.path);
        } else {
            let values = samples(&row.key.kind);
            let expected = if row.key.strict == Strict::Neutral { Direction::Changed } else { Direction::Weaker };
            assert_eq!(directions(values[0], values[1]), [expected], "{}", row.path);
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn no_limit_is_the_loosest_limit_and_no_downgrade_the_tightest() {
    let registry = registry();
    let empty = super::loaded("version: 1\nextends: preset:minimal@1\n").policy;
    for row in plain().filter(|row| row.key.default == Initial::Unset) {
        let set = super::loaded(&format!(
            "version: 1\nextends: preset:minimal@1\n{}\n",
            document(&row.path, samples(&row.key.kind)[1])
        ));
        let expected = match row.key.strict {
            Strict::Down | Strict::Up => Direction::Stricter,
            Strict::DownOrUnset => Direction::Weaker,
            _ => continue,
        };
        let changes = diff(&empty, &set.policy, &registry);
        let told: Vec<_> = changes.iter().map(|change| (change.key.as_str(), change.direction)).collect();
        assert_eq!(told, [(row.path.as_str(), expected)]);
    }
}
