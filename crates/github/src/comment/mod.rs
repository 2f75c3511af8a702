//! The comment on a pull request: whose it is, what the last one said, and what has to be done with it.
//!
//! Everything here but `deliver` is pure (spec/github-ux.md 5.1, 5.2): [`plan`] gets what was read and gives steps.

mod key;
mod lifecycle;
mod state;

pub use key::{Key, is_ours};
pub use lifecycle::{
    Classifier, Mine, Mode, OnClean, Ours, Seen, Settings, Standing, Step, Stop, When, after_create, plan,
};
pub use state::{Since, State, body_hash, known_findings, since};
