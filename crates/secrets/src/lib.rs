//! Secrets in files, found with gitleaks-compatible rules.

mod allow;
mod case;
mod config;
mod content;
mod decode;
mod engine;
mod entropy;
mod ignore;
mod inline;
mod keywords;
mod lines;
mod page;
mod pattern;
mod text;

pub mod translate;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod pack;

pub use allow::{Allowlist, Condition, Target};
pub use config::{COMPATIBLE_WITH, CONFIG_NAME, Config, Loaded, ReadFile, Required, Rule, Sources};
pub use engine::{File, Options, Scanner};
pub use ignore::{IGNORE_NAME, IgnoreFile};
pub use pattern::Pattern;
