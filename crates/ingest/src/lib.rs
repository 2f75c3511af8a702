//! Reports of scanners become findings (wing 1).
//!
//! [`read`] takes one file and gives back what it says: unpacked and decoded by `bytes`, told apart by `detect`, read by
//! one file of `format` each, held against what the policy asks of it by `health`. `json` and `xml` read documents so that a broken
//! one keeps what came before the break; `severity`, `cvss`, `advisory` and `package_url` translate the words of tools
//! into ours; `weakness` makes findings of them, `beside` asks the repository's lock files; `section` says which part of the
//! policy judges a finding; `hidden` keeps secrets out of everything that is handed on, `source_lines` knows the flagged lines.
//! `coverage` and `decimal` hold what is measured; [`ignores`] reads what other tools were told to ignore.
//! [`equivalents`] reads the table of rules that say the same.
//!
//! Nothing that could not be read comes out as a healthy report without findings.

mod advisory;
mod beside;
mod bytes;
mod coverage;
mod cvss;
pub mod data;
mod decimal;
mod detect;
mod draft;
pub mod equivalents;
mod format;
mod health;
mod hidden;
pub mod ignores;
mod inventory;
mod items;
mod json;
mod options;
mod package_url;
mod paths;
mod read;
mod references;
mod section;
mod severity;
mod source_lines;
mod version;
mod vex;
mod weakness;
mod xml;

pub use format::format_names;
pub use options::{Input, Options, ReportOptions, SeverityFrom, SkipLimit, Surroundings};
pub use read::read;

#[cfg(test)]
mod tests;
