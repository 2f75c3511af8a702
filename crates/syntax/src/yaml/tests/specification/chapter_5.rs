//! Chapter 5: characters.

use super::{Example, Is, Refused};

pub(super) const EXAMPLES: &[Example] = &[
    ("5.1", "\u{feff}# Comment only.\n", Is(&["nothing"])),
    ("5.2", "- Invalid use of BOM\n\u{feff}\n- Inside a document.\n", Refused),
    (
        "5.3",
        "sequence:\n- one\n- two\nmapping:\n  ? sky\n  : blue\n  sea : green\n",
        Is(&[r#"{"sequence":["one","two"],"mapping":{"sky":"blue","sea":"green"}}"#]),
    ),
    (
        "5.4",
        "sequence: [ one, two, ]\nmapping: { sky: blue, sea: green }\n",
        Is(&[r#"{"sequence":["one","two"],"mapping":{"sky":"blue","sea":"green"}}"#]),
    ),
    ("5.5", "# Comment only.\n\n", Is(&["nothing"])),
    ("5.6", "anchored: !local &anchor value\nalias: *anchor\n", Is(&[r#"{"anchored":"value","alias":"value"}"#])),
    (
        "5.7",
        "literal: |\n  some\n  text\nfolded: >\n  some\n  text\n",
        Is(&[r#"{"literal":"some\ntext\n","folded":"some text\n"}"#]),
    ),
    ("5.8", "single: 'text'\ndouble: \"text\"\n", Is(&[r#"{"single":"text","double":"text"}"#])),
    ("5.9", "%YAML 1.2\n--- text\n", Is(&[r#""text""#])),
    ("5.10", "commercial-at: @text\ngrave-accent: `text\n", Refused),
    (
        "5.11",
        "|\n  Line break (no glyph)\n  Line break (glyphed)\n",
        Is(&[r#""Line break (no glyph)\nLine break (glyphed)\n""#]),
    ),
    (
        "5.12",
        "# Tabs and spaces\nquoted: \"Quoted \t\"\nblock:\t|\n  void main() {\n  \tprintf(\"Hello, world!\\n\");\n  }\n",
        Is(&[r#"{"quoted":"Quoted \t","block":"void main() {\n\tprintf(\"Hello, world!\\n\");\n}\n"}"#]),
    ),
    (
        "5.13",
        "- \"Fun with \\\\\"\n- \"\\\" \\a \\b \\e \\f\"\n- \"\\n \\r \\t \\v \\0\"\n- \"\\  \\_ \\N \\L \\P \\\n  \\x41 \\u0041 \\U00000041\"\n",
        Is(&[
            r#"["Fun with \\","\" \u0007 \u0008 \u001b \u000c","\n \r \t \u000b \u0000","  \u00a0 \u0085 \u2028 \u2029 A A A"]"#,
        ]),
    ),
    ("5.14", "Bad escapes:\n  \"\\c\n  \\xq-\"\n", Refused),
];
