//! The terminal a report is drawn for, and the canvas it is drawn on.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style};
use portcullis_model::Level;

use crate::escape::{Shown, StopToken, TermText, defuse_line};

/// What the receiving end can show and how much it wants to see.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Colours may be used. They are never the only carrier of a meaning.
    pub color: bool,
    /// Characters beyond ASCII may be used.
    pub unicode: bool,
    /// Columns. Less than 40 is treated as 40.
    pub width: usize,
    /// How much to show.
    pub verbosity: Verbosity,
    /// The output goes to the log of a GitHub workflow, where lines can be commands: the token that switches them off.
    pub github_log: Option<StopToken>,
}

impl Default for Terminal {
    /// No colours, Unicode, 100 columns, the normal amount, no workflow log.
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100, verbosity: Verbosity::Normal, github_log: None }
    }
}

/// How much a report shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Nothing: the exit code is all (`-qq`).
    Silent,
    /// What blocks, what could not be judged, the verdict (`-q`).
    Quiet,
    /// Warnings too, a row for each check, what to do next.
    #[default]
    Normal,
    /// Findings at `log` and every decision too (`-v`).
    Verbose,
}

impl Terminal {
    pub(crate) fn columns(&self) -> usize {
        self.width.max(40)
    }

    /// Cleans an untrusted text for this terminal.
    pub(crate) fn text(&self, raw: &str, most: usize) -> TermText {
        let text = TermText::new(raw, most);
        if self.unicode { text } else { text.in_ascii() }
    }

    /// Whichever of two signs this terminal can show.
    pub(crate) const fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }
}

/// What a piece of a line is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Bold,
    Faint,
    Error,
    Warning,
    Note,
    Good,
    Gutter,
    Code,
    Added,
    Removed,
}

impl Ink {
    pub(crate) const fn of_level(level: Level) -> Self {
        match level {
            Level::Fail => Self::Error,
            Level::Warn => Self::Warning,
            Level::Log | Level::Off => Self::Note,
        }
    }

    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Bold => Style::new().effects(Effects::BOLD),
            Self::Faint => Style::new().effects(Effects::DIMMED),
            Self::Error => AnsiColor::BrightRed.on_default().effects(Effects::BOLD),
            Self::Warning => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
            Self::Note => AnsiColor::BrightCyan.on_default().effects(Effects::BOLD),
            Self::Good => AnsiColor::BrightGreen.on_default().effects(Effects::BOLD),
            Self::Gutter => AnsiColor::BrightBlue.on_default().effects(Effects::BOLD),
            Self::Code => AnsiColor::Cyan.on_default(),
            Self::Added => AnsiColor::Green.on_default(),
            Self::Removed => AnsiColor::Red.on_default(),
        }
    }
}

/// Lines being drawn. Takes only what is [`Shown`], so that no raw text can reach the terminal, and leaves no white
/// space at the end of a line.
pub(crate) struct Canvas<'a> {
    pub(crate) terminal: &'a Terminal,
    lines: String,
    due_spaces: usize,
}

impl<'a> Canvas<'a> {
    pub(crate) const fn new(terminal: &'a Terminal) -> Self {
        Self { terminal, lines: String::new(), due_spaces: 0 }
    }

    pub(crate) fn put(&mut self, ink: Ink, piece: &impl Shown) -> &mut Self {
        let mut text = TermText::default();
        text.push(piece);
        let visible = text.as_str().trim_start_matches(' ');
        self.due_spaces += text.as_str().len() - visible.len();
        let kept = visible.trim_end_matches(' ');
        if !kept.is_empty() {
            self.lines.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.due_spaces)));
            let style = if self.terminal.color { ink.style() } else { Style::new() };
            // Writing to a string never fails.
            let _ = write!(self.lines, "{style}{kept}{style:#}");
            self.due_spaces = visible.len() - kept.len();
        }
        self
    }

    pub(crate) fn say(&mut self, piece: &impl Shown) -> &mut Self {
        self.put(Ink::Plain, piece)
    }

    pub(crate) fn space(&mut self, columns: usize) -> &mut Self {
        self.due_spaces += columns;
        self
    }

    /// A piece, filled up to a width of columns.
    pub(crate) fn column(&mut self, ink: Ink, piece: &TermText, width: usize) -> &mut Self {
        self.put(ink, piece).space(width.saturating_sub(piece.width()))
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        self.due_spaces = 0;
        self.lines.push('\n');
        self
    }

    /// One empty line before what comes next, none at the beginning.
    pub(crate) fn gap(&mut self) -> &mut Self {
        if !self.lines.is_empty() && !self.lines.ends_with("\n\n") {
            self.lines.push('\n');
        }
        self
    }

    /// A text of any length, wrapped; lines after the first are indented by `indent` columns, where the first begins.
    pub(crate) fn wrap(&mut self, ink: Ink, text: &TermText, indent: usize) -> &mut Self {
        let width = self.terminal.columns().saturating_sub(indent).max(24);
        for (index, line) in text.wrapped(width).iter().enumerate() {
            if index > 0 {
                self.end().space(indent);
            }
            self.put(ink, line);
        }
        self.end()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The finished lines; in a workflow log none of them is a command, besides the two around them that switch
    /// commands off and on again.
    pub(crate) fn finish(self) -> String {
        finish(self.lines, self.terminal)
    }
}

/// See [`Canvas::finish`]: for lines that were not drawn on a canvas.
pub(crate) fn finish(lines: String, terminal: &Terminal) -> String {
    let Some(token) = &terminal.github_log else { return lines };
    if lines.is_empty() {
        return lines;
    }
    let mut log = token.stop();
    for line in lines.lines() {
        log.push_str(&defuse_line(line));
        log.push('\n');
    }
    log.push_str(&token.resume());
    log
}

/// A text whose lines the runner of GitHub prints and does not obey, with the line breaks it has.
pub fn defused(text: &str) -> String {
    text.split_inclusive('\n').map(defuse_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::text;

    #[test]
    fn no_line_ends_in_white_space() {
        let terminal = Terminal::default();
        let mut canvas = Canvas::new(&terminal);
        canvas.column(Ink::Plain, &text!["a"], 10).say(&"b  ").end();
        canvas.space(3).end();
        canvas.say(&"c  ").say(&"d").end();
        assert_eq!(canvas.finish(), "a         b\n\nc  d\n");
    }

    #[test]
    fn a_workflow_log_is_framed_by_its_token_and_holds_no_command() {
        let token = StopToken::new("0123456789abcdef0123456789abcdef").unwrap();
        let terminal = Terminal { github_log: Some(token), ..Terminal::default() };
        let mut canvas = Canvas::new(&terminal);
        canvas.say(&terminal.text("::error::x ##[group]", 80)).end();
        assert_eq!(
            canvas.finish(),
            "::stop-commands::0123456789abcdef0123456789abcdef\n:\u{200b}:error::x ##\u{200b}[group]\n::0123456789abcdef0123456789abcdef::\n"
        );
    }

    #[test]
    fn nothing_to_say_is_nothing_in_the_log_too() {
        let token = StopToken::new("0123456789abcdef0123456789abcdef");
        let terminal = Terminal { github_log: token, ..Terminal::default() };
        assert_eq!(Canvas::new(&terminal).finish(), "");
    }
}
