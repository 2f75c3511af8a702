use crate::yaml::*;

fn core(text: &str) -> File {
    parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW)
}

fn root(file: &File) -> Node<'_> {
    file.documents().next().unwrap().root().unwrap()
}

#[test]
fn a_mapping_keeps_source_order_and_all_duplicates_and_gets_the_first() {
    let file = core("b: 1\na: 2\nb: 3\n");
    let keys: Vec<_> = root(&file).entries().filter_map(|entry| entry.key_str()).collect();
    assert_eq!(keys, ["b", "a", "b"]);
    assert_eq!(root(&file).get("b").unwrap().as_i64(), Some(1));
    assert_eq!(file.faults(), []);
}

#[test]
fn a_block_collection_ends_with_its_last_child() {
    let file = core("a:\n  - 1\n  - 2\n\n# below\n\nb: 3\n");
    assert_eq!(root(&file).get("a").unwrap().raw(), "- 1\n  - 2");
    assert_eq!(root(&file).raw(), "a:\n  - 1\n  - 2\n\n# below\n\nb: 3");
}

#[test]
fn a_sequence_begins_with_its_first_dash_also_where_it_is_not_indented() {
    let file = core("a:\n- - b\n-  c\nd:\n-\n- e\nf:\n  - - g\n");
    let raw = |path: &str| root(&file).at(path)[0].raw();
    assert_eq!(raw("a"), "- - b\n-  c");
    assert_eq!(raw("a[0]"), "- b");
    assert_eq!(raw("d"), "-\n- e");
    assert_eq!(raw("f"), "- - g");
    assert_eq!(raw("f[0]"), "- g");
}

#[test]
fn a_sequence_begins_with_its_first_dash_also_where_a_comment_stands_behind_it() {
    let file = core("a:\n- # c\n  # d\n\n  b: 1\n- e\nf:\n- # g\nh:\n- # - i\n- j\n");
    let raw = |path: &str| root(&file).at(path)[0].raw();
    assert_eq!(raw("a"), "- # c\n  # d\n\n  b: 1\n- e");
    assert!(raw("f").starts_with('-') && !raw("f").contains('h'), "{:?}", raw("f"));
    assert_eq!(raw("h"), "- # - i\n- j");
}

#[test]
fn a_block_scalar_that_is_a_document_without_dashes_begins_with_its_indicator() {
    let file = core("a\n...\n# b\n|-\nc\n");
    let document = file.documents().next_back().unwrap();
    assert_eq!(document.root().unwrap().raw(), "|-\nc");
    assert!(document.span().start <= document.root().unwrap().span().start);
    assert!(file.documents().next().unwrap().span().end <= document.span().start);
}

#[test]
fn a_block_scalar_spans_from_its_indicator_to_its_last_line() {
    let file = core("a: | # why\n\n  x | y\n  # z\n\n\nb: >2-\n\n    p\n   q\nc: |+\n  k\n\n\nd: |\ne: 1\nf: >-");
    let raw = |key: &str| root(&file).get(key).unwrap().raw();
    assert_eq!(raw("a"), "| # why\n\n  x | y\n  # z");
    assert_eq!(raw("b"), ">2-\n\n    p\n   q");
    assert_eq!(raw("c"), "|+\n  k\n\n\n");
    assert_eq!(raw("d"), "|");
    assert_eq!(raw("f"), ">-");
    let header = |key: &str| root(&file).get(key).unwrap().header_range().map(|range| &file.text()[range]);
    assert_eq!([header("a"), header("b"), header("c"), header("f")], [Some("|"), Some(">2-"), Some("|+"), Some(">-")]);
    assert_eq!(file.comments().len(), 1);
    assert_eq!(root(&file).get("a").unwrap().trailing_comment().unwrap().text, " why");
}

#[test]
fn a_value_that_is_not_there_stands_behind_its_colon() {
    let file = core("a:\nb: \n\n\nc : \n? d\n\n? e\n: f\n");
    for (key, position) in [("a", (1, 3)), ("b", (2, 3)), ("c", (5, 4)), ("d", (6, 4))] {
        let value = root(&file).get(key).unwrap();
        assert!(value.is_absent() && value.is_null() && value.raw().is_empty());
        assert_eq!((value.position().line, value.position().col), position, "{key}");
        assert_eq!(value.value(), Some(""));
    }
}

#[test]
fn pairs_inside_brackets_are_mappings_without_brackets() {
    let file = core("[a: 1, {x: 1}: 2, ? y]");
    let raws: Vec<_> = root(&file).items().map(Node::raw).collect();
    assert_eq!(raws, ["a: 1", "{x: 1}: 2", "? y"]);
}

