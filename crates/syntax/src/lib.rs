//! Languages: what a text says and where.
