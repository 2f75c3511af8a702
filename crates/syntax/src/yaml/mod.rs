//! The only reader of YAML in the product: a located tree of a file that keeps every key, comment and fault, in the
//! dialect of the file's real readers (spec/workflows.md 1).
//!
//! [`parse`] never fails: what could not be read stands in [`File::faults`], what came before it in the tree.

mod arena;
mod block_scalar;
mod build;
mod comment;
mod decode;
mod edit;
mod fault;
mod file;
mod lenient;
mod limits;
mod lines;
mod materialise;
mod merge;
mod node;
mod path;
mod source_map;
mod typing;

#[cfg(test)]
mod tests;

pub use arena::{NodeId, Style};
pub use comment::{Comment, Placement};
pub use edit::{Applied, Change, EditError, New};
pub use fault::{Fault, FaultKind};
pub use file::{Document, File, parse};
pub use limits::{Dialect, Limits};
pub use lines::Position;
pub use materialise::{TooLarge, Value};
pub use node::{Entry, Kind, Node};
pub use path::{Path, PathError, Segment};
pub use source_map::{SourceMap, SourceOffset};
pub use typing::Typed;
