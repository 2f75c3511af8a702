//! Claims about the module as a whole.

mod hostile;
mod properties;
mod tree;
