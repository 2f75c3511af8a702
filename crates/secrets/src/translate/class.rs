//! Bracketed classes, read as Go reads them: a dash is a range operator only between two characters, `[`, `&&` and `~~` are
//! plain characters.

use super::escape::Escape;
use super::{Atom, TranslateError, Translator, push_literal};

/// Names Go knows between `[:` and `:]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

impl Translator<'_> {
    pub(super) fn class(&mut self) -> Result<(), TranslateError> {
        let start = self.at;
        self.take();
        self.out.push('[');
        if self.take_if("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            match self.peek() {
                None => return Err(self.error_at(start, "`[` is never closed")),
                Some(']') if !first => break,
                Some(_) => self.class_member(start)?,
            }
            first = false;
        }
        self.take();
        self.out.push(']');
        self.set_atom(Atom::Once(1));
        Ok(())
    }

    fn class_member(&mut self, class_at: usize) -> Result<(), TranslateError> {
        if self.named_class()? || self.set_escape()? {
            return Ok(());
        }
        let start = self.at;
        let low = self.class_char(class_at)?;
        let mut ahead = self.rest().chars();
        let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|after| after != ']');
        push_literal(&mut self.out, low);
        if is_range {
            self.take();
            let high = self.class_char(class_at)?;
            if high < low {
                return Err(self.error_at(start, format!("the range `{}` ends before it begins", self.since(start))));
            }
            self.out.push('-');
            push_literal(&mut self.out, high);
        }
        Ok(())
    }

    /// `[:alpha:]`, `[:^alpha:]`.
    fn named_class(&mut self) -> Result<bool, TranslateError> {
        let start = self.at;
        let Some(body) = self.rest().strip_prefix("[:") else { return Ok(false) };
        // Without an end it is a `[` followed by others.
        let Some(length) = body.find(":]") else { return Ok(false) };
        let name = body.get(..length).unwrap_or_default();
        if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(self.error_at(start, format!("`[:{name}:]` is no class of Go's")));
        }
        self.at += length + 4;
        let named = self.since(start);
        self.out.push_str(named);
        Ok(true)
    }

    /// `\d`, `\S`, `\p{Greek}` inside a class.
    fn set_escape(&mut self) -> Result<bool, TranslateError> {
        match self.set()? {
            Some(Escape::Set { members, negated }) => {
                if negated {
                    self.out.push_str("[^");
                    self.out.push_str(members);
                    self.out.push(']');
                } else {
                    self.out.push_str(members);
                }
                Ok(true)
            }
            Some(Escape::Unicode(written)) => {
                self.out.push_str(&written);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn class_char(&mut self, class_at: usize) -> Result<char, TranslateError> {
        match self.peek() {
            None => Err(self.error_at(class_at, "`[` is never closed")),
            Some('\\') => self.escaped_char(),
            Some(char) => {
                self.take();
                Ok(char)
            }
        }
    }
}
