//! What is known of a script once it has been walked.

use std::ops::Range;

/// Stands in a word for a part that is not known.
pub(super) const OPAQUE: char = '\u{fffc}';
/// Bytes of a script that are looked at.
pub(super) const LONGEST: usize = 1 << 20;
/// Levels of substitution that are followed.
pub(super) const DEEPEST: usize = 16;
/// Words of a command that are kept.
const MOST_WORDS: usize = 64;
/// Bytes of a word that are kept.
const LONGEST_WORD: usize = 128;

/// How a place of a script is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Outside of quotes, behind the name of a command or in an assignment: variables are expanded.
    Bare,
    /// Outside of quotes, where the name of a command is expected.
    CommandName,
    /// In double quotes: variables are expanded.
    Quoted,
    /// In the text of a here-document: variables are expanded.
    Heredoc,
    /// In a comment.
    Comment,
    /// In single quotes or in a quoted here-document: nothing is expanded.
    Literal,
    /// In arithmetic: text is evaluated again.
    Arithmetic,
    /// Nobody can say.
    Unknown,
}

/// A place that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// How it is read.
    pub context: Context,
    pub(super) command: Option<usize>,
}

/// A simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Its words with quotes taken off; U+FFFC stands for a part that is not known. The first may be assignments.
    pub words: Vec<String>,
    /// Not all of its words are there.
    pub is_cut: bool,
    pub(super) around: Option<usize>,
    pub(super) pipes_into: Option<usize>,
}

/// A script that was walked.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    pub(super) places: Vec<Place>,
    pub(super) commands: Vec<Command>,
}

impl Scan {
    /// The places in the order they were asked about.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The command a place belongs to; none in a comment or where nobody can say.
    pub fn command_of(&self, place: &Place) -> Option<&Command> {
        self.commands.get(place.command?)
    }

    /// The command that has this one in a substitution.
    pub fn around(&self, command: &Command) -> Option<&Command> {
        self.commands.get(command.around?)
    }

    /// The command that reads what this one writes.
    pub fn reader_of(&self, command: &Command) -> Option<&Command> {
        self.commands.get(command.pipes_into?)
    }

    /// Nothing is known of any place.
    pub(super) fn unknown(places: usize) -> Self {
        let place = Place { context: Context::Unknown, command: None };
        Self { places: vec![place; places], commands: Vec::new() }
    }
}

impl Command {
    pub(super) fn add(&mut self, word: String) {
        if self.words.len() < MOST_WORDS && word.len() <= LONGEST_WORD {
            self.words.push(word);
        } else {
            self.is_cut = true;
        }
    }
}

/// A script with the places that were asked about, read from front to back.
pub(super) struct Cursor<'s> {
    script: &'s str,
    places: &'s [Range<usize>],
    pub(super) at: usize,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Char(char),
    /// A place that was asked about.
    Place,
    End,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(script: &'s str, places: &'s [Range<usize>]) -> Self {
        Self { script, places, at: 0 }
    }

    pub(super) fn rest(&self) -> &'s str {
        self.script.get(self.at..).unwrap_or_default()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    pub(super) fn peek(&self) -> Next {
        match self.places.first() {
            Some(place) if place.start <= self.at => Next::Place,
            _ => self.rest().chars().next().map_or(Next::End, Next::Char),
        }
    }

    pub(super) fn next(&mut self) -> Next {
        let next = self.peek();
        match next {
            Next::Place => {
                if let Some((place, others)) = self.places.split_first() {
                    self.at = place.end.max(self.at);
                    self.places = others;
                }
            }
            Next::Char(char) => self.at += char.len_utf8(),
            Next::End => {}
        }
        next
    }

    pub(super) fn skip(&mut self, characters: usize) {
        for _ in 0..characters {
            self.next();
        }
    }
}
