//! What follows a backslash.

use super::{Atom, DIGIT, SPACE, TranslateError, Translator, WORD};

/// An escape that stands for a set of characters.
pub(super) enum Escape {
    /// `\d \s \w` and their negations: members as they stand inside a class.
    Set { members: &'static str, negated: bool },
    /// `\pL`, `\p{Greek}`, written for the crate.
    Unicode(String),
}

impl Translator<'_> {
    /// An escape outside a class.
    pub(super) fn escape(&mut self) -> Result<(), TranslateError> {
        match self.set()? {
            Some(Escape::Set { members, negated }) => {
                self.out.push_str(if negated { "[^" } else { "[" });
                self.out.push_str(members);
                self.out.push(']');
                self.set_atom(Atom::Once(1));
                return Ok(());
            }
            Some(Escape::Unicode(written)) => {
                self.out.push_str(&written);
                self.set_atom(Atom::Once(1));
                return Ok(());
            }
            None => {}
        }
        if self.take_if(r"\Q") {
            let quoted = self.rest().split(r"\E").next().unwrap_or_default();
            self.at += quoted.len();
            self.take_if(r"\E");
            quoted.chars().for_each(|char| self.literal(char));
            return Ok(());
        }
        // The word edges of Go know ASCII only.
        for (go, ours) in [(r"\A", r"\A"), (r"\z", r"\z"), (r"\b", r"(?-u:\b)"), (r"\B", r"(?-u:\B)")] {
            if self.take_if(go) {
                self.out.push_str(ours);
                self.set_atom(Atom::Once(1));
                return Ok(());
            }
        }
        let char = self.escaped_char()?;
        self.literal(char);
        Ok(())
    }

    /// The escapes that stand for a set; `None`, and nothing read, when the next is none of them.
    pub(super) fn set(&mut self) -> Result<Option<Escape>, TranslateError> {
        let start = self.at;
        let Some(letter) = self.rest().strip_prefix('\\').and_then(|rest| rest.chars().next()) else { return Ok(None) };
        let (members, negated) = match letter {
            'd' => (DIGIT, false),
            'D' => (DIGIT, true),
            's' => (SPACE, false),
            'S' => (SPACE, true),
            'w' => (WORD, false),
            'W' => (WORD, true),
            'p' | 'P' => {
                self.at += 2;
                return self.unicode_class(start, letter == 'P').map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 2;
        Ok(Some(Escape::Set { members, negated }))
    }

    fn unicode_class(&mut self, start: usize, capital: bool) -> Result<Escape, TranslateError> {
        let name = if self.take_if("{") {
            let Some(length) = self.rest().find('}') else {
                return Err(self.error_at(start, format!("`{}` is never closed", self.since(start))));
            };
            let name = self.rest().get(..length).unwrap_or_default();
            self.at += length + 1;
            name
        } else {
            let name_at = self.at;
            self.take();
            self.since(name_at)
        };
        let (name, caret) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(self.error_at(start, format!("`{}` names no class of characters", self.since(start))));
        }
        let letter = if capital == caret { 'p' } else { 'P' };
        Ok(Escape::Unicode(format!("\\{letter}{{{name}}}")))
    }

    /// An escape that stands for one character, inside or outside a class.
    pub(super) fn escaped_char(&mut self) -> Result<char, TranslateError> {
        let start = self.at;
        self.take();
        let unknown = |this: &Self| this.error_at(start, format!("`{}` is no escape of Go's", this.since(start)));
        match self.take() {
            None => Err(self.error_at(start, r"the pattern ends with `\`")),
            Some('a') => Ok('\u{7}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('v') => Ok('\u{b}'),
            Some('x') => self.hexadecimal().ok_or_else(|| unknown(self)),
            Some(digit @ '0'..='7') => {
                // One digit that is not 0 would be a back-reference.
                if digit != '0' && !self.peek().is_some_and(|next| next.is_digit(8)) {
                    let message = format!("`{}` is a back-reference, which Go does not have", self.since(start));
                    return Err(self.error_at(start, message));
                }
                Ok(self.octal(digit))
            }
            Some(punctuation) if punctuation.is_ascii() && !punctuation.is_ascii_alphanumeric() => Ok(punctuation),
            Some(_) => Err(unknown(self)),
        }
    }

    fn octal(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or_default();
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else { break };
            self.take();
            value = value * 8 + digit;
        }
        char::from_u32(value).unwrap_or_default()
    }

    /// What follows `\x`: two digits, or any number of them in braces. `None` also for a surrogate, which no text holds.
    fn hexadecimal(&mut self) -> Option<char> {
        if !self.take_if("{") {
            let high = self.take()?.to_digit(16)?;
            let low = self.take()?.to_digit(16)?;
            return char::from_u32(high * 16 + low);
        }
        let mut value: Option<u32> = None;
        loop {
            let char = self.take()?;
            if char == '}' {
                return char::from_u32(value?);
            }
            let longer = value.unwrap_or_default().checked_mul(16)?.checked_add(char.to_digit(16)?)?;
            value = Some(longer).filter(|value| *value <= u32::from(char::MAX));
            value?;
        }
    }
}
