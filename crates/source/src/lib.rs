//! Where files come from: work tree, index, commit.
