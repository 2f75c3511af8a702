//! Claims about the module as a whole.

mod bytes;
mod dialects;
mod edits;
mod hostile;
mod properties;
mod real;
mod specification;
mod tree;
