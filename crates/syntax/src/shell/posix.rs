//! POSIX shell and bash: quotes, substitutions, here-documents, comments. What is rare is not guessed: it is
//! [`Context::Unknown`].

use std::ops::Range;

use super::scan::{Command, Context, Cursor, DEEPEST, LONGEST, Next, OPAQUE, Place, Scan};

/// Words before which and behind which a command begins.
const KEYWORDS: [&str; 12] = ["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}"];

/// Walks a script and tells about places in it: byte ranges in order, each one opaque part of a word.
pub fn posix(script: &str, places: &[Range<usize>]) -> Scan {
    if script.len() > LONGEST {
        return Scan::unknown(places.len());
    }
    let mut walk = Walk {
        cursor: Cursor::new(script, places),
        scan: Scan::default(),
        frames: Vec::new(),
        heredocs: Vec::new(),
        lost: false,
    };
    walk.open(Kind::Script);
    let understood = walk.run();
    if understood && walk.scan.places.len() == places.len() { walk.scan } else { Scan::unknown(places.len()) }
}

/// What a level of the script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Script,
    /// `( … )`, `$( … )`, `<( … )`
    Parentheses,
    /// `name=( … )`
    Array,
    /// `` ` … ` ``: escapes count twice in there.
    Backticks,
}

/// A level with its command in progress.
struct Frame {
    kind: Kind,
    /// Double quotes are open.
    quoted: bool,
    command: Option<usize>,
    word: Option<String>,
}

/// A here-document whose text begins at the next line.
struct Heredoc {
    delimiter: String,
    strips_tabs: bool,
    is_literal: bool,
    command: Option<usize>,
}

struct Walk<'s> {
    cursor: Cursor<'s>,
    scan: Scan,
    frames: Vec<Frame>,
    heredocs: Vec<Heredoc>,
    /// Something that is not followed has been met.
    lost: bool,
}

