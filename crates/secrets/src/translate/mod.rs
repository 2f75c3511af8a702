//! Go's regular expressions (RE2 syntax) written for the `regex` crate (spec/secrets-gitleaks.md 3).
//!
//! Rule files are written for Go. The two dialects look alike and differ quietly: `\w` is ASCII there and Unicode here, `{`
//! may stand for itself there, `--` in a class is a range there and a set operator here. Every construct is therefore read as
//! Go reads it and written so that the crate means the same; what Go refuses is refused, so that a rule file that works here
//! works everywhere.

mod class;
mod escape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

/// Go's limit for a repeat count, nested counts multiplied.
const MOST_REPEATS: u32 = 1_000;
/// The crate's own limit; Go's is 1000.
const DEEPEST: usize = 200;

/// What Go's `\s` matches: no vertical tab, no Unicode spaces.
pub(super) const SPACE: &str = r"\t\n\x0C\r ";
pub(super) const DIGIT: &str = "0-9";
pub(super) const WORD: &str = "0-9A-Za-z_";

/// Why a pattern is not one of Go's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranslateError {
    /// Byte offset in the pattern.
    pub offset: usize,
    /// What is wrong; the thing at fault is quoted.
    pub message: String,
}

impl fmt::Display for TranslateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {} of the pattern)", self.message, self.offset)
    }
}

impl std::error::Error for TranslateError {}

/// Writes a pattern of Go's `regexp` for the `regex` crate (its `str` API with Unicode on). Linear in the pattern.
pub fn translate(go: &str) -> Result<String, TranslateError> {
    let mut translator = Translator::new(go);
    translator.pattern()?;
    Ok(translator.out)
}

/// What a repetition operator would repeat.
#[derive(Clone, Copy, PartialEq)]
enum Atom {
    /// Nothing: the start of a branch.
    Nothing,
    /// Something whose nested counted repeats multiply to this.
    Once(u32),
    /// The same, already repeated: Go refuses a second operator.
    Repeated(u32),
}

impl Atom {
    const fn repeats(self) -> u32 {
        match self {
            Self::Nothing => 1,
            Self::Once(repeats) | Self::Repeated(repeats) => repeats,
        }
    }
}

struct Group {
    opened_at: usize,
    /// The largest product of nested repeats seen in the group.
    widest: u32,
}

struct Translator<'a> {
    go: &'a str,
    at: usize,
    out: String,
    groups: Vec<Group>,
    names: BTreeSet<&'a str>,
    atom: Atom,
    /// Of the text outside all groups.
    widest: u32,
}

impl<'a> Translator<'a> {
    fn new(go: &'a str) -> Self {
        Self {
            go,
            at: 0,
            out: String::with_capacity(go.len() + 16),
            groups: Vec::new(),
            names: BTreeSet::new(),
            atom: Atom::Nothing,
            widest: 1,
        }
    }

