//! Paths into the tree: `spec.template.spec.containers[*].image`, `metadata.annotations["a.b/c"]` (spec/policy.md 8.6).

use std::collections::BTreeSet;

use super::node::Node;

/// A parsed path. `$pod` is not known here: what it stands for is the caller's knowledge of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    segments: Vec<Segment>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Value of a key.
    Key(String),
    /// Item of a sequence, 0-based.
    Index(usize),
    /// Every item of a sequence, every value of a mapping.
    Every,
}

/// Where a text stops being a path, in bytes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Offset of the first byte that does not fit.
    pub byte: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl std::fmt::Display for PathError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {} at character {}", self.expected, self.byte + 1)
    }
}

impl std::error::Error for PathError {}

impl Path {
    /// Reads a path; an empty text is the path to where it starts.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut segments = Vec::new();
        let mut rest = text;
        let error = |rest: &str, expected| PathError { byte: text.len() - rest.len(), expected };
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix("[\"") {
                let (key, behind) = quoted(inside).ok_or_else(|| error(inside, "a key and `\"]`"))?;
                segments.push(Segment::Key(key));
                rest = behind.strip_prefix(']').ok_or_else(|| error(behind, "`]`"))?;
            } else if let Some(behind) = rest.strip_prefix("[*]") {
                segments.push(Segment::Every);
                rest = behind;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
                let (number, behind) = inside.split_at_checked(digits).unwrap_or_default();
                let index = number.parse().map_err(|_| error(inside, "a number, `*` or a key in quotes"))?;
                segments.push(Segment::Index(index));
                rest = behind.strip_prefix(']').ok_or_else(|| error(behind, "`]`"))?;
            } else {
                let name = match rest.strip_prefix('.') {
                    Some(name) if !segments.is_empty() => name,
                    None if segments.is_empty() => rest,
                    _ => return Err(error(rest, "a name, or `.`, `[` behind one")),
                };
                let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                let length = name.bytes().take_while(is_name).count();
                let (key, behind) = name.split_at_checked(length).unwrap_or_default();
                if key.is_empty() {
                    return Err(error(name, "a name of letters, digits, `_` and `-`"));
                }
                segments.push(Segment::Key(key.to_owned()));
                rest = behind;
            }
        }
        Ok(Self { segments })
    }

    /// Its steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it may lead to more than one node.
    pub fn is_plural(&self) -> bool {
        self.segments.contains(&Segment::Every)
    }

    /// The nodes it leads to from `start`, each once, also those that mean null.
    pub fn nodes<'a>(&self, start: Node<'a>) -> Vec<Node<'a>> {
        let mut nodes = vec![start];
        for segment in &self.segments {
            nodes = nodes.into_iter().flat_map(|node| step(node, segment)).collect();
            // Through aliases one node can be reached on many ways, with each `[*]` on more of them.
            let mut seen = BTreeSet::new();
            nodes.retain(|node| seen.insert(node.id()));
        }
        nodes
    }

    /// The deepest node on the way of a path without `[*]`, and how many steps lead to it.
    pub fn deepest<'a>(&self, start: Node<'a>) -> (Node<'a>, usize) {
        let mut node = start;
        for (taken, segment) in self.segments.iter().enumerate() {
            match step(node, segment).first() {
                Some(next) => node = *next,
                None => return (node, taken),
            }
        }
        (node, self.segments.len())
    }
}

fn step<'a>(node: Node<'a>, segment: &Segment) -> Vec<Node<'a>> {
    match segment {
        Segment::Key(key) => node.get(key).into_iter().collect(),
        Segment::Index(index) => node.items().nth(*index).into_iter().collect(),
        Segment::Every if node.is_seq() => node.items().collect(),
        Segment::Every => node.effective_entries().into_iter().map(|entry| entry.value).collect(),
    }
}

/// The text before the closing quote, `\"` and `\\` taken as what they stand for, and what follows the quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return text.get(at + 1..).map(|rest| (key, rest)),
            '\\' => key.push(characters.next().map(|(_, escaped)| escaped).filter(|e| matches!(e, '"' | '\\'))?),
            _ => key.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(text: &str) -> Vec<Segment> {
        Path::parse(text).unwrap().segments
    }

    #[test]
    fn names_indices_stars_and_quoted_keys() {
        assert_eq!(
            segments("a-b.c[2][*]"),
            [Segment::Key("a-b".into()), Segment::Key("c".into()), Segment::Index(2), Segment::Every,]
        );
        assert_eq!(
            segments(r#"a["b.c/\"d"].e"#),
            [Segment::Key("a".into()), Segment::Key("b.c/\"d".into()), Segment::Key("e".into()),]
        );
        assert_eq!(segments(""), []);
    }

    #[test]
    fn a_text_that_is_no_path_is_refused_where_it_stops_being_one() {
        let errors =
            [(".a", 0), ("a.", 2), ("a..b", 2), ("a[", 2), ("a[1", 3), ("a[-1]", 2), ("a[\"x]", 3), ("a b", 1)];
        for (text, byte) in errors {
            assert_eq!(Path::parse(text).unwrap_err().byte, byte, "{text}");
        }
    }
}
