//! Exceptions are written and taken out without touching anything else.
