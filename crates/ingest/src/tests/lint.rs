//! What the reports of linters and scanners mean.

pub(crate) mod fixtures;
mod meaning;
mod real;
mod secrets;
