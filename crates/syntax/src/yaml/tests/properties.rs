//! Claims about all inputs.
