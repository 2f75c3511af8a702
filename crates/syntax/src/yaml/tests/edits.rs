//! Edits change what they say and nothing else.

use crate::yaml::*;

fn core(text: &str) -> File {
    parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW)
}

fn root(file: &File) -> Node<'_> {
    file.documents().next().unwrap().root().unwrap()
}

/// The text after one change of the root.
fn edited(text: &str, change: impl Fn(Node<'_>) -> Option<Change>) -> String {
    let file = core(text);
    let change = change(root(&file)).expect("a change");
    file.apply(std::slice::from_ref(&change)).unwrap_or_else(|_| panic!("{change:?}")).text
}

#[test]
fn a_replaced_scalar_keeps_its_quotes() {
    let replace = |text: &str, new: &str| edited(text, |root| root.get("a").unwrap().replace_scalar(new));
    assert_eq!(replace("a: b # c\n", "d"), "a: d # c\n");
    assert_eq!(replace("a: 'b'\n", "it's"), "a: 'it''s'\n");
    assert_eq!(replace("a: \"b\"\n", "x\ny"), "a: \"x\\ny\"\n");
    assert_eq!(replace("a: true\n", "false"), "a: false\n");
    assert_eq!(replace("a: b\n", "c: d"), "a: 'c: d'\n");
    assert_eq!(replace("{a: b, c: d}\n", "x, y"), "{a: 'x, y', c: d}\n");
    assert_eq!(replace("a: |\n    b\n    c\nd: e\n", "x\n\n  y\n"), "a: |\n    x\n\n      y\nd: e\n");
}

#[test]
fn text_is_quoted_where_either_dialect_would_read_something_else() {
    let replace = |new: &str| edited("a: b\n", |root| root.get("a").unwrap().replace_with_text(new));
    for text in ["1.20", "yes", "null", "~", "0x1f", "012", ""] {
        assert_eq!(replace(text), format!("a: '{text}'\n"));
    }
    assert_eq!(replace("v1.20"), "a: v1.20\n");
}

#[test]
fn text_does_not_go_behind_a_tag_that_says_something_else() {
    let change = |text: &str| root(&core(text)).replace_with_text("x");
    assert_eq!(change("!!int 5\n"), None);
    assert_eq!(change("!<tag:yaml.org,2002:int> 5\n"), None);
    assert!(change("!!str 5\n").is_some());
    assert!(change("!Ref name\n").is_some());
}

#[test]
fn nothing_is_put_into_a_value_that_is_not_written() {
    assert_eq!(root(&core("!Ref\n")).replace_within(0..0, "x"), None);
}

#[test]
fn an_entry_goes_below_the_last_line_of_its_mapping() {
    let insert = |text: &str, path: &'static str| {
        edited(text, |root| root.at(path)[0].insert_entry("new", &New::Plain("false".into())))
    };
    assert_eq!(insert("a:\n  b: 1 # c\n\n# d\ne: 2\n", "a"), "a:\n  b: 1 # c\n  new: false\n\n# d\ne: 2\n");
    assert_eq!(insert("- a: 1\n  b: |\n    x\n\n- c\n", "[0]"), "- a: 1\n  b: |\n    x\n  new: false\n\n- c\n");
    assert_eq!(insert("a:\n  b: |+\n    x\n\nc: 1\n", "a"), "a:\n  b: |+\n    x\n\n  new: false\nc: 1\n");
    assert_eq!(insert("a: {b: 1}\n", "a"), "a: {b: 1, new: false}\n");
    assert_eq!(insert("a: {b: 1, }\n", "a"), "a: {b: 1, new: false }\n");
    assert_eq!(insert("a: {}\n", "a"), "a: {new: false}\n");
    assert_eq!(insert("s:\n  - a: # why\n    b: 1\n", "s[0].a"), "s:\n  - a: # why\n      new: false\n    b: 1\n");
    assert_eq!(insert("a:\r\n  b: 1\r\n", "a"), "a:\r\n  b: 1\r\n  new: false\r\n");
    assert_eq!(insert("a: 1", ""), "a: 1\nnew: false");
}

