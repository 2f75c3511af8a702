//! Chapter 6: structural productions.

use super::{Example, Is, Refused};

pub(super) const EXAMPLES: &[Example] = &[
    (
        "6.1",
        "  # Leading comment line spaces are\n  # neither content nor indentation.\n    \nNot indented:\n By one space: |\n    By four\n      spaces\n Flow style: [    # Leading spaces\n   By two,        # in flow style\n  Also by two,    # are neither\n  \tStill by two   # content nor\n    ]             # indentation.\n",
        Is(&[
            r#"{"Not indented":{"By one space":"By four\n  spaces\n","Flow style":["By two","Also by two","Still by two"]}}"#,
        ]),
    ),
    ("6.2", "? a\n: -\tb\n  -  -\tc\n     - d\n", Is(&[r#"{"a":["b",["c","d"]]}"#])),
    ("6.3", "- foo:\t bar\n- - baz\n  -\tbaz\n", Is(&[r#"[{"foo":"bar"},["baz","baz"]]"#])),
    (
        "6.4",
        "plain: text\n  lines\nquoted: \"text\n  \tlines\"\nblock: |\n  text\n   \tlines\n",
        Is(&[r#"{"plain":"text lines","quoted":"text lines","block":"text\n \tlines\n"}"#]),
    ),
    (
        "6.5",
        "Folding:\n  \"Empty line\n   \t\n  as a line feed\"\nClipped empty lines: |\n  text\n \n",
        Is(&[r#"{"Folding":"Empty line\nas a line feed","Clipped empty lines":"text\n"}"#]),
    ),
    ("6.6", ">-\n  trimmed\n  \n \n\n  as\n  space\n", Is(&[r#""trimmed\n\n\nas space""#])),
    ("6.7", ">\n  foo \n \n  \t bar\n\n  baz\n", Is(&[r#""foo \n\n\t bar\n\nbaz\n""#])),
    ("6.8", "\"\n  foo \n \n  \t bar\n\n  baz\n\"\n", Is(&[r#"" foo\nbar\nbaz ""#])),
    ("6.9", "key:    # Comment\n  value\n", Is(&[r#"{"key":"value"}"#])),
    ("6.10", "  # Comment\n   \n\n\n", Is(&["nothing"])),
    ("6.11", "key:    # Comment\n        # lines\n  value\n\n\n", Is(&[r#"{"key":"value"}"#])),
    (
        "6.12",
        "{ first: Sammy, last: Sosa }:\n# Statistics:\n  hr:  # Home runs\n     65\n  avg: # Average\n   0.278\n",
        Is(&[r#"{{"first":"Sammy","last":"Sosa"}:{"hr":65,"avg":0.278}}"#]),
    ),
    ("6.13", "%FOO  bar baz # Should be ignored\n               # with a warning.\n--- \"foo\"\n", Is(&[r#""foo""#])),
    ("6.14", "%YAML 1.3 # Attempt parsing\n           # with a warning\n---\n\"foo\"\n", Is(&[r#""foo""#])),
    ("6.15", "%YAML 1.2\n%YAML 1.1\nfoo\n", Refused),
    ("6.16", "%TAG !yaml! tag:yaml.org,2002:\n---\n!yaml!str \"foo\"\n", Is(&[r#""foo""#])),
    ("6.17", "%TAG ! !foo\n%TAG ! !foo\nbar\n", Refused),
    (
        "6.18",
        "# Private\n!foo \"bar\"\n...\n# Global\n%TAG ! tag:example.com,2000:app/\n---\n!foo \"bar\"\n",
        Is(&[r#""bar""#, r#""bar""#]),
    ),
    ("6.19", "%TAG !! tag:example.com,2000:app/\n---\n!!int 1 - 3 # Interval, not integer\n", Is(&[r#""1 - 3""#])),
    ("6.20", "%TAG !e! tag:example.com,2000:app/\n---\n!e!foo \"bar\"\n", Is(&[r#""bar""#])),
    (
        "6.21",
        "%TAG !m! !my-\n--- # Bulb here\n!m!light fluorescent\n...\n%TAG !m! !my-\n--- # Color here\n!m!light green\n",
        Is(&[r#""fluorescent""#, r#""green""#]),
    ),
    ("6.22", "%TAG !e! tag:example.com,2000:app/\n---\n- !e!foo \"bar\"\n", Is(&[r#"["bar"]"#])),
    ("6.23", "!!str &a1 \"foo\":\n  !!str bar\n&a2 baz : *a1\n", Is(&[r#"{"foo":"bar","baz":"foo"}"#])),
    ("6.24", "!<tag:yaml.org,2002:str> foo :\n  !<!bar> baz\n", Is(&[r#"{"foo":"baz"}"#])),
    ("6.25", "- !<!> foo\n- !<$:?> bar\n", Refused),
    (
        "6.26",
        "%TAG !e! tag:example.com,2000:app/\n---\n- !local foo\n- !!str bar\n- !e!tag%21 baz\n",
        Is(&[r#"["foo","bar","baz"]"#]),
    ),
    ("6.27", "%TAG !e! tag:example,2000:app/\n---\n- !e! foo\n- !h!bar baz\n", Refused),
    ("6.28", "# Assuming conventional resolution:\n- \"12\"\n- 12\n- ! 12\n", Is(&[r#"["12",12,"12"]"#])),
    (
        "6.29",
        "First occurrence: &anchor Value\nSecond occurrence: *anchor\n",
        Is(&[r#"{"First occurrence":"Value","Second occurrence":"Value"}"#]),
    ),
];
