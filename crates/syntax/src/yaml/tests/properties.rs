//! Claims about all inputs.

use proptest::prelude::*;

use crate::yaml::*;

fn core(text: &str) -> File {
    parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW)
}

fn root(file: &File) -> Option<Node<'_>> {
    file.documents().next().and_then(|document| document.root())
}

/// Every node of the file as written, without following aliases.
fn all_nodes(file: &File) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    let mut waiting: Vec<_> = file.documents().filter_map(|document| document.root()).collect();
    while let Some(node) = waiting.pop() {
        nodes.push(node);
        if node.kind() != Kind::Alias {
            waiting.extend(node.items());
            waiting.extend(node.entries().flat_map(|entry| [entry.key, entry.value]));
        }
    }
    nodes
}

/// A value and a way to write it down: the claims hold for every way, not for one printer's.
#[derive(Clone, Debug)]
enum Written {
    Plain(String),
    Single(Vec<String>),
    Double(Vec<String>),
    Literal(Vec<String>, &'static str),
    Folded(Vec<String>, &'static str),
    FlowSeq(Vec<String>),
    Seq(Vec<Written>),
    Map(Vec<(String, Written)>, bool),
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-zé€#|:\\[ '-]{0,6}[a-zü]", 1..4)
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("([ \t]{0,3}[a-z#|>'\"é:-][a-z ]{0,6})?", 1..6).prop_filter("begins with content", |lines| {
        lines.iter().any(|line| !line.is_empty())
            && lines.iter().find(|line| !line.is_empty()).is_some_and(|line| !line.starts_with([' ', '\t']))
    })
}

fn written() -> impl Strategy<Value = Written> {
    let chomping = prop::sample::select(vec!["", "-", "+"]);
    let scalar = prop_oneof![
        "[a-zé][a-z0-9é .]{0,8}[a-z]".prop_map(Written::Plain),
        words().prop_map(Written::Single),
        words().prop_map(Written::Double),
        (lines(), chomping.clone()).prop_map(|(lines, chomping)| Written::Literal(lines, chomping)),
        (lines(), chomping).prop_map(|(lines, chomping)| Written::Folded(lines, chomping)),
        prop::collection::vec("[a-z]{1,3}", 0..4).prop_map(Written::FlowSeq),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Written::Seq),
            (prop::collection::vec(("[a-z]{1,4}", inner), 1..4), any::<bool>())
                .prop_map(|(entries, comment)| Written::Map(entries, comment)),
        ]
    })
}

impl Written {
    /// As it stands behind `key:` or `-`, with lines of its own at `indent` columns.
    fn behind(&self, indent: usize) -> String {
        let pad = " ".repeat(indent);
        match self {
            Self::Plain(plain) => format!(" {plain}\n"),
            Self::Single(words) => {
                let lines: Vec<_> = words.iter().map(|word| word.replace('\'', "''")).collect();
                format!(" '{}'\n", lines.join(&format!("  \n{pad}")))
            }
            Self::Double(words) => {
                let lines: Vec<_> = words.iter().map(|word| format!("{word}\\t\\u00e9")).collect();
                format!(" \"{}\"\n", lines.join(&format!("\\\n\n{pad}")))
            }
            Self::Literal(lines, chomping) | Self::Folded(lines, chomping) => {
                let sign = if matches!(self, Self::Literal(..)) { '|' } else { '>' };
                let line = |line: &String| if line.is_empty() { "\n".to_owned() } else { format!("{pad}{line}\n") };
                format!(" {sign}{chomping} # {sign}\n{}", lines.iter().map(line).collect::<String>())
            }
            Self::FlowSeq(items) => format!(" [{}]\n", items.join(" , ")),
            Self::Seq(items) => {
                let item = |item: &Self| format!("{pad}-{}", item.behind(indent + 2));
                format!("\n{}", items.iter().map(item).collect::<String>())
            }
            Self::Map(entries, comment) => {
                let entry = |(key, value): &(String, Self)| format!("{pad}{key}:{}", value.behind(indent + 2));
                let comment = if *comment { " # c" } else { "" };
                format!("{comment}\n{}", entries.iter().map(entry).collect::<String>())
            }
        }
    }