#[test]
fn a_missing_mapping_is_created_around_its_first_entry() {
    let text = "steps:\n  - uses: actions/checkout@v4\n  - run: x\n";
    let insert =
        |root: Node<'_>| root.at("steps[0]")[0].insert_into("with", "persist-credentials", &New::Plain("false".into()));
    let once = edited(text, insert);
    assert_eq!(
        once,
        "steps:\n  - uses: actions/checkout@v4\n    with:\n      persist-credentials: false\n  - run: x\n"
    );
    let more = edited(&once, |root| root.at("steps[0]")[0].insert_into("with", "ref", &New::Text("on".into())));
    assert!(more.contains("persist-credentials: false\n      ref: 'on'\n"), "{more}");
}

#[test]
fn items_go_to_the_end_of_their_sequence() {
    let insert = |text: &str, new: New| edited(text, |root| root.get("a").unwrap().insert_item(&new));
    assert_eq!(insert("a:\n- b\nc: d\n", New::Text("x".into())), "a:\n- b\n- x\nc: d\n");
    assert_eq!(insert("a: [b]\n", New::Text("x, y".into())), "a: [b, 'x, y']\n");
    assert_eq!(insert("a: []\n", New::Text("x".into())), "a: [x]\n");
}

#[test]
fn a_removed_entry_takes_its_lines_and_its_comment() {
    let remove = |text: &str, path: &'static str, index| edited(text, |root| root.at(path)[0].remove_entry(index));
    assert_eq!(remove("a: 1\nb:\n  c: 2\n  d: 3 # e\nf: 4\n", "", 1), "a: 1\nf: 4\n");
    assert_eq!(remove("- a: 1\n  b: 2\n", "[0]", 0), "- b: 2\n");
    assert_eq!(remove("- a: 1\n  b: 2\n", "[0]", 1), "- a: 1\n");
    assert_eq!(remove("{a: 1, b: 2}\n", "", 0), "{b: 2}\n");
    assert_eq!(remove("{a: 1, b: 2}\n", "", 1), "{a: 1}\n");
    let file = core("a:\n  b: 1\n");
    assert_eq!(root(&file).get("a").unwrap().remove_entry(0), None);
}

#[test]
fn a_removed_item_takes_its_lines() {
    let remove = |text: &str, path: &'static str, index| edited(text, |root| root.at(path)[0].remove_item(index));
    assert_eq!(remove("a:\n  - b: 1\n    c: 2\n  - d # e\n", "a", 0), "a:\n  - d # e\n");
    assert_eq!(remove("a:\n  - b\n  - d # e\n", "a", 1), "a:\n  - b\n");
    assert_eq!(remove("- - a\n  - b\n", "[0]", 0), "- - b\n");
    assert_eq!(remove("[a, b, c]", "", 1), "[a, c]");
}

#[test]
fn a_fragment_is_written_in_the_style_of_its_scalar() {
    let replace = |text: &str, from: &'static str, to: &'static str| {
        edited(text, move |root| {
            let node = root.get("a").unwrap();
            let at = node.value().unwrap().find(from).unwrap();
            node.replace_within(at..at + from.len(), to)
        })
    };
    assert_eq!(replace("a: |\n  echo ${{ x }}\n  ls\n", "${{ x }}", "\"$X\""), "a: |\n  echo \"$X\"\n  ls\n");
    assert_eq!(replace("a: |\n  one\n  two\n", "one", "1\n2"), "a: |\n  1\n  2\n  two\n");
    assert_eq!(replace("a: 'b c'\n", "c", "it's"), "a: 'b it''s'\n");
    assert_eq!(replace("a: \"b\\tc\"\n", "\t", "\"\n"), "a: \"b\\\"\\nc\"\n");
    assert_eq!(replace("a: b c # d\n", "c", "x"), "a: b x # d\n");
    assert_eq!(replace("a: b c # d\n", "c", ": #"), "a: 'b : #' # d\n");
}

