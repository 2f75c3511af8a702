//! The comment on a pull request: whose it is, what the last one said, and what has to be done with it.
//!
//! Everything here but [`deliver`] is pure (spec/github-ux.md 5.1, 5.2): [`plan`] gets what was read and gives steps.

mod deliver;
mod key;
mod lifecycle;
mod state;

#[cfg(test)]
mod tests;

pub use deliver::{Action, Delivered, Post, deliver, own_login};
pub use key::{Key, is_ours};
pub use lifecycle::{Mine, Mode, OnClean, Ours, Seen, Settings, Standing, Step, Stop, When, after_create, plan};
pub use state::{State, body_hash, known_findings, since};
