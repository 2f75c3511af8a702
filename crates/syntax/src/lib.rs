//! Languages: what a text says and where.

pub mod expression;
pub mod shell;
pub mod yaml;