#[test]
fn a_comment_is_added_behind_or_replaced() {
    let comment = |text: &str| edited(text, |root| root.get("a").unwrap().set_trailing_comment("v4"));
    assert_eq!(comment("a: b\nc: d\n"), "a: b  # v4\nc: d\n");
    assert_eq!(comment("a: b # old\n"), "a: b # v4\n");
    assert_eq!(comment("a: |\n  x\n"), "a: |  # v4\n  x\n");
}

#[test]
fn a_change_that_would_change_something_else_is_refused() {
    let file = core("a: b\nc: [d]\n# note\n");
    let change = |range: std::ops::Range<usize>, text: &str| Change { range, text: text.to_owned() };
    // Longer text, another shape, another depth, commented out, not closed, another document.
    for (range, text) in [(4..4, " x"), (0..0, "- "), (5..5, "  "), (0..0, "#"), (3..4, "["), (12..12, "---\n")] {
        assert_eq!(file.apply(&[change(range, text)]), Err(EditError::Unsafe), "{text}");
    }
    assert_eq!(core("a: [").apply(&[]), Err(EditError::Faulty));
}

#[test]
fn of_overlapping_changes_the_first_given_is_made() {
    let file = core("a: b\nc: d\n");
    let change = |range: std::ops::Range<usize>, text: &str| Change { range, text: text.to_owned() };
    let applied = file.apply(&[change(8..9, "x"), change(8..9, "y"), change(3..4, "z")]).unwrap();
    assert_eq!((applied.text.as_str(), applied.dropped.as_slice()), ("a: z\nc: x\n", &[1][..]));
}

#[test]
fn nothing_is_put_into_the_folds_of_a_scalar() {
    let file = core("a: \"x\n  y\"\nb: [c: , 'd\n  e']\nf: |\n  g\n");
    assert_eq!(root(&file).entry("a").unwrap().key.set_trailing_comment("c"), None);
    assert_eq!(root(&file).at("b[0].c")[0].insert_entry("new", &New::Text("v".into())), None);
    let key = root(&file).entry("f").unwrap().key;
    assert!(file.apply(&[key.set_trailing_comment("c").unwrap()]).unwrap().text.ends_with("f: |  # c\n  g\n"));
}

#[test]
fn a_text_that_is_a_sign_where_it_goes_is_quoted_or_refused() {
    let replace = |text: &str, new: &str| edited(text, |root| root.replace_with_text(new));
    assert_eq!(replace("a\n", "---"), "'---'\n");
    assert_eq!(replace("a\n", "..."), "'...'\n");
    assert_eq!(replace("a\n", "?"), "'?'\n");
    let file = core(">-\na\n");
    assert_eq!(root(&file).replace_with_text("b\n...\n"), None);
}

#[test]
fn a_fragment_whose_blanks_a_fold_would_take_away_is_refused() {
    let replace = |text: &str, value: std::ops::Range<usize>, new: &str| {
        let file = core(text);
        let change = root(&file).get("a").unwrap().replace_within(value, new)?;
        let after = core(&file.apply(&[change]).unwrap().text);
        Some(root(&after).get("a").unwrap().value().unwrap().to_owned())
    };
    for text in ["a: \"x\n  y\"\n", "a: 'x\n  y'\n", "a: x\n  y\n", "a: >-\n  x\n  y\n"] {
        assert_eq!(replace(text, 1..1, "b "), None, "{text}");
        assert_eq!(replace(text, 2..2, " b"), None, "{text}");
        // Without quotes all of it is written anew, in quotes.
        let cut = (text == "a: x\n  y\n").then(|| "x ".to_owned());
        assert_eq!(replace(text, 2..3, ""), cut, "{text}");
        assert_eq!(replace(text, 0..1, "b c").unwrap(), "b c y", "{text}");
    }
    assert_eq!(replace("a: |\n  x\n  y\n", 0..1, " x"), None);
    assert_eq!(replace("a: |\n  x\n  y\n", 0..1, "b\rc"), None);
    assert_eq!(replace("a: >+\n\n", 0..0, " "), None);
    assert_eq!(replace("a: |\n  x\n  y\n", 2..3, " b\n c").unwrap(), "x\n b\n c\n");
}

