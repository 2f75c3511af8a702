//! Secrets behind an encoding: runs of percent, unicode, hexadecimal and base64 text are decoded in passes, and what is found in
//! a decoded text is led back to the place of the encoded one (spec/secrets-gitleaks.md 7).

mod codec;
mod runs;
mod segment;

#[cfg(test)]
pub(crate) use codec::standard as base64;
pub(crate) use segment::{Layers, tags};
