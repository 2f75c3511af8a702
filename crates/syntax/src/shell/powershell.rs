//! PowerShell: quotes, here-strings, comments, and the words of a line. What stands outside of quotes may be code or text;
//! that is [`Context::Unknown`].

use std::ops::Range;

use super::scan::{Command, Context, Cursor, LONGEST, Next, OPAQUE, Place, Scan};

/// Walks a script and tells about places in it: byte ranges in order, each one opaque.
pub fn powershell(script: &str, places: &[Range<usize>]) -> Scan {
    if script.len() > LONGEST {
        return Scan::unknown(places.len());
    }
    let mut walk = Walk { cursor: Cursor::new(script, places), scan: Scan::default(), word: String::new() };
    walk.scan.commands.push(Command::default());
    let understood = walk.run();
    if understood && walk.scan.places.len() == places.len() { walk.scan } else { Scan::unknown(places.len()) }
}

struct Walk<'s> {
    cursor: Cursor<'s>,
    scan: Scan,
    word: String,
}

impl Walk<'_> {
    fn run(&mut self) -> bool {
        loop {
            match self.cursor.next() {
                Next::End => {
                    self.end_word();
                    return true;
                }
                Next::Place => {
                    self.found(Context::Unknown);
                    self.word.push(OPAQUE);
                }
                Next::Char('`') => self.cursor.skip(1),
                Next::Char('@') if self.cursor.starts_with("\"\n") || self.cursor.starts_with("\"\r\n") => {
                    self.cursor.skip(1);
                    if !self.here_string("\n\"@", Context::Quoted) {
                        return false;
                    }
                }
                Next::Char('@') if self.cursor.starts_with("'\n") || self.cursor.starts_with("'\r\n") => {
                    self.cursor.skip(1);
                    if !self.here_string("\n'@", Context::Literal) {
                        return false;
                    }
                }
                Next::Char('"') => {
                    if !self.quoted() {
                        return false;
                    }
                }
                Next::Char('\'') => {
                    if !self.literal() {
                        return false;
                    }
                }
                Next::Char('<') if self.cursor.starts_with("#") => {
                    if !self.comment("#>") {
                        return false;
                    }
                }
                Next::Char('#') if self.word.is_empty() => {
                    if !self.comment("\n") {
                        return true;
                    }
                    self.end_command(false);
                }
                Next::Char(' ' | '\t' | '\r') => self.end_word(),
                Next::Char('|') => self.end_command(true),
                Next::Char('\n' | ';' | '&' | '(' | ')' | '{' | '}') => self.end_command(false),
                Next::Char(char) => self.word.push(char),
            }
        }
    }

    fn found(&mut self, context: Context) {
        let command = self.scan.commands.len().checked_sub(1);
        self.scan.places.push(Place { context, command: command.filter(|_| context != Context::Comment) });
    }

    /// To the `"` that ends a text with variables. A substitution in there is code of its own and not followed.
    fn quoted(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            let sure = depth == 0;
            let context = if sure { Context::Quoted } else { Context::Unknown };
            match self.cursor.next() {
                Next::End => return false,
                Next::Place => {
                    self.found(context);
                    self.word.push(OPAQUE);
                }
                Next::Char('`' | '$') if self.cursor.peek() == Next::Place => return false,
                Next::Char('`') => self.cursor.skip(1),
                Next::Char('$') if sure && self.cursor.starts_with("(") => {
                    self.cursor.skip(1);
                    depth = 1;
                }
                Next::Char('(') if !sure => depth += 1,
                Next::Char(')') if !sure => depth -= 1,
                Next::Char('"') if !sure => return false,
                Next::Char('"') if self.cursor.starts_with("\"") => self.cursor.skip(1),
                Next::Char('"') => return true,
                Next::Char(char) => self.word.push(char),
            }
        }
    }

    fn literal(&mut self) -> bool {
        loop {
            match self.cursor.next() {
                Next::End => return false,
                Next::Place => self.found(Context::Literal),
                Next::Char('\'') if self.cursor.starts_with("'") => self.cursor.skip(1),
                Next::Char('\'') => return true,
                Next::Char(char) => self.word.push(char),
            }
        }
    }

    fn here_string(&mut self, end: &str, context: Context) -> bool {
        let mut sure = true;
        while !self.cursor.starts_with(end) {
            let risky = self.cursor.starts_with("$(") || self.cursor.starts_with("`");
            sure &= !risky || context == Context::Literal;
            match self.cursor.next() {
                Next::End => return false,
                Next::Char('$') if self.cursor.peek() == Next::Place => return false,
                Next::Char(_) => {}
                Next::Place => self.found(if sure { context } else { Context::Unknown }),
            }
        }
        self.cursor.skip(end.chars().count());
        true
    }

    /// Whether it ends before the script does.
    fn comment(&mut self, end: &str) -> bool {
        while !self.cursor.starts_with(end) {
            match self.cursor.next() {
                Next::End => return false,
                Next::Place => self.found(Context::Comment),
                Next::Char(_) => {}
            }
        }
        self.cursor.skip(end.chars().count());
        true
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if let Some(command) = self.scan.commands.last_mut().filter(|_| !word.is_empty()) {
            command.add(word);
        }
    }

    fn end_command(&mut self, pipes: bool) {
        self.end_word();
        let next = self.scan.commands.len();
        if let Some(command) = self.scan.commands.last_mut() {
            command.pipes_into = pipes.then_some(next);
        }
        self.scan.commands.push(Command::default());
    }
}