fn grouped(text: &str, groups: &[&[(std::ops::Range<usize>, &str)]]) -> (String, Vec<usize>) {
    let change =
        |(range, text): &(std::ops::Range<usize>, &str)| Change { range: range.clone(), text: (*text).to_owned() };
    let groups: Vec<Vec<Change>> = groups.iter().map(|group| group.iter().map(change).collect()).collect();
    let groups: Vec<&[Change]> = groups.iter().map(Vec::as_slice).collect();
    let applied = core(text).apply_groups(&groups).unwrap();
    (applied.text, applied.dropped)
}

#[test]
fn a_group_is_made_whole_or_left_out() {
    let (text, dropped) =
        grouped("a: 1\nb: 2\nc: 3\n", &[&[(3..4, "x")], &[(8..9, "y"), (3..4, "z")], &[(13..14, "w")]]);
    assert_eq!((text.as_str(), dropped), ("a: x\nb: 2\nc: w\n", vec![1]));
}

#[test]
fn groups_share_a_change_that_each_of_them_needs() {
    let added = (4..4, "\nd: 4");
    let (text, dropped) = grouped("a: 1\nb: 2\n", &[&[(3..4, "x"), added.clone()], &[(8..9, "y"), added]]);
    assert_eq!((text.as_str(), dropped), ("a: x\nd: 4\nb: y\n", vec![]));
}

#[test]
fn lines_added_at_one_place_follow_each_other_in_the_order_given() {
    let (text, dropped) = grouped("a:\n  b: 1\n", &[&[(9..9, "\n  c: 2")], &[(9..9, "\n  d: 3")], &[(9..9, "\ne: 4")]]);
    assert_eq!((text.as_str(), dropped), ("a:\n  b: 1\n  c: 2\n  d: 3\n", vec![2]), "another level waits");
    let (text, dropped) = grouped("{a: 1}\n", &[&[(5..5, ", b: 2")], &[(5..5, ", c: 3")]]);
    assert_eq!((text.as_str(), dropped), ("{a: 1, b: 2, c: 3}\n", vec![]));
}

#[test]
fn no_mapping_gets_a_key_twice() {
    let (text, dropped) = grouped("a: 1\n", &[&[(4..4, "\nb: 2")], &[(4..4, "\nb: 3")], &[(4..4, "\nc: 4")]]);
    assert_eq!((text.as_str(), dropped), ("a: 1\nb: 2\nc: 4\n", vec![1]));
    assert_eq!(core("a: 1\n").apply(&[Change { range: 4..4, text: "\na: 2".to_owned() }]), Err(EditError::Unsafe));
}

#[test]
fn one_change_at_fault_among_many_costs_no_other() {
    let lines: Vec<_> = (0..200).map(|number| format!("k{number:03}: v\n")).collect();
    let text = lines.concat();
    let at = |number: usize| number * 8 + 6;
    let changes: Vec<Change> = (0..200)
        .map(|number| Change {
            range: at(number)..at(number) + 1,
            text: if number == 77 { "w\nx: [".to_owned() } else { "w".to_owned() },
        })
        .collect();
    assert_eq!(core(&text).apply(&changes).unwrap().dropped, [77]);
}

#[test]
fn a_value_with_braces_stays_plain_where_no_bracket_is_around_it() {
    let text = "run: echo ${{ github.ref }}\n";
    let change = |node: Node<'_>| node.get("run")?.replace_within(5..22, "${REF}");
    assert_eq!(edited(text, change), "run: echo ${REF}\n");
}

#[test]
fn a_word_becomes_a_mapping_below_its_key() {
    let new = New::Map(vec![("X".to_owned(), New::Plain("1".to_owned()))]);
    let change = |node: Node<'_>| node.get("a")?.replace_by_block(&new);
    assert_eq!(edited("a: all\nb: 2\n", change), "a:\n  X: 1\nb: 2\n");
}
