//! Benches stand in `benches/`; what they read is made here.

pub mod reports;