    fn document(&self) -> String {
        format!("root:{}", self.behind(2))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_any_bytes_ends(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let file = parse(&bytes, Dialect::Yaml11, &Limits::KUBERNETES);
        for node in all_nodes(&file) {
            prop_assert!(file.text().get(node.span()).is_some());
        }
    }

    #[test]
    fn reading_any_text_that_looks_like_yaml_ends_with_ranges_inside_each_other(
        text in "([ ]{0,3}(- |\\? |: |[a-c]: |[a-c]|&a |\\*a|!t |\\||>\\+|'|\"|\\[|\\{|\\]|\\}|, |# |<<: |---|\\.\\.\\.|\t|é|\r|\n|\n|\n  ){1,4}){0,20}"
    ) {
        let file = parse(text.as_bytes(), Dialect::Yaml11, &Limits::KUBERNETES);
        for node in all_nodes(&file) {
            let span = node.span();
            prop_assert!(file.text().get(span.clone()).is_some());
            if node.kind() != Kind::Alias {
                for child in node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value])) {
                    let inside = child.span();
                    prop_assert!(span.start <= inside.start && inside.end <= span.end, "{node:?} {child:?} {text:?}");
                }
            }
            let _ = (node.typed(), node.effective_entries().len(), node.materialise(), node.source_of(1));
        }
        prop_assert!(file.faults().is_sorted_by_key(|fault| fault.byte));
        prop_assert!(file.comments().is_sorted_by_key(|comment| comment.span.start));
    }

    #[test]
    fn the_range_of_a_node_reads_back_as_the_node(written in written()) {
        let text = written.document();
        let file = core(&text);
        prop_assert_eq!(file.faults(), &[], "{}", text);
        for node in all_nodes(&file) {
            // Moved to the left edge, further lines would stand too deep.
            let cut = " ".repeat(node.position().col as usize - 1) + node.raw();
            let again = core(&cut);
            let value = root(&again).map(Node::materialise);
            prop_assert_eq!(again.faults(), &[], "{:?} in {}", node, text);
            prop_assert_eq!(value, Some(node.materialise()), "{:?} in {}", node, text);
        }
    }

    #[test]
    fn offsets_lead_back_in_order_and_to_the_same_text(written in written()) {
        let text = written.document();
        let file = core(&text);
        for node in all_nodes(&file).into_iter().filter(|node| node.kind() == Kind::Scalar) {
            let value = node.value().unwrap_or_default();
            let (whole, exact) = node.source_range(0..value.len());
            prop_assert!(exact, "{:?} in {}", node, text);
            prop_assert!(node.span().start <= whole.start, "{node:?} in {text}");
            let mut last = 0;
            for (offset, character) in value.char_indices() {
                let source = node.source_of(offset);
                prop_assert!(source.exact && last <= source.byte, "{offset} of {node:?} in {text}");
                last = source.byte;
                let escaped = node.style() == Style::DoubleQuoted && file.text()[source.byte..].starts_with('\\');
                if !character.is_whitespace() && !escaped {
                    prop_assert!(file.text()[source.byte..].starts_with(character), "{offset} of {node:?} in {text}");
                }
            }
        }
    }

    #[test]
    fn a_replaced_scalar_reads_back_and_nothing_else_changes(
        written in written(),
        new in "[a-z#:'\"\\[\\]{}, \\\\\n*&!|>%@`é0-9.-]{0,10}",
        pick in any::<prop::sample::Index>(),
    ) {
        let text = written.document();
        let file = core(&text);
        let nodes: Vec<_> = all_nodes(&file).into_iter().filter(|node| node.kind() == Kind::Scalar).collect();
        let place = pick.index(nodes.len());
        let Some(change) = nodes[place].replace_with_text(&new) else { return Ok(()) };
        let applied = file.apply(std::slice::from_ref(&change));
        prop_assert!(applied.is_ok(), "{change:?} in {text}");
        let after = core(&applied.unwrap().text);
        let values = |file: &File, skipped: usize| -> Vec<_> {
            let scalars = all_nodes(file).into_iter().filter(|node| node.kind() == Kind::Scalar).enumerate();
            scalars.filter(|(index, _)| *index != skipped).map(|(_, node)| node.value().map(str::to_owned)).collect()
        };
        prop_assert_eq!(values(&file, place), values(&after, place));
        let replaced = all_nodes(&after).into_iter().filter(|node| node.kind() == Kind::Scalar).nth(place).unwrap();
        prop_assert_eq!(replaced.as_str(), Some(new.as_str()), "{:?} in {}", change, text);
    }

    #[test]
    fn an_inserted_entry_is_there_and_nothing_else_changes(written in written(), pick in any::<prop::sample::Index>()) {
        let text = written.document();
        let file = core(&text);
        let maps: Vec<_> = all_nodes(&file).into_iter().filter(|node| node.is_map()).collect();
        let place = pick.index(maps.len());
        let value = New::Map(vec![("inner".into(), New::Text("1.0".into()))]);
        let change = maps[place].insert_entry("zzz zz", &value).unwrap();
        let after = core(&file.apply(&[change]).unwrap().text);
        let map = all_nodes(&after).into_iter().filter(|node| node.is_map() && node.get("inner").is_none()).nth(place);
        prop_assert_eq!(map.unwrap().at("[\"zzz zz\"].inner")[0].as_str(), Some("1.0"));
        prop_assert_eq!(all_nodes(&after).len(), all_nodes(&file).len() + 4);
    }

    #[test]
    fn positions_are_those_of_counting(text in "[a-zé€\n\r\t ]{0,60}", at in any::<prop::sample::Index>()) {
        let file = core(&text);
        let byte = text.floor_char_boundary(at.index(text.len() + 1));
        let (mut line, mut col) = (1, 1);
        for (index, character) in text.char_indices().take_while(|(index, _)| *index < byte) {
            let is_pair = character == '\r' && text[index + 1..].starts_with('\n');
            if matches!(character, '\n' | '\r') && !is_pair {
                (line, col) = (line + 1, 1);
            } else {
                col += 1;
            }
        }
        prop_assert_eq!(file.position(byte), Position { line, col });
    }
}
