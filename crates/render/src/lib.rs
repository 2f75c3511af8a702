//! Outcome to bytes: every format people and machines read.
