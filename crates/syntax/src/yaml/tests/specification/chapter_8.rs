//! Chapter 8: block styles.

use super::{Example, Is, Refused};

pub(super) const EXAMPLES: &[Example] = &[
    (
        "8.1",
        "- | # Empty header\n literal\n- >1 # Indentation indicator\n  folded\n- |+ # Chomping indicator\n keep\n\n- >1- # Both indicators\n  strip\n",
        Is(&[r#"["literal\n"," folded\n","keep\n\n"," strip"]"#]),
    ),
    (
        "8.2",
        "- |\n detected\n- >\n \n  \n  # detected\n- |1\n  explicit\n- >\n \t\n detected\n",
        Is(&[r#"["detected\n","\n\n# detected\n"," explicit\n","\t\ndetected\n"]"#]),
    ),
    ("8.3", "- |\n  \n text\n- >\n  text\n text\n- |2\n text\n", Refused),
    (
        "8.4",
        "strip: |-\n  text\nclip: |\n  text\nkeep: |+\n  text\n",
        Is(&[r#"{"strip":"text","clip":"text\n","keep":"text\n"}"#]),
    ),
    (
        "8.5",
        " # Strip\n  # Comments:\nstrip: |-\n  # text\n  \n # Clip\n  # comments:\n\nclip: |\n  # text\n \n # Keep\n  # comments:\n\nkeep: |+\n  # text\n\n # Trail\n  # comments.\n",
        Is(&[r##"{"strip":"# text","clip":"# text\n","keep":"# text\n\n"}"##]),
    ),
    ("8.6", "strip: >-\n\nclip: >\n\nkeep: |+\n\n", Is(&[r#"{"strip":"","clip":"","keep":"\n"}"#])),
    ("8.7", "|\n literal\n \ttext\n\n\n", Is(&[r#""literal\n\ttext\n""#])),
    ("8.8", "|\n \n  \n  literal\n   \n  \n  text\n\n # Comment\n", Is(&[r#""\n\nliteral\n \n\ntext\n""#])),
    ("8.9", ">\n folded\n text\n\n\n", Is(&[r#""folded text\n""#])),
    ("8.10", FOLDED, Is(FOLDED_MEANS)),
    ("8.11", FOLDED, Is(FOLDED_MEANS)),
    ("8.12", FOLDED, Is(FOLDED_MEANS)),
    ("8.13", FOLDED, Is(FOLDED_MEANS)),
    ("8.14", "block sequence:\n  - one\n  - two : three\n", Is(&[r#"{"block sequence":["one",{"two":"three"}]}"#])),
    (
        "8.15",
        "- # Empty\n- |\n block node\n- - one # Compact\n  - two # sequence\n- one: two # Compact mapping\n",
        Is(&[r#"[null,"block node\n",["one","two"],{"one":"two"}]"#]),
    ),
    ("8.16", "block mapping:\n key: value\n", Is(&[r#"{"block mapping":{"key":"value"}}"#])),
    (
        "8.17",
        "? explicit key # Empty value\n? |\n  block key\n: - one # Explicit compact\n  - two # block value\n",
        Is(&[r#"{"explicit key":null,"block key\n":["one","two"]}"#]),
    ),
    (
        "8.18",
        "plain key: in-line value\n: # Both empty\n\"quoted key\":\n- entry\n",
        Is(&[r#"{"plain key":"in-line value",null:null,"quoted key":["entry"]}"#]),
    ),
    (
        "8.19",
        "- sun: yellow\n- ? earth: blue\n  : moon: white\n",
        Is(&[r#"[{"sun":"yellow"},{{"earth":"blue"}:{"moon":"white"}}]"#]),
    ),
    (
        "8.20",
        "-\n  \"flow in block\"\n- >\n Block scalar\n- !!map # Block collection\n  foo : bar\n",
        Is(&[r#"["flow in block","Block scalar\n",{"foo":"bar"}]"#]),
    ),
    (
        "8.21",
        "literal: |2\n  value\nfolded:\n   !foo\n  >1\n value\n",
        Is(&[r#"{"literal":"value\n","folded":"value\n"}"#]),
    ),
    (
        "8.22",
        "sequence: !!seq\n- entry\n- !!seq\n - nested\nmapping: !!map\n foo: bar\n",
        Is(&[r#"{"sequence":["entry",["nested"]],"mapping":{"foo":"bar"}}"#]),
    ),
];

/// One text for four examples.
const FOLDED: &str =
    ">\n\n folded\n line\n\n next\n line\n   * bullet\n\n   * list\n   * lines\n\n last\n line\n\n# Comment\n";
const FOLDED_MEANS: &[&str] = &[r#""\nfolded line\nnext line\n  * bullet\n\n  * list\n  * lines\n\nlast line\n""#];
