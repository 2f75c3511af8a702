//! Comments on lines of a pull request (spec/github-ux.md 7.3): planned purely, then sent as one review.

mod hunks;
mod plan;
mod send;

#[cfg(test)]
mod tests;

pub use hunks::Hunks;
pub use plan::{Existing, ReviewMode, ReviewPlan, plan};
pub use send::{ReviewPost, Reviewed, review};
