//! Accepting findings: what an exception for a finding says, and the edits of the files that hold exceptions.
//!
//! Texts go in and come out; the gate reads, checks the whole policy with the new text, and writes.

mod add;
mod prune;
mod selectors;
#[cfg(test)]
mod tests;

pub use add::{Draft, NotEdited, add, next_id};
pub use prune::{Pruned, prune};
pub use selectors::{Selectors, narrowest};