    fn pattern(&mut self) -> Result<(), TranslateError> {
        while let Some(char) = self.peek() {
            match char {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '|' => {
                    self.take();
                    self.set_atom(Atom::Nothing);
                    self.out.push('|');
                }
                '*' | '+' | '?' => {
                    let start = self.at;
                    self.take();
                    self.repeat(start, 1)?;
                }
                '{' => self.brace()?,
                '.' | '^' | '$' => {
                    self.take();
                    self.out.push(char);
                    self.set_atom(Atom::Once(1));
                }
                literal => {
                    self.take();
                    self.literal(literal);
                }
            }
        }
        match self.groups.first() {
            Some(group) => Err(self.error_at(group.opened_at, "`(` is never closed")),
            None => Ok(()),
        }
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    fn rest(&self) -> &'a str {
        self.go.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn take_if(&mut self, prefix: &str) -> bool {
        let matches = self.rest().starts_with(prefix);
        if matches {
            self.at += prefix.len();
        }
        matches
    }

    fn error_at(&self, offset: usize, message: impl Into<String>) -> TranslateError {
        TranslateError { offset: offset.min(self.go.len()), message: message.into() }
    }

    /// The text from `start` to the reading position, to be quoted.
    fn since(&self, start: usize) -> &'a str {
        self.go.get(start..self.at).unwrap_or_default()
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    fn literal(&mut self, char: char) {
        push_literal(&mut self.out, char);
        self.set_atom(Atom::Once(1));
    }

    fn set_atom(&mut self, atom: Atom) {
        let repeats = self.atom.repeats();
        let widest = self.groups.last_mut().map_or(&mut self.widest, |group| &mut group.widest);
        *widest = (*widest).max(repeats);
        self.atom = atom;
    }

    // --- repetition --------------------------------------------------------------------------------------------------

    /// Writes the operator that stands between `start` and the reading position, with a `?` behind it.
    fn repeat(&mut self, start: usize, count: u32) -> Result<(), TranslateError> {
        let operator = self.since(start);
        let repeats = match self.atom {
            Atom::Nothing => return Err(self.error_at(start, format!("`{operator}` has nothing to repeat"))),
            Atom::Repeated(_) => {
                return Err(self.error_at(start, format!("`{operator}` repeats what is repeated already")));
            }
            Atom::Once(repeats) => repeats.saturating_mul(count.max(1)),
        };
        if repeats > MOST_REPEATS {
            let message = format!("`{operator}` repeats more than {MOST_REPEATS} times, outer repeats included");
            return Err(self.error_at(start, message));
        }
        self.out.push_str(operator);
        if self.take_if("?") {
            self.out.push('?');
        }
        self.atom = Atom::Repeated(repeats);
        Ok(())
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else that begins with `{` is that character.
    fn brace(&mut self) -> Result<(), TranslateError> {
        let start = self.at;
        let Some(length) = counted_length(self.rest()) else {
            self.take();
            self.literal('{');
            return Ok(());
        };
        self.at += length;
        let inside = self.since(start).trim_start_matches('{').trim_end_matches('}');
        let (least, most) = inside.split_once(',').map_or((inside, inside), |(least, most)| (least, most));
        let bound = |digits: &str| digits.parse::<u32>().ok().filter(|count| *count <= MOST_REPEATS);
        let (Some(least), Some(most)) = (bound(least), if most.is_empty() { Some(u32::MAX) } else { bound(most) })
        else {
            let message = format!("`{}` repeats more than {MOST_REPEATS} times", self.since(start));
            return Err(self.error_at(start, message));
        };
        if least > most {
            return Err(self.error_at(start, format!("`{}` ends before it begins", self.since(start))));
        }
        self.repeat(start, if most == u32::MAX { least } else { most })
    }

    // --- groups ------------------------------------------------------------------------------------------------------

    fn open_group(&mut self) -> Result<(), TranslateError> {
        let start = self.at;
        self.take();
        if !self.take_if("?") {
            return self.push_group(start, "(");
        }
        if self.take_if("P<") || (self.rest().starts_with('<') && !is_lookbehind(self.rest()) && self.take_if("<")) {
            return self.named_group(start);
        }
        if let Some(sign) = ["=", "!", "<=", "<!", ">", "#", "P="].iter().find(|sign| self.rest().starts_with(**sign)) {
            let message = format!("`(?{sign}` is not part of Go's regular expressions");
            return Err(self.error_at(start, message));
        }
        self.flags(start)
    }

    fn push_group(&mut self, opened_at: usize, opening: &str) -> Result<(), TranslateError> {
        if self.groups.len() >= DEEPEST {
            return Err(self.error_at(opened_at, format!("groups are nested deeper than {DEEPEST}")));
        }
        self.set_atom(Atom::Nothing);
        self.groups.push(Group { opened_at, widest: 1 });
        self.out.push_str(opening);
        Ok(())
    }

    /// A named group is written without its name: groups are only ever asked for by number, and the crate takes fewer names.
    fn named_group(&mut self, start: usize) -> Result<(), TranslateError> {
        let name_at = self.at;
        while self.peek().is_some_and(|char| char.is_ascii_alphanumeric() || char == '_') {
            self.take();
        }
        let name = self.since(name_at);
        if name.is_empty() || !self.take_if(">") {
            return Err(self.error_at(start, "the name of a group is letters, digits and `_`, closed by `>`"));
        }
        if !self.names.insert(name) {
            return Err(self.error_at(start, format!("the group name `{name}` is given twice")));
        }
        self.push_group(start, "(")
    }

    /// `(?flags)` and `(?flags:…)`; the later of two contradicting flags wins, as in Go.
    fn flags(&mut self, start: usize) -> Result<(), TranslateError> {
        let mut flags: [(char, Option<bool>); 4] = [('i', None), ('m', None), ('s', None), ('U', None)];
        let mut on = true;
        let mut seen_after_minus = true;
        loop {
            let at = self.at;
            match self.take() {
                Some('-') if on => {
                    on = false;
                    seen_after_minus = false;
                }
                Some(end @ (':' | ')')) if seen_after_minus => {
                    let written = |wanted: bool| flags.iter().filter(move |(_, set)| *set == Some(wanted));
                    let mut opening: String = "(?".to_owned();
                    opening.extend(written(true).map(|(flag, _)| *flag));
                    if written(false).next().is_some() {
                        opening.push('-');
                        opening.extend(written(false).map(|(flag, _)| *flag));
                    }
                    opening.push(end);
                    if end == ':' {
                        return self.push_group(start, &opening);
                    }
                    if opening != "(?)" {
                        self.out.push_str(&opening);
                    }
                    // The crate cannot repeat what stands before a flag group, so nothing can.
                    self.set_atom(Atom::Nothing);
                    return Ok(());
                }
                Some(char) => match flags.iter_mut().find(|(flag, _)| *flag == char) {
                    Some((_, set)) => {
                        *set = Some(on);
                        seen_after_minus = true;
                    }
                    None => {
                        return Err(self.error_at(at, format!("`{char}` is not a flag of Go's (`i`, `m`, `s`, `U`)")));
                    }
                },
                None => return Err(self.error_at(start, "`(?` is never closed")),
            }
        }
    }

    fn close_group(&mut self) -> Result<(), TranslateError> {
        let at = self.at;
        self.take();
        self.set_atom(Atom::Nothing);
        let Some(group) = self.groups.pop() else { return Err(self.error_at(at, "`)` closes nothing")) };
        self.out.push(')');
        self.atom = Atom::Once(group.widest);
        Ok(())
    }
}

/// Length of `{n}`, `{n,}` or `{n,m}` at the start of the text; Go refuses leading zeros.
fn counted_length(text: &str) -> Option<usize> {
    let body = text.strip_prefix('{')?;
    let inside = body.get(..body.find('}')?)?;
    let number = |digits: &str| {
        !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.len() == 1 || !digits.starts_with('0'))
    };
    let counted = match inside.split_once(',') {
        Some((least, most)) => number(least) && (most.is_empty() || number(most)),
        None => number(inside),
    };
    counted.then_some(inside.len() + 2)
}

fn is_lookbehind(rest: &str) -> bool {
    rest.starts_with("<=") || rest.starts_with("<!")
}

/// A character that stands for itself, outside or inside a class.
fn push_literal(out: &mut String, char: char) {
    if regex_syntax::is_meta_character(char) {
        out.push('\\');
    }
    out.push(char);
}
