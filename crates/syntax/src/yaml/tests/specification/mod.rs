//! The numbered examples of YAML 1.2.2 (<https://yaml.org/spec/1.2.2/>), each with what the specification says it means.
//!
//! What differs is listed in [`DEVIATIONS`] with its reason and in `docs/decisions/yaml-1.2.2.md`; one
//! that is no longer there fails the test as much as a new one.

mod chapter_10;
mod chapter_2;
mod chapter_5;
mod chapter_6;
mod chapter_7;
mod chapter_8;
mod chapter_9;

use std::fmt::Write as _;

use crate::yaml::*;

/// Number, text, and what it means.
type Example = (&'static str, &'static str, Meaning);

/// What the specification says about an example.
#[derive(Clone, Copy)]
enum Meaning {
    /// The documents, as [`shape`] writes them.
    Is(&'static [&'static str]),
    /// It is no YAML.
    Refused,
}

use Meaning::{Is, Refused};

/// Examples that are read in another way, and why.
const DEVIATIONS: &[(&str, &str)] = &[(
    "6.25",
    "`!<!>` and `!<$:?>` are no tags, the parser takes them; a tag nobody knows leaves a text, so nothing is misread",
)];

/// JSON on one line; keys may be anything, tags are shown by what they make of a scalar.
fn shape(node: Node<'_>) -> String {
    let list = |parts: Vec<String>| parts.join(",");
    match node.typed() {
        Typed::Null => "null".to_owned(),
        Typed::Bool(bool) => bool.to_string(),
        Typed::Int(int) => int.to_string(),
        Typed::Float(float) if float.is_nan() => ".nan".to_owned(),
        Typed::Float(float) if float.is_infinite() => if float > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        Typed::Float(float) => format!("{float:?}"),
        Typed::Str(text) => quoted(text),
        Typed::Seq => format!("[{}]", list(node.items().map(shape).collect())),
        Typed::Map => {
            let entries = node.entries().map(|entry| format!("{}:{}", shape(entry.key), shape(entry.value)));
            format!("{{{}}}", list(entries.collect()))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if character.is_control() || matches!(character, '\u{a0}' | '\u{2028}' | '\u{2029}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// What is wrong with the reading of an example; nothing where it is as the specification says.
fn deviation((_, text, meaning): &Example) -> Option<String> {
    let file = parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
    match meaning {
        Refused if file.faults().is_empty() => Some("accepted".to_owned()),
        Refused => None,
        Is(_) if !file.faults().is_empty() => Some(format!("{:?}", file.faults())),
        Is(documents) => {
            let read: Vec<_> =
                file.documents().map(|document| document.root().map_or("nothing".to_owned(), shape)).collect();
            (read != *documents).then(|| format!("\n  read {}\n  is   {}", read.join(" --- "), documents.join(" --- ")))
        }
    }
}

fn all() -> impl Iterator<Item = &'static Example> {
    let chapters = [
        chapter_2::EXAMPLES,
        chapter_5::EXAMPLES,
        chapter_6::EXAMPLES,
        chapter_7::EXAMPLES,
        chapter_8::EXAMPLES,
        chapter_9::EXAMPLES,
        chapter_10::EXAMPLES,
    ];
    chapters.into_iter().flatten()
}

#[test]
fn the_examples_of_the_specification_mean_what_it_says() {
    let found: Vec<_> =
        all().filter_map(|example| deviation(example).map(|difference| (example.0, difference))).collect();
    let known: Vec<_> = DEVIATIONS.iter().map(|(number, _)| *number).collect();
    let listed: Vec<_> = found.iter().map(|(number, difference)| format!("{number}: {difference}")).collect();
    assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), known, "{}", listed.join("\n"));
}

#[test]
fn each_chapter_is_there_whole() {
    let count = |chapter: &str| all().filter(|(number, ..)| number.split('.').next() == Some(chapter)).count();
    assert_eq!(["2", "5", "6", "7", "8", "9", "10"].map(count), [28, 14, 29, 24, 22, 6, 9]);
}