#[test]
fn tags_and_anchors_stand_as_written_and_outside_of_the_span() {
    let file = core("a: &x !!str 1\nb: !cancelled()\nc: *x\nd: &m\n  k: v\n");
    let get = |key: &str| root(&file).get(key).unwrap();
    assert_eq!((get("a").tag(), get("a").anchor(), get("a").raw()), (Some("!!str"), Some("x"), "1"));
    assert_eq!(get("a").as_str(), Some("1"));
    assert_eq!((get("b").tag(), get("b").is_null()), (Some("!cancelled()"), true));
    assert_eq!((get("c").kind(), get("c").alias_name(), get("c").value()), (Kind::Alias, Some("x"), Some("1")));
    assert_eq!((get("d").anchor(), get("d").raw()), (Some("m"), "k: v"));
}

#[test]
fn a_broken_document_keeps_what_came_before_and_the_next_one_is_read() {
    let file = core("a: 1\nb: [1, 2\nc: 3\n---\nd: 4\n");
    let documents: Vec<_> = file.documents().collect();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0].root().unwrap().get("a").unwrap().as_i64(), Some(1));
    assert_eq!(documents[0].fault().unwrap().kind, FaultKind::Syntax);
    assert_eq!(documents[1].root().unwrap().get("d").unwrap().as_i64(), Some(4));
    assert_eq!(documents[1].fault(), None);
    assert_eq!(file.faults().len(), 1);
}

#[test]
fn an_empty_file_and_a_file_of_comments_are_one_empty_document() {
    for text in ["", "# only\n", "\n\n"] {
        let file = core(text);
        assert_eq!(file.documents().len(), 1);
        assert!(file.documents().all(|document| document.root().is_none()));
        assert_eq!(file.faults(), []);
    }
    assert_eq!(core("---\n---\n").documents().filter(|document| document.root().is_none()).count(), 2);
}

#[test]
fn paths_lead_through_keys_items_and_aliases() {
    let file = core("a: {b.c/d: [{e: 1}, {e: 2}, {f: ~}]}\ng: &g {h: [x]}\ni: *g\n");
    let raws = |path: &str| root(&file).at(path).into_iter().map(Node::raw).collect::<Vec<_>>();
    assert_eq!(raws("a[\"b.c/d\"][*].e"), ["1", "2"]);
    assert_eq!(raws("a[\"b.c/d\"][2].f"), ["~"]);
    assert_eq!(raws("i.h[0]"), ["x"]);
    assert_eq!(raws("*"), Vec::<&str>::new());
    assert_eq!(raws("[*].h[*]"), ["x"]);
    let (deepest, steps) = Path::parse("a[\"b.c/d\"][1].f.g").unwrap().deepest(root(&file));
    assert_eq!((deepest.raw(), steps), ("{e: 2}", 3));
}

#[test]
fn offsets_of_a_value_lead_back_to_the_source_in_every_style() {
    let file = core(
        "a: plain text\nb: 'it''s'\nc: \"a\\tb\\u00e9 c\"\nd: |\n  one\n  two\ne: >-\n  one\n  two\n\n  three\nf: p\n  q\n",
    );
    for (key, needle, source) in [
        ("a", "text", "text"),
        ("b", "s", "s'\nc"),
        ("c", "b", "b\\u"),
        ("c", "é", "\\u00e9"),
        ("d", "two", "two\ne"),
        ("e", "two", "two\n\n"),
        ("e", "three", "three"),
        ("f", "q", "q\n"),
    ] {
        let node = root(&file).get(key).unwrap();
        let offset = node.value().unwrap().find(needle).unwrap();
        let found = node.source_of(offset);
        assert!(found.exact, "{key} {needle}");
        assert!(file.text()[found.byte..].starts_with(source), "{key} {needle}: {:?}", &file.text()[found.byte..]);
    }
}

#[test]
fn a_block_scalar_of_nothing_but_an_old_line_break_reaches_to_its_end() {
    for (text, whole) in [
        ("a: |\n  \u{85}\nb: 1\n", "|\n  \u{85}"),
        ("a: >\n  \u{85}\n", ">\n  \u{85}"),
        ("a: |\n\n  \u{2028}\n# no content\nb: 1\n", "|\n\n  \u{2028}"),
    ] {
        let file = core(text);
        let node = root(&file).get("a").unwrap();
        assert_eq!(file.text().get(node.span()), Some(whole), "{text:?} is {:?}", node.as_str());
    }
}
