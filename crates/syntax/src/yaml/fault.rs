//! What could not be read, and where.

use granit_parser::ErrorKind;

/// One thing that kept (part of) a file from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// One sentence in plain words.
    pub message: String,
    /// Byte offset into [`File::text`](super::File::text).
    pub byte: usize,
    /// Line, 1-based.
    pub line: u32,
    /// Column in code points, 1-based.
    pub col: u32,
    /// Index of the document it stands in.
    pub document: usize,
}

/// Kinds of faults: each has its own rule id (spec/workflows.md 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaultKind {
    /// The text is not YAML.
    #[default]
    Syntax,
    /// The bytes are not text.
    Encoding,
    /// A bound of [`Limits`](super::Limits) was reached; the name of its field.
    Limit(&'static str),
}

/// Kind and sentence for an error of the parser. Its own words name productions of the grammar; these name what a
/// person sees in the file.
pub(super) fn describe(error: &ErrorKind) -> (FaultKind, String) {
    use ErrorKind as E;
    let message = match error {
        E::RecursionLimitExceeded => return (FaultKind::Limit("depth"), "nested too deeply".to_owned()),
        E::TooManyComments => return (FaultKind::Limit("comments"), "too many comments in a row".to_owned()),
        E::TabInIndentation | E::TabInBlockIndentation | E::TabNotAllowed | E::TabAtBlockScalarStart => {
            "tab used for indentation; indent with spaces"
        }
        E::TabInPlainScalar => "tab used for indentation inside a text over several lines; indent with spaces",
        E::UnclosedQuotedScalar => "quoted text is never closed",
        E::UnclosedFlowCollection { open } => return syntax(format!("`{open}` is never closed")),
        E::MismatchedFlowCollectionEnd { open, close } => return syntax(format!("`{open}` is closed by `{close}`")),
        E::MisplacedFlowCollectionEnd => "closing bracket without an opening one",
        E::UnknownQuotedScalarEscape => "unknown escape in a double-quoted text",
        E::InvalidQuotedScalarHexEscape => "escape in a double-quoted text has too few hexadecimal digits",
        E::UnknownAnchor => "alias without an anchor before it",
        E::ExpectedBlockMappingKey | E::InvalidIndentation => {
            "expected a key at this indentation; the indentation does not fit the lines above"
        }
        E::ExpectedDocumentStart => "expected `---` before this text",
        E::ExpectedBlockSequenceEntry => "expected `-` at this indentation",
        E::SimpleKeyExpected => "expected `:` after this key",
        E::MappingValueNotAllowed => "`:` begins a mapping where none can stand; quote the text if it contains `: `",
        E::MappingKeyNotAllowed => "a key cannot stand here",
        E::BlockSequenceEntryNotAllowed => "`-` begins a sequence where none can stand",
        E::BlockEntryInFlowCollection => "`-` cannot stand inside brackets",
        E::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        E::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        E::InvalidQuotedScalarIndent => "line of a quoted text is indented less than the node it belongs to",
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "text after a closing quote; quote the whole value"
        }
        E::CommentNotSeparated => "a comment needs a space before `#`",
        E::CommentInterceptedScalar => "a comment stands inside a text over several lines",
        E::InvalidBlockScalarHeader => "only a comment may follow the `|` or `>`",
        E::InvalidBlockScalarIndent => "line of a block text is indented less than its first line",
        E::BomInsideDocument => "byte order mark inside a document",
        E::UndeclaredTagHandle => "tag with a handle that no `%TAG` declares",
        E::UnexpectedCharacter { character } => {
            return syntax(match character {
                '@' | '`' => format!("`{character}` cannot begin a plain text; quote it"),
                _ => format!("character U+{:04X} cannot stand here", u32::from(*character)),
            });
        }
        other => return syntax(other.to_string()),
    };
    syntax(message.to_owned())
}

fn syntax(message: String) -> (FaultKind, String) {
    (FaultKind::Syntax, message)
}
