//! Comments: where they stand and what they stand beside (spec/workflows.md 1.7).

use std::ops::Range;

/// A comment of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Bytes from `#` to the end of the line, without the break.
    pub span: Range<usize>,
    /// What follows the `#`, as written.
    pub text: String,
    /// Line, 1-based.
    pub line: u32,
    /// Column of the `#`, 1-based.
    pub col: u32,
    /// What it stands beside.
    pub placement: Placement,
}

/// How a comment stands to what is around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Placement {
    /// On the line of something else, behind it.
    Right,
    /// On lines of its own, directly above something.
    Above,
    /// On a line of its own, with a blank line below.
    Free,
    /// On a line of its own, nothing but comments and blank lines below.
    Last,
}
