//! Chapter 9: document stream productions.

use super::{Example, Is};

pub(super) const EXAMPLES: &[Example] = &[
    ("9.1", "\u{feff}# Comment\n# lines\nDocument\n", Is(&[r#""Document""#])),
    ("9.2", "%YAML 1.2\n---\nDocument\n... # Suffix\n", Is(&[r#""Document""#])),
    (
        "9.3",
        "Bare\ndocument\n...\n# No document\n...\n|\n%!PS-Adobe-2.0 # Not the first line\n",
        Is(&[r#""Bare document""#, r#""%!PS-Adobe-2.0 # Not the first line\n""#]),
    ),
    ("9.4", "---\n{ matches\n% : 20 }\n...\n---\n# Empty\n...\n", Is(&[r#"{"matches %":20}"#, "nothing"])),
    ("9.5", "%YAML 1.2\n--- |\n%!PS-Adobe-2.0\n...\n---\n# Empty\n...\n", Is(&[r#""%!PS-Adobe-2.0\n""#, "nothing"])),
    (
        "9.6",
        "Document\n---\n# Empty\n...\n%YAML 1.2\n---\nmatches %: 20\n",
        Is(&[r#""Document""#, "nothing", r#"{"matches %":20}"#]),
    ),
];
