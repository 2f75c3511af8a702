//! What readers of YAML 1.1 do differently.

use crate::yaml::*;

fn yaml11(text: &str) -> File {
    parse(text.as_bytes(), Dialect::Yaml11, &Limits::KUBERNETES)
}

fn root(file: &File) -> Node<'_> {
    file.documents().next().unwrap().root().unwrap()
}

#[test]
fn merged_entries_are_found_and_explicit_ones_win() {
    let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\nd:\n  <<: *b\n";
    let file = yaml11(text);
    let int = |path: &str| root(&file).at(path).first().and_then(|node| node.as_i64());
    assert_eq!(
        [int("c.x"), int("c.y"), int("c.z"), int("d.z"), int("d.x")],
        [Some(0), Some(2), Some(4), Some(4), None]
    );
    let effective = root(&file).get("c").unwrap().effective_entries();
    let keys: Vec<_> = effective.iter().filter_map(Entry::key_str).collect();
    assert_eq!(keys, ["x", "y", "z"]);
    assert_eq!(root(&file).get("c").unwrap().entries().len(), 2);
}

#[test]
fn a_merged_mapping_brings_what_it_merges_itself_before_the_next_of_the_list() {
    let file = yaml11("a: &a {k: a}\nb: &b {<<: *a}\nc: &c {k: c}\nd: {<<: [*b, *c]}\n");
    assert_eq!(root(&file).at("d.k")[0].value(), Some("a"));
}

#[test]
fn nothing_merges_in_core_files_nor_by_a_quoted_key() {
    let text = "a: &a {x: 1}\nb: {<<: *a}\nc: {'<<': *a}\n";
    let core = parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
    assert!(root(&core).at("b.x").is_empty());
    assert_eq!(root(&core).get("b").unwrap().effective_entries().len(), 1);
    let file = yaml11(text);
    assert_eq!(root(&file).at("b.x").len(), 1);
    assert!(root(&file).at("c.x").is_empty());
}

#[test]
fn one_tree_serves_both_dialects() {
    let file = yaml11("[yes, 0644, '0644', !!str yes, 12, ~, .nan]");
    let only: Vec<_> = root(&file).items().map(Node::is_yaml11_only).collect();
    assert_eq!(only, [true, true, false, false, false, false, false]);
    assert_eq!(root(&file).items().next().unwrap().typed_as(Dialect::Core), Typed::Str("yes"));
}

#[test]
fn explicit_tags_decide_where_the_text_fits_them() {
    let file = yaml11("[!!str 1, !!int '3', !!float 1, !!bool x, !!null x, !foo 1, ! 1, !foo ]");
    let typed: Vec<_> = root(&file).items().map(Node::typed).collect();
    assert_eq!(
        typed,
        [
            Typed::Str("1"),
            Typed::Int(3),
            Typed::Float(1.0),
            Typed::Str("x"),
            Typed::Null,
            Typed::Str("1"),
            Typed::Str("1"),
            Typed::Null,
        ]
    );
}

#[test]
fn quoted_lines_that_are_indented_too_little_are_read_as_cluster_tooling_reads_them() {
    let text = "a:\n  b: \"x # y\nz\" # c\n  d: 'it''s\n\n more'\ne: &f 1\ng: |\n  h\n---\ni: 'j\nk'\n";
    let file = yaml11(text);
    assert_eq!(file.faults(), []);
    let value = |path: &str| root(&file).at(path)[0].value().unwrap().to_owned();
    assert_eq!([value("a.b"), value("a.d"), value("e"), value("g")], ["x # y z", "it's\nmore", "1", "h\n"]);
    assert_eq!(root(&file).at("a.b")[0].raw(), "\"x # y\nz\"");
    assert_eq!(root(&file).at("a.d")[0].raw(), "'it''s\n\n more'");
    assert_eq!(root(&file).at("g")[0].raw(), "|\n  h");
    assert_eq!(root(&file).get("e").unwrap().anchor(), Some("f"));
    assert_eq!((file.comments()[0].line, file.comments()[0].col, file.comments()[0].span.start), (3, 4, 18));
    let lines: Vec<_> = file.underindented().iter().map(|&byte| file.position(byte).line).collect();
    assert_eq!(lines, [3, 6, 12]);
    let offset = root(&file).at("a.b")[0].source_of("x # y ".len());
    assert!(offset.exact && file.text()[offset.byte..].starts_with('z'));

    let core = parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
    assert_eq!(core.faults().len(), 2);
}

#[test]
fn a_quoted_scalar_cut_by_a_border_of_documents_stays_a_fault() {
    let file = yaml11("a: 'x\n--- y\nz'\n");
    assert_eq!(file.faults()[0].kind, FaultKind::Syntax);
    assert_eq!(file.underindented(), []);
}

#[test]
fn comments_behind_a_scalar_that_stays_underindented_keep_their_columns() {
    let text =
        "a: \"one\n\x19 thr<.U.---\n\n'--\nU\n,#.U.-'-\n---\n\nU\n#,.2<:>-\nsh\n: a:{&<\"\n:0o171=b ) 'it\x00\x11 ";
    let file = parse(text.as_bytes(), Dialect::Yaml11, &Limits::KUBERNETES);
    assert!(!file.faults().is_empty() && !file.comments().is_empty());
    for comment in file.comments() {
        assert_eq!(Position { line: comment.line, col: comment.col }, file.position(comment.span.start));
    }
}
