//! The table as a page for people.

use std::fmt::Write as _;

use portcullis_model::Section;

use super::{Initial, Key, Merge, POLICY, Strict, Type};

/// `docs/policy-reference.md`.
pub fn reference() -> String {
    let mut page = String::from(
        "# Every key of the policy\n\n\
         Written from the schema by `cargo run -p xtask -- gen`; not edited by hand. How the keys work together is told in\n\
         [the guide](guide/policy.md); `portcullis policy schema` prints the same as a JSON Schema.\n\n\
         *Tighter* says which change makes the gate tighter: `policy diff` goes by it. A key without a default is not set.\n\
         `null` takes a key back to its default. Keys that begin with `x-` belong to you.\n",
    );
    let (sections, others): (Vec<&Key>, Vec<&Key>) = POLICY.iter().partition(|key| is_section(key.name));
    let scalars: Vec<_> = others.iter().copied().filter(|key| key.kind.keys().next().is_none()).collect();
    heading(&mut page, "The file", "");
    table(&mut page, scalars.iter().map(|key| ("", *key)));
    for key in others.iter().filter(|key| key.kind.keys().next().is_some()) {
        heading(&mut page, &format!("`{}`", key.name), key.text);
        table(&mut page, key.kind.keys().map(|below| ("", below)));
    }
    let common: &[Key] = match sections.first().map(|key| &key.kind) {
        Some(Type::Map(groups)) => groups.first().copied().unwrap_or_default(),
        _ => &[],
    };
    let names: Vec<_> = sections.iter().map(|key| format!("`{}`", key.name)).collect();
    heading(&mut page, "Every section", &format!("The sections are {}. Each takes these keys.", names.join(", ")));
    table(&mut page, common.iter().map(|key| ("", key)));
    for key in sections {
        let Type::Map([_, own @ ..]) = key.kind else { continue };
        heading(&mut page, &format!("`{}`", key.name), key.text);
        if own.is_empty() {
            page.push_str("No keys but those of every section.\n");
        } else {
            table(&mut page, own.iter().flat_map(|group| group.iter()).map(|key| ("", key)));
        }
    }
    page
}

fn is_section(name: &str) -> bool {
    Section::ALL.iter().any(|section| section.as_str() == name)
}

fn heading(page: &mut String, title: &str, text: &str) {
    let _ = write!(page, "\n## {title}\n\n");
    if !text.is_empty() {
        let _ = write!(page, "{text}\n\n");
    }
}

fn table<'a>(page: &mut String, keys: impl Iterator<Item = (&'a str, &'static Key)>) {
    page.push_str("| key | what it says | value | default | layers | tighter |\n|---|---|---|---|---|---|\n");
    for (prefix, key) in keys {
        row(page, prefix, key);
    }
}

/// A key, then the keys below it; the schema is a handful of levels deep.
fn row(page: &mut String, prefix: &str, key: &'static Key) {
    let path = format!("{prefix}{}", key.name);
    let default = match key.default {
        Initial::Required => "must be written".to_owned(),
        Initial::Unset => String::new(),
        Initial::Is(text) => format!("`{text}`"),
    };
    let _ = writeln!(
        page,
        "| `{path}` | {} | {} | {default} | {} | {} |",
        key.text,
        kind(&key.kind),
        layers(key.merge),
        tighter(key.strict)
    );
    if matches!(key.kind, Type::PerPath(_)) {
        return;
    }
    let below = if matches!(key.kind, Type::Entries(..)) { format!("{path}[].") } else { format!("{path}.") };
    for key in key.kind.keys() {
        row(page, &below, key);
    }
}

fn kind(kind: &Type) -> String {
    match kind {
        Type::List(element) => format!("list of: {}", element.expected()),
        Type::PerPath(_) => {
            let names: Vec<_> = kind.keys().map(|key| format!("`{}`", key.name)).collect();
            format!("a mapping with these keys of the section: {}", names.join(", "))
        }
        Type::Mapping(element) => format!("mapping from pattern or name to: {}", element.expected()),
        kind => kind.expected(),
    }
}

const fn layers(merge: Merge) -> &'static str {
    match merge {
        Merge::Own => "each file for itself",
        Merge::Deep => "key by key",
        Merge::Set => "the later value",
        Merge::Edit => "the later list, or `{add, remove}`",
        Merge::Keyed => "entry by entry",
        Merge::Append => "all kept",
        Merge::LastMatch => "the last matching pattern",
    }
}

const fn tighter(strict: Strict) -> &'static str {
    match strict {
        Strict::Level => "a higher level",
        Strict::Up => "more",
        Strict::Down => "less",
        Strict::DownOrUnset => "less, or not set",
        Strict::Fewer => "a smaller set",
        Strict::FewerButNotNone => "a smaller set; none means everything",
        Strict::More => "a bigger set",
        Strict::True => "`true`",
        Strict::False => "`false`",
        Strict::Later => "the later word",
        Strict::Required => "`true`, then `auto`",
        Strict::AnyIsLooser => "every change counts as looser",
        Strict::PerKey | Strict::Neutral => "",
    }
}
