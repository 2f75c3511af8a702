//! The texts of results and notifications: written out, or named and filled with arguments (SARIF 2.1.0, 3.11).

use std::borrow::Cow;
use std::sync::LazyLock;

use portcullis_model::text::bounded;
use regex::Regex;

use super::shape::{MAX_TAGS, Message, Notification, ResultItem, Rule, Tool};

/// Characters of a message before its arguments are put in.
const MAX_TEXT: usize = 4_000;
/// Characters of an argument of a message: a text may name it a thousand times.
const MAX_ARGUMENT: usize = 500;

/// The text of a result; `None` when neither it nor its rule has one.
pub(super) fn of_result(item: &ResultItem<'_>, rule: Option<&Rule<'_>>, tool: Option<&Tool<'_>>) -> Option<String> {
    let own = item.message.as_ref();
    own.and_then(|message| of_message(message, rule, tool)).or_else(|| {
        let text =
            short(rule?).or_else(|| rule?.full_description.as_ref()?.text.given()).or_else(|| rule?.name.given())?;
        Some(without_links(bounded(text, MAX_TEXT)))
    })
}

/// The text of a notification; `None` when neither it nor its descriptor has one.
pub(super) fn of_notification(note: &Notification<'_>, tool: Option<&Tool<'_>>) -> Option<String> {
    let descriptor = note.descriptor.as_ref().and_then(|reference| {
        let listed = &tool?.driver.notifications.0;
        let named = || listed.iter().find(|rule| rule.id.given().is_some() && rule.id == reference.id);
        reference.index.index().and_then(|index| listed.get(index)).or_else(named)
    });
    let own = note.message.as_ref().and_then(|message| of_message(message, descriptor, tool));
    own.or_else(|| Some(bounded(short(descriptor?)?, MAX_TEXT)))
}

fn of_message(message: &Message<'_>, rule: Option<&Rule<'_>>, tool: Option<&Tool<'_>>) -> Option<String> {
    let by_id = || {
        let id = message.id.given()?;
        let global = tool.map_or(&[][..], |tool| &tool.driver.global_message_strings.0);
        let strings = rule.map_or(&[][..], |rule| &rule.message_strings.0);
        let mut known = strings.iter().take(MAX_TAGS).chain(global.iter().take(MAX_TAGS));
        let (_, found) = known.find(|(name, _)| name == id)?;
        found.text.given().or_else(|| found.markdown.given())
    };
    let written = message.text.given();
    // A text without arguments that stands in the result itself is meant as it stands: it quotes braces of code.
    let named = by_id().filter(|_| written.is_none());
    let text = bounded(written.or(named).or_else(|| message.markdown.given())?, MAX_TEXT);
    let arguments: Vec<String> =
        message.arguments.iter().take(MAX_TAGS).map(|argument| bounded(argument, MAX_ARGUMENT)).collect();
    let is_pattern = named.is_some() || !arguments.is_empty();
    Some(without_links(if is_pattern { filled(&text, &arguments) } else { text }))
}

/// The first sentence of a rule.
pub(super) fn short<'a>(rule: &'a Rule<'_>) -> Option<&'a str> {
    rule.short_description.as_ref()?.text.given()
}

/// Puts the arguments into `{0}`; `{{` and `}}` are braces.
fn filled(text: &str, arguments: &[String]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            filled.push_str(from.get(..1).unwrap_or_default());
            rest = after;
        } else if let Some((index, after)) = placeholder(from) {
            filled.push_str(arguments.get(index).map_or("…", String::as_str));
            rest = after;
        } else {
            filled.push_str(from.get(..1).unwrap_or_default());
            rest = from.get(1..).unwrap_or_default();
        }
    }
    filled.push_str(rest);
    filled
}

/// `{12}…`: the number and what follows.
fn placeholder(text: &str) -> Option<(usize, &str)> {
    let inner = text.strip_prefix('{')?;
    let after = inner.trim_start_matches(|char: char| char.is_ascii_digit());
    let digits = inner.get(..inner.len() - after.len())?;
    Some((digits.parse().ok()?, after.strip_prefix('}')?))
}

/// What looks like a link and is none: its brackets are escaped (SARIF 2.1.0, 3.11.6).
#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static NO_LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\\[([^\[\]]*)\\\]\(").unwrap());

/// Links to related places (`[here](1)`) become their text.
pub(super) fn without_links(text: String) -> String {
    // Both patterns hold this.
    if memchr::memmem::find(text.as_bytes(), b"](").is_none() {
        return text;
    }
    let text = without_place_links(&text);
    if !text.contains("\\](") {
        return text;
    }
    match NO_LINK.replace_all(&text, "[$1](") {
        Cow::Owned(replaced) => replaced,
        Cow::Borrowed(_) => text,
    }
}

/// `[label](12)` becomes `label`. Every result of some tools has one: looking for them costs less than a pattern does.
fn without_place_links(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|later| later.find("](")).map(|at| from + at) {
        let (before, target) = (rest.get(..at).unwrap_or_default(), rest.get(at + 2..).unwrap_or_default());
        let after = target.trim_start_matches(|char: char| char.is_ascii_digit());
        let is_place = after.len() < target.len() && after.starts_with(')');
        let label = before.rfind(['[', ']']).filter(|open| is_place && before.get(*open..=*open) == Some("["));
        // The `\` of an escaped bracket stands at the end of the label.
        let Some(open) = label.filter(|_| !before.ends_with('\\')) else {
            from = at + 2;
            continue;
        };
        kept.push_str(before.get(..open).unwrap_or_default());
        kept.push_str(before.get(open + 1..).unwrap_or_default());
        (rest, from) = (after.get(1..).unwrap_or_default(), 0);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn arguments_are_put_in_and_doubled_braces_are_braces() {
        assert_eq!(filled("{0} in {{x}} of {1}, {7}", &["a".to_owned(), "b".to_owned()]), "a in {x} of b, …");
        assert_eq!(filled("a { b } {x} {", &["y".to_owned()]), "a { b } {x} {");
    }

    #[test]
    fn links_to_places_become_their_text_and_web_links_stay() {
        assert_eq!(without_links("see [here](1) and [CVE](https://x)".to_owned()), "see here and [CVE](https://x)");
        assert_eq!(without_links(r"\[not](1) and \[no\](2) and a\[b\]".to_owned()), r"\not and [no](2) and a\[b\]");
    }

    proptest! {
        #[test]
        fn links_are_those_a_pattern_would_find(text in r"[\[\]()1a\\]{0,24}") {
            let pattern = Regex::new(r"\[([^\[\]]*)\]\((?-u:\d)+\)").unwrap();
            let by_pattern = pattern.replace_all(&text, |link: &regex::Captures<'_>| {
                if link[1].ends_with('\\') { link[0].to_owned() } else { link[1].to_owned() }
            });
            prop_assert_eq!(without_place_links(&text), by_pattern);
        }
    }
}
