//! Shell scripts: where in a script a place stands, and to which command it belongs. No tree: enough to know whether a
//! variable would be expanded there, and who gets it.
//!
//! ```
//! use portcullis_syntax::shell::{Context, posix};
//!
//! let script = "echo \"hello @\"";
//! let scan = posix(script, &[12..13]);
//! assert_eq!(scan.places()[0].context, Context::Quoted);
//! assert_eq!(scan.command_of(&scan.places()[0]).unwrap().words, ["echo", "hello \u{fffc}"]);
//! ```

mod posix;
mod powershell;
mod scan;

#[cfg(test)]
mod tests;

pub use posix::posix;
pub use powershell::powershell;
pub use scan::{Command, Context, Place, Scan};
