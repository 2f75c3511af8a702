//! The symbolic place of a byte: `jobs.build.steps[2].run`, `/spec/template/spec/containers/0`.

use std::fmt::{self, Write as _};
use std::ops::Range;

use portcullis_syntax::yaml::{File, Kind, Node};

/// How places are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `jobs.build.steps[2]`
    Dotted,
    /// JSON pointer (RFC 6901).
    Pointer,
}

/// A place in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// As shown.
    pub(crate) logical: String,
    /// With the names of sequence items instead of their numbers: it stays when an item is put before.
    pub(crate) stable: String,
}

/// The places of bytes, which come in ascending order. Each part of the tree is visited at most once, and only the parts
/// that hold one of the bytes.
pub(crate) fn places(file: &File, starts: &[usize], notation: Notation) -> Vec<Place> {
    let mut places = vec![Place::default(); starts.len()];
    for document in file.documents() {
        let Some(root) = document.root() else { continue };
        let inside = within(starts, root.span());
        let (Some(starts), Some(places)) = (starts.get(inside.clone()), places.get_mut(inside)) else { continue };
        Walk { notation, trail: Vec::new() }.visit(root, starts, places);
    }
    places
}

/// Indexes of the starts that lie in a span; a span without width still holds its first byte.
fn within(starts: &[usize], span: Range<usize>) -> Range<usize> {
    let end = span.end.max(span.start + 1);
    starts.partition_point(|start| *start < span.start)..starts.partition_point(|start| *start < end)
}

struct Walk<'a> {
    notation: Notation,
    trail: Vec<Step<'a>>,
}

enum Step<'a> {
    Key(&'a str),
    Item { index: usize, name: Option<&'a str> },
}

impl<'a> Walk<'a> {
    /// Recursion is bounded by the depth limit of the parser.
    fn visit(&mut self, node: Node<'a>, starts: &[usize], places: &mut [Place]) {
        if starts.is_empty() {
            return;
        }
        places.fill(self.place());
        match node.kind() {
            Kind::Map => {
                for entry in node.entries() {
                    let step = Step::Key(entry.key_str().unwrap_or("?"));
                    self.step(step, entry.pair_span(), entry.value, starts, places);
                }
            }
            Kind::Seq => {
                for (index, item) in node.items().enumerate() {
                    let step = Step::Item { index, name: name_of(item) };
                    self.step(step, item.span(), item, starts, places);
                }
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }

    fn step(&mut self, step: Step<'a>, span: Range<usize>, node: Node<'a>, starts: &[usize], places: &mut [Place]) {
        let inside = within(starts, span);
        let (Some(starts), Some(places)) = (starts.get(inside.clone()), places.get_mut(inside)) else { return };
        if starts.is_empty() {
            return;
        }
        self.trail.push(step);
        self.visit(node, starts, places);
        self.trail.pop();
    }

    fn place(&self) -> Place {
        let mut place = Place::default();
        for step in &self.trail {
            push(&mut place.logical, step, self.notation, None);
            push(&mut place.stable, step, self.notation, step.name());
        }
        place
    }
}

impl<'a> Step<'a> {
    fn name(&self) -> Option<&'a str> {
        match self {
            Self::Item { name, .. } => *name,
            Self::Key(_) => None,
        }
    }
}

/// Writing to a text cannot fail.
fn push(path: &mut String, step: &Step<'_>, notation: Notation, name: Option<&str>) {
    let _ = match (step, notation) {
        (Step::Key(key), Notation::Dotted) => push_dotted(path, key),
        (Step::Key(key), Notation::Pointer) => write!(path, "/{}", key.replace('~', "~0").replace('/', "~1")),
        (Step::Item { index, .. }, Notation::Dotted) => match name {
            Some(name) => write!(path, "[{name}]"),
            None => write!(path, "[{index}]"),
        },
        (Step::Item { index, .. }, Notation::Pointer) => match name {
            Some(name) => write!(path, "/{name}"),
            None => write!(path, "/{index}"),
        },
    };
}

fn push_dotted(path: &mut String, key: &str) -> fmt::Result {
    let plain = key.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-'));
    if !plain {
        return write!(path, "[{key:?}]");
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.write_str(key)
}

/// What a sequence item is called; a version after `@` changes without the item becoming another.
fn name_of(item: Node<'_>) -> Option<&str> {
    ["id", "name", "alert", "record", "uses"]
        .into_iter()
        .find_map(|key| item.get(key)?.as_str())
        .map(|name| name.split('@').next().unwrap_or(name))
}
