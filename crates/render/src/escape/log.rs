//! The log of a GitHub workflow: lines and commands (spec/github-ux.md 3.5, 3.6).

use std::fmt;

use super::{cap, clean};

/// A command's message is cut by the runner at 4 096 characters; a log reader is tired long before.
const COMMAND_MESSAGE: usize = 1_000;

/// A line the runner prints and does not obey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine(String);

impl LogLine {
    /// Cleaned, and both forms of workflow commands defused.
    pub fn new(raw: &str, most: usize) -> Self {
        Self(defuse_line(&clean(raw, most)))
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Takes the meaning of a workflow command from a line that is otherwise safe: U+200B after the first `:` of a leading
/// `::` and after `##` of every `##[`. Colours before the `::` count as nothing, for whoever strips them.
pub(crate) fn defuse_line(line: &str) -> String {
    let mut defused = line.replace("##[", "##\u{200b}[");
    let lead = lead(&defused);
    if defused.get(lead..).is_some_and(|rest| rest.starts_with("::")) {
        defused.insert(lead + 1, '\u{200b}');
    }
    defused
}

/// Bytes of white space and of colour sequences at the start of a line.
fn lead(line: &str) -> usize {
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let next = match trimmed.strip_prefix("\u{1b}[").and_then(|sequence| sequence.split_once('m')) {
            Some((codes, next)) if codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => next,
            _ => return line.len() - trimmed.len(),
        };
        rest = next;
    }
}

/// The token that switches workflow commands off and on again: 128 random bits as 32 hex digits, fresh for each run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopToken(String);

impl StopToken {
    /// `None` unless the token is 32 lower-case hex digits.
    pub fn new(token: &str) -> Option<Self> {
        let hex = token.len() == 32 && token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| Self(token.to_owned()))
    }

    /// The token itself: a word nobody can guess.
    pub fn word(&self) -> &str {
        &self.0
    }

    /// The line after which the runner obeys nothing.
    pub fn stop(&self) -> String {
        format!("::stop-commands::{}\n", self.0)
    }

    /// The line after which it obeys again.
    pub fn resume(&self) -> String {
        format!("::{}::\n", self.0)
    }
}

/// Message of a workflow command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmdData(String);

impl CmdData {
    /// One line.
    pub fn new(raw: &str) -> Self {
        Self(data(&clean(raw, COMMAND_MESSAGE)))
    }

    /// Several lines, each cleaned on its own; together at most 1 000 characters.
    pub fn lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut left = COMMAND_MESSAGE;
        let mut message = String::new();
        for line in lines {
            if left == 0 {
                break;
            }
            let line = clean(line, left);
            left = left.saturating_sub(line.chars().count() + 1);
            if !message.is_empty() {
                message.push('\n');
            }
            message.push_str(&line);
        }
        Self(data(&message))
    }
}

/// `%` first: encoding it later would encode the encoding.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

impl fmt::Display for CmdData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Property of a workflow command: `file`, `title`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmdProp(String);

impl CmdProp {
    /// A title or the like.
    pub fn new(raw: &str, most: usize) -> Self {
        Self(property(&clean(raw, most)))
    }

    /// A path. A path that `clean` would change names no file the runner could find, and gives `None`.
    pub fn path(raw: &str) -> Option<Self> {
        (clean(raw, cap::FILE) == raw).then(|| Self(property(raw)))
    }
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

impl fmt::Display for CmdProp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::corpus;

    /// What the runner takes for a command: `::` at the start of the trimmed line, `##[` anywhere.
    fn is_command(line: &str) -> bool {
        line.trim_start().starts_with("::") || line.contains("##[")
    }

    #[test]
    fn both_forms_of_commands_lose_their_meaning() {
        for (raw, line) in [
            ("::error::x", ":\u{200b}:error::x"),
            ("  ::stop-commands::t", ":\u{200b}:stop-commands::t"),
            ("a ##[error]b ##[group]", "a ##\u{200b}[error]b ##\u{200b}[group]"),
            ("###[x]", "###\u{200b}[x]"),
            ("a::b", "a::b"),
            ("\n::error::x", ":\u{200b}:error::x"),
        ] {
            assert_eq!(LogLine::new(raw, 400).to_string(), line, "{raw:?}");
        }
    }

    #[test]
    fn colours_before_a_command_do_not_hide_it() {
        assert_eq!(defuse_line("\u{1b}[1;31m \u{1b}[0m::error::x"), "\u{1b}[1;31m \u{1b}[0m:\u{200b}:error::x");
    }

    #[test]
    fn the_encodings_of_the_runner() {
        assert_eq!(CmdData::new("100% sure: a,b").to_string(), "100%25 sure: a,b");
        assert_eq!(CmdData::lines(["50%", "b\nc"]).to_string(), "50%25%0Ab c");
        assert_eq!(CmdProp::new("a:b,c%0A", 80).to_string(), "a%3Ab%2Cc%250A");
        assert_eq!(CmdProp::path("a,b/c.yml").map(|path| path.to_string()).as_deref(), Some("a%2Cb/c.yml"));
        assert_eq!(CmdProp::path("a\nb"), None);
        let long = "deep/".repeat(100);
        assert_eq!(CmdProp::path(&long).map(|path| path.to_string()), Some(long));
    }

    #[test]
    fn a_long_message_is_cut() {
        assert_eq!(CmdData::new(&"x".repeat(5_000)).to_string().chars().count(), 1_000);
        let lines = vec!["y".repeat(300); 10];
        assert!(
            CmdData::lines(lines.iter().map(String::as_str)).to_string().replace("%0A", "\n").chars().count() <= 1_001
        );
    }

    #[test]
    fn only_a_hex_token_stops_commands() {
        assert!(StopToken::new("0123456789abcdef0123456789abcdef").is_some());
        assert!(StopToken::new("::error::").is_none());
        assert!(StopToken::new("0123456789ABCDEF0123456789ABCDEF").is_none());
    }

    #[test]
    fn nothing_of_the_hostile_corpus_is_a_command() {
        for raw in corpus::hostile() {
            assert!(!is_command(&LogLine::new(&raw, 400).to_string()), "{raw:?}");
            assert!(!CmdData::new(&raw).to_string().contains(['\r', '\n']), "{raw:?}");
            assert!(!CmdProp::new(&raw, 80).to_string().contains(['\r', '\n', ':', ',']), "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_is_a_command(raw in "[:# \t\n\u{1b}\\[\\]a%m;1]{0,40}") {
            prop_assert!(!is_command(&LogLine::new(&raw, 400).to_string()));
        }

        #[test]
        fn the_runner_reads_back_what_was_said(raw in any::<String>()) {
            let cleaned = clean(&raw, COMMAND_MESSAGE);
            let decoded = CmdData::new(&raw).to_string().replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
            prop_assert_eq!(&decoded, &cleaned);
            let decoded = CmdProp::new(&raw, COMMAND_MESSAGE).to_string();
            let decoded = decoded.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
            prop_assert_eq!(decoded.replace("%25", "%"), cleaned);
        }
    }
}
