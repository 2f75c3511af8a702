//! Edits that change one thing of a file and leave every other byte alone (spec/workflows.md 1.8): `place` says where,
//! `render` what is written, `change` applies, `compare` proves that nothing else changed.

mod change;
mod compare;
mod place;
mod render;

pub use change::{Applied, Change, EditError};
pub use render::New;
