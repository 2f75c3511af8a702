//! Files written to hurt their reader: each ends in a fault, never in a panic, a full stack or a long wait.

use std::fmt::Write as _;

use crate::yaml::*;

fn kubernetes(text: &str) -> File {
    parse(text.as_bytes(), Dialect::Yaml11, &Limits::KUBERNETES)
}

/// Kinds of all faults.
fn kinds(file: &File) -> Vec<FaultKind> {
    file.faults().iter().map(|fault| fault.kind).collect()
}

/// Levels from the root down the first children.
fn depth(file: &File) -> usize {
    let mut depth = 0;
    let mut node = file.documents().next().and_then(|document| document.root());
    while let Some(current) = node {
        depth += 1;
        node = current.items().next().or_else(|| current.entries().next().map(|entry| entry.value));
    }
    depth
}

#[test]
fn a_hundred_thousand_brackets_reach_the_depth_limit_and_keep_the_levels_above_it() {
    let file = kubernetes(&"[".repeat(100_000));
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
    assert_eq!(depth(&file), 200);
    let file = kubernetes(&"{a: ".repeat(100_000));
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
}

#[test]
fn a_hundred_thousand_dashes_reach_the_depth_limit() {
    let file = kubernetes(&"- ".repeat(100_000));
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
    assert!(depth(&file) <= 201, "{}", depth(&file));
    let file = kubernetes(&"? ".repeat(100_000));
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
}

#[test]
fn three_thousand_levels_of_indentation_reach_the_depth_limit() {
    let mut text = String::new();
    for level in 0..3_000 {
        let _ = writeln!(text, "{:level$}a:", "");
    }
    let file = kubernetes(&text);
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
    assert!(depth(&file) >= 200);
}

#[test]
fn brackets_inside_indentation_count_together() {
    let file = kubernetes(&format!("{}{}{}", "- ".repeat(150), "[".repeat(150), "]".repeat(150)));
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
    assert_eq!(depth(&file), 200);
}

#[test]
fn aliases_that_double_at_each_level_stay_as_small_as_they_are_written() {
    let mut text = String::from("a0: &a0 [x, x]\n");
    for level in 1..60 {
        let _ = writeln!(text, "a{level}: &a{level} [*a{0}, *a{0}]", level - 1);
    }
    let file = kubernetes(&text);
    assert_eq!(file.faults(), []);
    let root = file.documents().next().unwrap().root().unwrap();
    assert_eq!(root.at("a59[0][0]").len(), 1);
    assert_eq!(root.get("a59").unwrap().materialise().unwrap_err().limit, "materialised");
}

#[test]
fn an_alias_to_the_collection_it_stands_in_is_no_endless_walk() {
    let file = kubernetes("a: &a\n  <<: *a\n  b: [*a]\n");
    let root = file.documents().next().unwrap().root().unwrap();
    assert_eq!(root.at("a.b[0].b[0].b").len(), 1);
    assert!(root.at("a.nowhere").is_empty());
    assert_eq!(root.get("a").unwrap().materialise().unwrap_err().limit, "cycle");
}

#[test]
fn a_path_through_aliases_that_double_leads_to_each_node_once() {
    let mut text = String::from("a0: &a0 [x, x]\n");
    for level in 1..60 {
        let _ = writeln!(text, "a{level}: &a{level} [*a{0}, *a{0}]", level - 1);
    }
    let file = kubernetes(&text);
    let root = file.documents().next().unwrap().root().unwrap();
    assert_eq!(root.at(&format!("a59{}", "[*]".repeat(60))).len(), 2);
}

#[test]
fn long_keys_of_json_do_not_lift_the_depth_limit() {
    let file = parse("[".repeat(100_000).as_bytes(), Dialect::Core, &Limits::OTHER.for_json());
    assert_eq!(kinds(&file), [FaultKind::Limit("depth")]);
    assert_eq!(depth(&file), 128);
    let key = "k".repeat(10_000);
    let json = format!("{{\"{key}\": 1}}");
    let file = parse(json.as_bytes(), Dialect::Core, &Limits::OTHER.for_json());
    assert_eq!(
        (file.faults(), file.documents().next().unwrap().root().unwrap().get(&key).unwrap().as_i64()),
        (&[][..], Some(1))
    );
}

#[test]
fn our_own_files_hold_one_document_without_anchors_and_aliases() {
    let file = parse(b"a: &x 1\nb: *x\nc: &y 2\n---\nd: 1\n", Dialect::Core, &Limits::OWN);
    let names: Vec<_> = file.faults().iter().map(|fault| (fault.kind, fault.line, fault.col)).collect();
    assert_eq!(
        names,
        [
            (FaultKind::Limit("anchors"), 1, 4),
            (FaultKind::Limit("aliases"), 2, 4),
            (FaultKind::Limit("documents"), 4, 1),
        ]
    );
    assert_eq!(file.documents().next().unwrap().root().unwrap().entries().len(), 3);
}

#[test]
fn a_hundred_thousand_anchors_and_aliases_reach_their_limits_and_the_tree_goes_on() {
    let mut text = String::new();
    for number in 0..100_000 {
        let _ = writeln!(text, "- &a{number} x");
    }
    text.push_str("- end\n");
    let file = kubernetes(&text);
    assert_eq!(kinds(&file), [FaultKind::Limit("anchors")]);
    assert_eq!(file.faults()[0].line, 10_001);
    let root = file.documents().next().unwrap().root().unwrap();
    assert_eq!(root.items().next_back().unwrap().value(), Some("end"));

    let file = kubernetes(&format!("- &a x\n{}---\n- &a x\n- *a\n", "- *a\n".repeat(20_000)));
    assert_eq!(kinds(&file), [FaultKind::Limit("aliases")]);
    assert_eq!(file.documents().next_back().unwrap().fault(), None);
}