impl Walk<'_> {
    /// Whether the script was understood to its end.
    fn run(&mut self) -> bool {
        loop {
            let quoted = self.frames.last().is_some_and(|frame| frame.quoted);
            let understood = match self.cursor.next() {
                Next::End => {
                    self.end_command();
                    return self.frames.len() == 1 && !quoted && self.heredocs.is_empty();
                }
                Next::Place => self.place(quoted),
                Next::Char(char) if quoted => self.in_quotes(char),
                Next::Char(char) => self.outside(char),
            };
            if !understood || self.lost {
                return false;
            }
        }
    }

    fn place(&mut self, quoted: bool) -> bool {
        let in_backticks = self.frames.iter().any(|frame| frame.kind == Kind::Backticks);
        let context = match self.frames.last() {
            _ if in_backticks => Context::Unknown,
            _ if quoted => Context::Quoted,
            Some(frame) if frame.kind != Kind::Array && self.expects_a_name(frame) => Context::CommandName,
            _ => Context::Bare,
        };
        self.found(context);
        self.put(OPAQUE);
        true
    }

    fn found(&mut self, context: Context) {
        let command = if context == Context::Comment { None } else { self.command() };
        self.scan.places.push(Place { context, command });
    }

    /// Whether nothing but assignments and keywords came before the word in progress.
    fn expects_a_name(&self, frame: &Frame) -> bool {
        let command = frame.command.and_then(|command| self.scan.commands.get(command));
        let assigns = |word: &String| word.contains('=') && !word.starts_with('=');
        command.is_none_or(|command| command.words.iter().all(assigns)) && !frame.word.as_ref().is_some_and(assigns)
    }

    fn in_quotes(&mut self, char: char) -> bool {
        match char {
            '"' => self.set_quoted(false),
            '\\' => return self.escape(),
            '$' => return self.dollar(),
            '`' => return self.backtick(),
            char => self.put(char),
        }
        true
    }

    fn outside(&mut self, char: char) -> bool {
        match char {
            '"' => {
                self.begin_word();
                self.set_quoted(true);
            }
            '\'' => {
                self.begin_word();
                return self.until_quote(false);
            }
            '\\' => return self.escape(),
            '$' => return self.dollar(),
            '`' => return self.backtick(),
            ' ' | '\t' | '\r' => self.end_word(),
            '#' if self.frames.last().is_some_and(|frame| frame.word.is_none()) => self.comment(),
            '\n' => {
                self.end_command();
                return self.read_heredocs();
            }
            ';' => self.end_command(),
            '&' if self.cursor.starts_with(">") => self.end_word(),
            '&' => {
                // Of `2>&1` and `&>` it is a part of a redirection.
                if self.in_redirection() { self.put('&') } else { self.end_command() }
            }
            '|' => self.pipe(),
            '(' => return self.parenthesis(),
            ')' => return self.close_parenthesis(),
            '<' if self.cursor.starts_with("<<") => {
                self.end_word();
                self.cursor.skip(2);
            }
            '<' if self.cursor.starts_with("<") => return self.heredoc(),
            '<' | '>' if self.cursor.starts_with("(") => {
                self.end_word();
                self.begin_word();
                self.cursor.skip(1);
                return self.open(Kind::Parentheses);
            }
            '<' | '>' => self.redirect(char),
            char => self.put(char),
        }
        true
    }

    fn in_redirection(&self) -> bool {
        self.frames.last().and_then(|frame| frame.word.as_deref()).is_some_and(|word| word.ends_with(['<', '>']))
    }

    fn redirect(&mut self, char: char) {
        if !self.in_redirection() {
            self.end_word();
        }
        self.put(char);
    }

    fn escape(&mut self) -> bool {
        match self.cursor.next() {
            // An escaped place: its `$` would be a letter.
            Next::Place => false,
            Next::Char('\n') | Next::End => true,
            Next::Char(char) => {
                self.put(char);
                true
            }
        }
    }

    fn dollar(&mut self) -> bool {
        let quoted = self.frames.last().is_some_and(|frame| frame.quoted);
        self.begin_word();
        match self.cursor.peek() {
            // `$${{ … }}`: the process id, or what else the sign makes of it.
            Next::Place => false,
            Next::Char('(') if self.cursor.starts_with("((") => {
                self.cursor.skip(2);
                self.arithmetic()
            }
            Next::Char('(') => {
                self.cursor.skip(1);
                self.put(OPAQUE);
                self.open(Kind::Parentheses)
            }
            Next::Char('{') => {
                self.cursor.skip(1);
                self.put(OPAQUE);
                self.braces(quoted)
            }
            Next::Char('\'') if !quoted => {
                self.cursor.skip(1);
                self.until_quote(true)
            }
            _ => {
                self.put('$');
                true
            }
        }
    }

    fn backtick(&mut self) -> bool {
        if self.frames.last().is_some_and(|frame| frame.kind == Kind::Backticks) {
            self.end_command();
            self.frames.pop();
            return true;
        }
        self.begin_word();
        self.put(OPAQUE);
        self.open(Kind::Backticks)
    }

    fn parenthesis(&mut self) -> bool {
        let is_array =
            self.frames.last().and_then(|frame| frame.word.as_deref()).is_some_and(|word| word.ends_with('='));
        if is_array {
            return self.open(Kind::Array);
        }
        if self.cursor.starts_with("(") && self.frames.last().is_some_and(|frame| frame.word.is_none()) {
            self.cursor.skip(1);
            return self.arithmetic();
        }
        self.end_command();
        self.open(Kind::Parentheses)
    }

    fn close_parenthesis(&mut self) -> bool {
        self.end_command();
        match self.frames.last().map(|frame| frame.kind) {
            Some(Kind::Parentheses | Kind::Array) => {
                self.frames.pop();
                true
            }
            // The pattern of a `case`.
            Some(Kind::Script) => true,
            Some(Kind::Backticks) | None => false,
        }
    }

    /// To the `}` of `${…}`. What stands in there is not told.
    fn braces(&mut self, quoted: bool) -> bool {
        let (mut depth, mut in_quotes) = (1_usize, false);
        loop {
            match self.cursor.next() {
                // A quoted part of its own, and what is never closed.
                Next::End | Next::Char('`') => return false,
                Next::Place => self.found(Context::Unknown),
                Next::Char('\\') => self.cursor.skip(1),
                Next::Char('"') => in_quotes = !in_quotes,
                Next::Char('\'') if !quoted && !in_quotes => {
                    if !self.until_quote(false) {
                        return false;
                    }
                }
                Next::Char('$') if self.cursor.starts_with("{") => {
                    self.cursor.skip(1);
                    depth += 1;
                }
                // A substitution may hold any quotes.
                Next::Char('$') if self.cursor.starts_with("(") => return false,
                Next::Char('}') if !in_quotes => {
                    depth -= 1;
                    if depth == 0 {
                        return true;
                    }
                }
                Next::Char(_) => {}
            }
        }
    }

    /// To the `))` of arithmetic.
    fn arithmetic(&mut self) -> bool {
        let mut depth = 2_usize;
        while depth > 0 {
            match self.cursor.next() {
                Next::End | Next::Char('\'' | '"' | '`') => return false,
                Next::Place => self.found(Context::Arithmetic),
                Next::Char('(') => depth += 1,
                Next::Char(')') => depth -= 1,
                Next::Char(_) => {}
            }
        }
        self.put(OPAQUE);
        true
    }

    /// To the `'` that ends a text in which nothing is expanded.
    fn until_quote(&mut self, has_escapes: bool) -> bool {
        loop {
            match self.cursor.next() {
                Next::End => return false,
                Next::Place => {
                    self.found(Context::Literal);
                    self.put(OPAQUE);
                }
                Next::Char('\'') => return true,
                Next::Char('\\') if has_escapes => self.cursor.skip(1),
                Next::Char(char) => self.put(char),
            }
        }
    }

    fn comment(&mut self) {
        loop {
            match self.cursor.peek() {
                Next::End | Next::Char('\n') => return,
                Next::Place => self.found(Context::Comment),
                Next::Char(_) => {}
            }
            self.cursor.next();
        }
    }

    /// `<<WORD`, `<<-WORD`, `<<'WORD'`
    fn heredoc(&mut self) -> bool {
        self.end_word();
        self.cursor.skip(1);
        let strips_tabs = self.cursor.starts_with("-");
        self.cursor.skip(usize::from(strips_tabs));
        while self.cursor.starts_with(" ") {
            self.cursor.skip(1);
        }
        let (mut delimiter, mut is_literal) = (String::new(), false);
        loop {
            match self.cursor.peek() {
                Next::Place => return false,
                Next::End | Next::Char(' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '>' | '<' | ')') => break,
                Next::Char('\'' | '"' | '\\') => is_literal = true,
                Next::Char(char) => delimiter.push(char),
            }
            self.cursor.next();
        }
        // A quoted delimiter with blanks is too rare to be followed.
        if delimiter.is_empty() {
            return false;
        }
        let command = self.command();
        self.heredocs.push(Heredoc { delimiter, strips_tabs, is_literal, command });
        true
    }

    fn read_heredocs(&mut self) -> bool {
        for heredoc in std::mem::take(&mut self.heredocs) {
            if !self.read_heredoc(&heredoc) {
                return false;
            }
        }
        true
    }

    fn read_heredoc(&mut self, heredoc: &Heredoc) -> bool {
        let first = self.scan.places.len();
        let mut substitutes = false;
        loop {
            let line = self.cursor.rest().split('\n').next().unwrap_or_default().trim_end_matches('\r');
            let line = if heredoc.strips_tabs { line.trim_start_matches('\t') } else { line };
            if line == heredoc.delimiter {
                break;
            }
            loop {
                let next = self.cursor.next();
                let is_dollar = next == Next::Char('$') && self.cursor.rest().starts_with(['(', '{']);
                substitutes |= is_dollar || matches!(next, Next::Char('\\' | '`'));
                match next {
                    Next::End => return false,
                    Next::Char('\n') => break,
                    Next::Char('$') if self.cursor.peek() == Next::Place => substitutes = true,
                    Next::Char(_) => {}
                    Next::Place => {
                        let context = if heredoc.is_literal { Context::Literal } else { Context::Heredoc };
                        self.scan.places.push(Place { context, command: heredoc.command });
                    }
                }
            }
        }
        while heredoc.strips_tabs && self.cursor.starts_with("\t") {
            self.cursor.skip(1);
        }
        self.cursor.skip(heredoc.delimiter.chars().count());
        // What an escape or a substitution makes of a place in the same text is not followed.
        if substitutes && !heredoc.is_literal {
            for place in self.scan.places.iter_mut().skip(first) {
                place.context = Context::Unknown;
            }
        }
        true
    }

    fn open(&mut self, kind: Kind) -> bool {
        self.frames.push(Frame { kind, quoted: false, command: None, word: None });
        self.frames.len() <= DEEPEST
    }

    fn set_quoted(&mut self, quoted: bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.quoted = quoted;
        }
    }

    /// The command in progress, which begins where there is none.
    fn command(&mut self) -> Option<usize> {
        let around = self.frames.iter().rev().skip(1).find_map(|frame| frame.command);
        let frame = self.frames.last_mut()?;
        if frame.command.is_none() {
            self.scan.commands.push(Command { around, ..Command::default() });
            frame.command = Some(self.scan.commands.len() - 1);
        }
        frame.command
    }

    fn begin_word(&mut self) {
        self.command();
        if let Some(frame) = self.frames.last_mut() {
            frame.word.get_or_insert_default();
        }
    }

    fn put(&mut self, char: char) {
        self.begin_word();
        if let Some(word) = self.frames.last_mut().and_then(|frame| frame.word.as_mut()) {
            word.push(char);
        }
    }

    fn end_word(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        let Some(word) = frame.word.take() else { return };
        let Some(command) = frame.command.and_then(|command| self.scan.commands.get_mut(command)) else { return };
        let begins = command.words.is_empty();
        // Its patterns end with the sign that ends a substitution.
        self.lost |= begins && word == "case" && frame.kind == Kind::Parentheses;
        if !(begins && KEYWORDS.contains(&word.as_str())) {
            command.add(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if let Some(frame) = self.frames.last_mut() {
            frame.command = None;
        }
    }

    fn pipe(&mut self) {
        self.end_word();
        let Some(frame) = self.frames.last_mut() else { return };
        let writer = frame.command.take();
        if self.cursor.starts_with("|") {
            self.cursor.skip(1);
            return;
        }
        let reader = self.command();
        if let Some(writer) = writer.and_then(|writer| self.scan.commands.get_mut(writer)) {
            writer.pipes_into = reader;
        }
    }
}
