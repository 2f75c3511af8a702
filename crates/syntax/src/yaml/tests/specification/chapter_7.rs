//! Chapter 7: flow styles.

use super::{Example, Is, Refused};

pub(super) const EXAMPLES: &[Example] = &[
    (
        "7.1",
        "First occurrence: &anchor Foo\nSecond occurrence: *anchor\nOverride anchor: &anchor Bar\nReuse anchor: *anchor\n",
        Is(&[r#"{"First occurrence":"Foo","Second occurrence":"Foo","Override anchor":"Bar","Reuse anchor":"Bar"}"#]),
    ),
    ("7.2", "{\n  foo : !!str,\n  !!str : bar,\n}\n", Is(&[r#"{"foo":"","":"bar"}"#])),
    ("7.3", "{\n  ? foo :,\n  : bar,\n}\n", Is(&[r#"{"foo":null,null:"bar"}"#])),
    (
        "7.4",
        "'implicit block key' : [\n  'implicit flow key' : value,\n ]\n",
        Is(&[r#"{"implicit block key":[{"implicit flow key":"value"}]}"#]),
    ),
    (
        "7.5",
        "\"folded \nto a space,\t\n \nto a line feed, or \t\\\n \\ \tnon-content\"\n",
        Is(&[r#""folded to a space,\nto a line feed, or \t \tnon-content""#]),
    ),
    (
        "7.6",
        "\" 1st non-empty\n\n 2nd non-empty \n\t3rd non-empty \"\n",
        Is(&[r#"" 1st non-empty\n2nd non-empty 3rd non-empty ""#]),
    ),
    ("7.7", " 'here''s to \"quotes\"'\n", Is(&[r#""here's to \"quotes\"""#])),
    (
        "7.8",
        "'implicit block key' : [\n  'implicit flow key' : value,\n ]\n",
        Is(&[r#"{"implicit block key":[{"implicit flow key":"value"}]}"#]),
    ),
    (
        "7.9",
        "' 1st non-empty\n\n 2nd non-empty \n\t3rd non-empty '\n",
        Is(&[r#"" 1st non-empty\n2nd non-empty 3rd non-empty ""#]),
    ),
    (
        "7.10",
        "# Outside flow collection:\n- ::vector\n- \": - ()\"\n- Up, up, and away!\n- -123\n- https://example.com/foo#bar\n# Inside flow collection:\n- [ ::vector,\n  \": - ()\",\n  \"Up, up and away!\",\n  -123,\n  https://example.com/foo#bar ]\n",
        Is(&[
            r#"["::vector",": - ()","Up, up, and away!",-123,"https://example.com/foo#bar",["::vector",": - ()","Up, up and away!",-123,"https://example.com/foo#bar"]]"#,
        ]),
    ),
    (
        "7.11",
        "implicit block key : [\n  implicit flow key : value,\n ]\n",
        Is(&[r#"{"implicit block key":[{"implicit flow key":"value"}]}"#]),
    ),
    (
        "7.12",
        "1st non-empty\n\n 2nd non-empty \n\t3rd non-empty\n",
        Is(&[r#""1st non-empty\n2nd non-empty 3rd non-empty""#]),
    ),
    ("7.13", "- [ one, two, ]\n- [three ,four]\n", Is(&[r#"[["one","two"],["three","four"]]"#])),
    (
        "7.14",
        "[\n\"double\n quoted\", 'single\n           quoted',\nplain\n text, [ nested ],\nsingle: pair,\n]\n",
        Is(&[r#"["double quoted","single quoted","plain text",["nested"],{"single":"pair"}]"#]),
    ),
    (
        "7.15",
        "- { one : two , three: four , }\n- {five: six,seven : eight}\n",
        Is(&[r#"[{"one":"two","three":"four"},{"five":"six","seven":"eight"}]"#]),
    ),
    (
        "7.16",
        "{\n? explicit: entry,\nimplicit: entry,\n?\n}\n",
        Is(&[r#"{"explicit":"entry","implicit":"entry",null:null}"#]),
    ),
    (
        "7.17",
        "{\nunquoted : \"separate\",\nhttps://example.com,\nomitted value:,\n: omitted key,\n}\n",
        Is(&[r#"{"unquoted":"separate","https://example.com":null,"omitted value":null,null:"omitted key"}"#]),
    ),
    (
        "7.18",
        "{\n\"adjacent\":value,\n\"readable\": value,\n\"empty\":\n}\n",
        Is(&[r#"{"adjacent":"value","readable":"value","empty":null}"#]),
    ),
    ("7.19", "[\nfoo: bar\n]\n", Is(&[r#"[{"foo":"bar"}]"#])),
    ("7.20", "[\n? foo\n bar : baz\n]\n", Is(&[r#"[{"foo bar":"baz"}]"#])),
    (
        "7.21",
        "- [ YAML : separate ]\n- [ : empty key entry ]\n- [ {JSON: like}:adjacent ]\n",
        Is(&[r#"[[{"YAML":"separate"}],[{null:"empty key entry"}],[{{"JSON":"like"}:"adjacent"}]]"#]),
    ),
    // The second key of the example is longer than 1024 characters; the first alone refuses it.
    ("7.22", "[ foo\n bar: invalid,\n \"foo...>1K characters...bar\": invalid ]\n", Refused),
    ("7.23", "- [ a, b ]\n- { a: b }\n- \"a\"\n- 'b'\n- c\n", Is(&[r#"[["a","b"],{"a":"b"},"a","b","c"]"#])),
    ("7.24", "- !!str \"a\"\n- 'b'\n- &anchor \"c\"\n- *anchor\n- !!str\n", Is(&[r#"["a","b","c","c",""]"#])),
];
