//! Expressions of GitHub workflows: where they stand in a text, what they say, and which context values reach their result
//! (<https://docs.github.com/actions/reference/workflows-and-actions/expressions>).
//!
//! ```
//! use portcullis_syntax::expression;
//!
//! let text = "echo ${{ github.event.issue.title || 'none' }}";
//! let found = expression::placeholders(text).next().unwrap();
//! let expression = expression::parse(found.inner(text)).unwrap();
//! assert_eq!(expression.leaves()[0].path.to_string(), "github.event.issue.title");
//! ```

mod leaves;
mod lexer;
mod parser;
mod placeholder;

pub use leaves::{ContextPath, Leaf};
pub use parser::parse;
pub use placeholder::{Placeholder, placeholders};

use std::fmt;
use std::ops::Range;

/// Characters of an expression GitHub accepts at most.
pub const LONGEST: usize = 21_000;
/// Levels of nesting GitHub accepts at most.
pub const DEEPEST: usize = 50;

/// A part of an expression and where it stands: byte offsets into the text given to [`parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Range<usize>,
}

/// What a part of an expression is. Chains of one operator are flat, so that a long chain is no deep tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `1`, `0xff`, `-2.5e3`
    Number(f64),
    /// `'text'`, quotes taken off.
    Text(String),
    /// `github`, `env`: a context as a whole, in lower case.
    Context(String),
    /// `github.event['issue'].*`: something and what is picked out of it.
    Access(Box<Expression>, Vec<Segment>),
    /// `format('{0}', x)`; the name in lower case.
    Call(String, Vec<Expression>),
    /// `!x`
    Not(Box<Expression>),
    /// `a && b && c`
    And(Vec<Expression>),
    /// `a || b || c`
    Or(Vec<Expression>),
    /// `a == b`, `a < b`: the operands.
    Compare(Vec<Expression>),
}

/// One step from an object to a value inside it.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// `.name`, as written.
    Name(String),
    /// `.*`
    Every,
    /// `[…]`
    Index(Expression),
}

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong; the thing at fault is quoted.
    pub message: String,
    /// Byte offset into the text.
    pub at: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}
