//! Claims about the module as a whole.

mod edits;
mod hostile;
mod properties;
mod tree;