#[test]
fn a_chain_of_merges_is_followed_to_its_end() {
    let mut text = String::from("m0: &m0 {k: v}\n");
    for level in 1..500 {
        let _ = writeln!(text, "m{level}: &m{level} {{<<: [*m{0}, *m{0}], k{level}: v}}", level - 1);
    }
    let file = kubernetes(&text);
    assert_eq!(file.faults(), []);
    let root = file.documents().next().unwrap().root().unwrap();
    assert_eq!(root.at("m499.k").len(), 1);
    assert_eq!(root.get("m499").unwrap().effective_entries().len(), 500);
}

#[test]
fn merges_that_cost_more_than_the_budget_are_a_fault_and_are_not_followed() {
    let mut text = String::from("m0: &m0 {k: v}\n");
    for level in 1..4_000 {
        let _ = writeln!(text, "m{level}: &m{level} {{<<: *m{}, k: v}}", level - 1);
    }
    let file = kubernetes(&text);
    assert_eq!(kinds(&file), [FaultKind::Limit("merges")]);
    let root = file.documents().next().unwrap().root().unwrap();
    assert_eq!(root.at("m3999.k").len(), 1);
    assert_eq!(root.get("m3999").unwrap().effective_entries().len(), 1);
}

#[test]
fn long_lines_many_comments_and_many_keys_are_only_long() {
    let line = "x".repeat(10 << 20);
    let file = parse(line.as_bytes(), Dialect::Core, &Limits::OTHER);
    assert_eq!(file.documents().next().unwrap().root().unwrap().raw().len(), 10 << 20);
    assert_eq!(file.position(10 << 20).col as usize, (10 << 20) + 1);

    let file = kubernetes(&format!("a:\n{}  b: 1\n", "  # c\n".repeat(100_000)));
    assert_eq!((file.comments().len(), file.faults()), (100_000, &[][..]));

    let mut text = String::new();
    for number in 0..200_000 {
        let _ = writeln!(text, "k{number}: v");
    }
    let file = kubernetes(&text);
    assert_eq!(file.documents().next().unwrap().root().unwrap().entries().len(), 200_000);
}

#[test]
fn more_comments_in_a_row_than_the_parser_holds_are_a_fault() {
    let file = kubernetes(&format!("z: 1\na:\n{}  b: 1\n", "  # c\n".repeat(100_001)));
    assert_eq!(kinds(&file), [FaultKind::Limit("comments")]);
    assert_eq!(file.documents().next().unwrap().root().unwrap().get("z").unwrap().as_i64(), Some(1));
}

#[test]
fn a_file_of_nuls_is_no_empty_file() {
    let file = parse(&vec![0; 100_000], Dialect::Core, &Limits::OTHER);
    assert_eq!(kinds(&file), [FaultKind::Encoding]);
    assert_eq!((file.faults()[0].byte, file.faults()[0].line, file.faults()[0].col), (0, 1, 1));
}

#[test]
fn what_stands_before_the_first_byte_that_is_no_text_is_read() {
    for bad in [&b"\xff"[..], b"\0", b"\xc3"] {
        let bytes = [b"a: 1\nb: \"x", bad, b"y\"\nc: 2\n"].concat();
        let file = parse(&bytes, Dialect::Core, &Limits::OTHER);
        assert_eq!(kinds(&file), [FaultKind::Encoding]);
        assert_eq!((file.faults()[0].byte, file.faults()[0].line, file.faults()[0].col), (10, 2, 6));
        assert_eq!(file.documents().next().unwrap().root().unwrap().get("a").unwrap().as_i64(), Some(1));
    }
}

#[test]
fn one_broken_document_among_a_thousand_costs_only_itself() {
    let mut text = String::new();
    for number in 0..1_000 {
        let _ = writeln!(text, "---\na: {}", if number == 500 { "[" } else { "1" });
    }
    let file = kubernetes(&text);
    assert_eq!(file.documents().len(), 1_000);
    let whole = file.documents().filter(|document| document.fault().is_none()).count();
    assert_eq!((whole, file.faults()[0].document), (999, 500));
}

#[test]
fn every_document_broken_is_a_fault_each() {
    let file = kubernetes(&"---\na: [\n".repeat(5_000));
    assert_eq!(file.faults().len(), 5_000);
    assert_eq!(file.documents().len(), 5_000);
}

#[test]
fn the_limits_of_size_documents_and_nodes_are_named() {
    let tight = Limits { bytes: 100, documents: 2, nodes: 5, ..Limits::OTHER };
    let of = |text: &str| parse(text.as_bytes(), Dialect::Core, &tight);
    assert_eq!(kinds(&of(&"x".repeat(101))), [FaultKind::Limit("bytes")]);
    let file = of("---\n1\n---\n2\n---\n3\n");
    assert_eq!(kinds(&file), [FaultKind::Limit("documents")]);
    assert_eq!((file.documents().len(), file.faults()[0].line), (2, 5));
    let file = of("[1, 2, 3, 4, 5, 6]");
    assert_eq!(kinds(&file), [FaultKind::Limit("nodes")]);
    assert_eq!(file.documents().next().unwrap().root().unwrap().items().len(), 4);
}

#[test]
fn tabs_are_named() {
    let file = kubernetes("a:\n\tb: 1\n");
    assert!(file.faults()[0].message.contains("tab used for indentation"), "{:?}", file.faults());
}
