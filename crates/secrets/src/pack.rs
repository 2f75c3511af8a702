//! The built-in rules against their samples.

use std::collections::BTreeSet;

use crate::engine::{File, Options, Scanner};
use crate::{Config, Loaded, Pattern};

const PACK: &str = include_str!("../../../rules/portcullis.toml");
const SAMPLES: &str = include_str!("../../../rules/samples.toml");

fn pack() -> Loaded {
    Config::built_in(PACK).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn scanner() -> Scanner {
    Scanner::new(pack().config, Options::default()).unwrap()
}

/// A sample with its pieces filled in.
struct Sample {
    rule: String,
    path: String,
    text: String,
    /// What has to be found; nothing for a sample that must stay silent.
    span: Option<std::ops::Range<usize>>,
}

fn samples() -> Vec<Sample> {
    let document: toml::Table = SAMPLES.parse().unwrap();
    let mut samples = Vec::new();
    for entry in document["samples"].as_array().unwrap() {
        let rule = entry["rule"].as_str().unwrap();
        let path = entry.get("path").and_then(toml::Value::as_str).unwrap_or("settings.txt");
        for (number, template) in entry["texts"].as_array().unwrap().iter().enumerate() {
            let mut seed =
                rule.bytes().fold(number as u64 + 1, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
            let filled = fill(template.as_str().unwrap(), &mut seed);
            let span = filled.find("[[").map(|start| start..filled.rfind("]]").unwrap() - 2);
            let text = if span.is_some() { filled.replacen("[[", "", 1).replacen("]]", "", 1) } else { filled };
            samples.push(Sample { rule: rule.to_owned(), path: path.to_owned(), text, span });
        }
    }
    samples
}

/// Replaces `{alnum:36}` by characters drawn from the seed; other braces stay.
fn fill(template: &str, seed: &mut u64) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let piece = rest.find('}').and_then(|end| Some((end + 1, piece(&rest[1..end], seed)?)));
        let (length, text) = piece.unwrap_or((1, "{".to_owned()));
        filled.push_str(&text);
        rest = &rest[length..];
    }
    filled + rest
}

fn piece(name: &str, seed: &mut u64) -> Option<String> {
    if name == "dashes" {
        return Some("-".repeat(5));
    }
    let (alphabet, length) = name.split_once(':')?;
    let (digit, lower, upper) = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    let alphabet = match alphabet {
        "digit" => digit.to_owned(),
        "lower" => lower.to_owned(),
        "upper" => upper.to_owned(),
        "hex" => format!("{digit}abcdef"),
        "alnum" => format!("{digit}{lower}{upper}"),
        "word" => format!("{digit}{lower}{upper}_"),
        "base32" => format!("{upper}234567"),
        "base64" => format!("{digit}{lower}{upper}+/"),
        _ => return None,
    };
    let letters: Vec<char> = alphabet.chars().collect();
    let text = (0..length.parse().ok()?).map(|_| {
        // Numbers of Knuth's MMIX generator; the upper bits are the good ones.
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        letters[(*seed >> 33) as usize % letters.len()]
    });
    Some(text.collect())
}

#[test]
fn every_pattern_of_the_pack_compiles() {
    let config = pack().config;
    let of_rules = config.rules.iter().flat_map(|rule| [&rule.regex, &rule.path]);
    let allowlists = config.allowlists.iter().chain(config.rules.iter().flat_map(|rule| &rule.allowlists));
    let patterns = of_rules.chain(allowlists.flat_map(|list| [&list.paths, &list.regexes])).flatten();
    let patterns: Vec<&Pattern> = patterns.collect();
    assert!(patterns.len() > config.rules.len());
    for pattern in patterns {
        assert!(Pattern::compile(pattern.as_str()).is_ok(), "{}", pattern.as_str());
    }
}

#[test]
fn the_pack_has_nothing_to_complain_about() {
    assert_eq!(pack().warnings, []);
}

#[test]
fn every_rule_finds_its_samples_at_the_exact_place_and_nothing_else() {
    let scanner = scanner();
    let mut faults = Vec::new();
    for sample in samples() {
        let collected = scanner.scan(&File::new(&sample.path, sample.text.as_bytes()));
        let found: Vec<_> = collected
            .findings
            .iter()
            .map(|finding| {
                let place = finding.primary().unwrap();
                let byte = |byte: Option<u64>| usize::try_from(byte.unwrap()).unwrap();
                (finding.rule_id.clone(), byte(place.start_byte)..byte(place.end_byte))
            })
            .collect();
        let expected: Vec<_> = sample.span.iter().map(|span| (sample.rule.clone(), span.clone())).collect();
        if found != expected {
            faults.push(format!("{}: {}\n  expected {expected:?}, found {found:?}", sample.rule, sample.text));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_rule_has_two_samples_to_find_and_two_to_pass_over() {
    let samples = samples();
    for rule in pack().config.rules {
        let (found, silent): (Vec<_>, Vec<_>) =
            samples.iter().filter(|sample| sample.rule == rule.id).partition(|sample| sample.span.is_some());
        assert!(found.len() >= 2, "{}: {} to find", rule.id, found.len());
        // A routable token that is not one is an ordinary one, which is found.
        assert!(silent.len() >= 2 || rule.id == "gitlab-pat-routable", "{}: {} to pass over", rule.id, silent.len());
    }
    let known: BTreeSet<String> = pack().config.rules.into_iter().map(|rule| rule.id).collect();
    for sample in &samples {
        assert!(known.contains(&sample.rule), "no rule {}", sample.rule);
    }
}

#[test]
fn every_rule_says_what_to_do_about_its_provider_or_is_no_provider_s() {
    for rule in pack().config.rules.iter().filter(|rule| rule.id != "private-key") {
        assert!(rule.help_uri.as_deref().is_some_and(|uri| uri.starts_with("https://")), "{}", rule.id);
    }
}

#[test]
fn the_pack_and_its_samples_are_no_secrets_themselves() {
    let scanner = scanner();
    for text in [PACK, SAMPLES] {
        let collected = scanner.scan(&File::new("rules/any.toml", text.as_bytes()));
        assert_eq!(collected.findings, []);
    }
}

#[test]
fn a_keyword_stands_in_whatever_a_rule_finds() {
    let rules = pack().config.rules;
    for sample in samples().iter().filter(|sample| sample.span.is_some()) {
        let rule = rules.iter().find(|rule| rule.id == sample.rule).unwrap();
        let text = sample.text.to_lowercase();
        assert!(rule.keywords.iter().any(|keyword| text.contains(keyword)), "{}", rule.id);
    }
}
