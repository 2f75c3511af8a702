//! What the reports of linters and scanners mean.

pub(crate) mod fixtures;
mod real;
mod secrets;
