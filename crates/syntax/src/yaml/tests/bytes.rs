//! From bytes to text, and comments.

use crate::yaml::Placement::{Above, Free, Last, Right};
use crate::yaml::*;

fn read(bytes: &[u8]) -> File {
    parse(bytes, Dialect::Core, &Limits::WORKFLOW)
}

fn root(file: &File) -> Node<'_> {
    file.documents().next().unwrap().root().unwrap()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn utf_16_with_a_byte_order_mark_is_text() {
    for bytes in [utf16("ä: 𝄞\n", u16::to_le_bytes), utf16("ä: 𝄞\n", u16::to_be_bytes)] {
        let file = read(&bytes);
        assert_eq!((file.text(), file.is_transcoded(), file.faults()), ("ä: 𝄞\n", true, &[][..]));
        assert_eq!(root(&file).get("ä").unwrap().value(), Some("𝄞"));
        assert_eq!(file.apply(&[]), Err(EditError::Transcoded));
    }
}

#[test]
fn half_characters_of_utf_16_are_a_fault_where_they_stand() {
    let mut odd = utf16("a: b\n", u16::to_le_bytes);
    odd.push(b'x');
    let file = read(&odd);
    assert_eq!((file.faults()[0].kind, file.faults()[0].byte), (FaultKind::Encoding, 5));
    let mut surrogate = utf16("a: b\n", u16::to_le_bytes);
    surrogate.extend([0x00, 0xD8, b'c', 0]);
    let file = read(&surrogate);
    assert_eq!((file.faults()[0].kind, file.faults()[0].line), (FaultKind::Encoding, 2));
    assert_eq!(root(&file).get("a").unwrap().value(), Some("b"));
}

#[test]
fn a_byte_order_mark_is_no_content_and_no_column() {
    let file = read("\u{feff}a: 1 # c\n".as_bytes());
    let key = root(&file).entries().next().unwrap().key;
    assert_eq!((key.value(), key.span(), key.position()), (Some("a"), 3..4, Position { line: 1, col: 1 }));
    assert_eq!((file.comments()[0].col, file.faults()), (6, &[][..]));
}

#[test]
fn every_kind_of_line_break_reads_the_same() {
    let text = "a: |\n  x\n\n\n  y\nb: 'p\n\n  q' # c\nd: >+\n  p\n  q\n\n\n  r\n\n\n";
    for line_break in ["\n", "\r\n", "\r"] {
        let file = read(text.replace('\n', line_break).as_bytes());
        assert_eq!(file.faults(), []);
        assert_eq!(root(&file).get("a").unwrap().value(), Some("x\n\n\ny\n"));
        assert_eq!(root(&file).get("b").unwrap().value(), Some("p\nq"));
        assert_eq!((file.comments()[0].line, file.comments()[0].text.as_str()), (8, " c"));
        assert_eq!(root(&file).get("d").unwrap().value(), Some("p q\n\nr\n\n\n"));
        for (key, needle) in [("a", "y"), ("b", "q"), ("d", "q"), ("d", "r")] {
            let node = root(&file).get(key).unwrap();
            let source = node.source_of(node.value().unwrap().find(needle).unwrap());
            assert!(source.exact && file.text()[source.byte..].starts_with(needle));
        }
    }
}

#[test]
fn comments_know_what_they_stand_beside() {
    let file = read(
        b"# free\n\n# top\na: 1 # right\n# one\n# two\nb:\n  # in\n  - x # item\nc: | # header\n  # text\n# last\n",
    );
    let texts =
        |comments: &[Comment]| comments.iter().map(|comment| comment.text.trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(texts(file.comments()), ["free", "top", "right", "one", "two", "in", "item", "header", "last"]);
    let key = |key: &str| root(&file).entry(key).unwrap().key;
    assert_eq!(texts(key("a").comments_above()), ["top"]);
    assert_eq!(texts(key("b").comments_above()), ["one", "two"]);
    assert_eq!(texts(key("c").comments_above()), Vec::<String>::new());
    assert_eq!(root(&file).get("a").unwrap().trailing_comment().unwrap().text, " right");
    assert_eq!(root(&file).get("c").unwrap().trailing_comment().unwrap().text, " header");
    assert_eq!(texts(root(&file).at("b[0]")[0].comments_above()), ["in"]);
    assert_eq!(texts(file.comments_in(root(&file).entry("b").unwrap().pair_span())), ["in"]);
    let placements: Vec<_> = file.comments().iter().map(|comment| comment.placement).collect();
    assert_eq!(placements, [Free, Above, Right, Above, Above, Above, Right, Right, Last]);
}

#[test]
fn comments_belong_to_the_document_they_stand_in() {
    let file = read(b"# a\n---\nx: 1\n# b\n---\n# c\ny: 2\n");
    let texts: Vec<Vec<_>> =
        file.documents().map(|document| document.comments().iter().map(|c| c.text.as_str()).collect()).collect();
    assert_eq!(texts, [vec![" a", " b"], vec![" c"]]);
}

#[test]
fn a_text_behind_the_end_of_a_document_is_a_fault_of_that_document() {
    let file = read(b"plain\nkey: 1\n");
    assert_eq!((file.documents().len(), file.faults().len(), file.faults()[0].document), (1, 1, 0));
}

#[test]
fn an_alias_without_an_anchor_is_a_fault_and_the_document_is_read_on() {
    let file = read(b"a: *x\nb: *y\nc: 1\n---\n- *z\n");
    let places: Vec<_> = file.faults().iter().map(|fault| (fault.document, fault.line, fault.col)).collect();
    assert_eq!(places, [(0, 1, 4), (1, 5, 3)]);
    assert_eq!(root(&file).get("c").unwrap().as_i64(), Some(1));
    assert_eq!(root(&file).get("a").unwrap().resolve().kind(), Kind::Alias);
}

#[test]
fn a_block_scalar_cut_at_a_byte_that_is_no_text_has_only_an_approximate_map() {
    let file = parse(b"a: |\n         1\n\n          b $\xa9\n", Dialect::Core, &Limits::WORKFLOW);
    let scalar = file.documents().next().unwrap().root().unwrap().get("a").unwrap();
    assert!(!scalar.source_of(1).exact);
}
