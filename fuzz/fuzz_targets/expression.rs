//! Any text holds placeholders in order, and what stands in one is an expression whose parts lie inside each other, or an
//! error that points into it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_syntax::expression::{self, Expression, Kind, Segment};

fuzz_target!(|text: &str| {
    let mut last = 0;
    for placeholder in expression::placeholders(text) {
        assert!(last <= placeholder.span.start && placeholder.span.start < placeholder.span.end);
        last = placeholder.span.end;
        assert!(text.get(placeholder.inner_span(text)).is_some(), "{placeholder:?}");
        read(placeholder.inner(text));
    }
    read(text);
});

fn read(text: &str) {
    match expression::parse(text) {
        Ok(expression) => {
            inside(&expression, text);
            for leaf in expression.leaves() {
                assert!(text.get(leaf.span.clone()).is_some_and(|leaf| !leaf.is_empty()), "{leaf:?}");
                assert!(expression.span.start <= leaf.span.start && leaf.span.end <= expression.span.end, "{leaf:?}");
                assert!(leaf.path.segments().len() > 0);
            }
        }
        Err(error) => assert!(text.is_char_boundary(error.at), "{error:?}"),
    }
}

/// As deep as [`expression::DEEPEST`] allows.
fn inside(expression: &Expression, text: &str) {
    assert!(text.get(expression.span.clone()).is_some(), "{expression:?}");
    for part in parts(&expression.kind) {
        let (outer, inner) = (&expression.span, &part.span);
        assert!(outer.start <= inner.start && inner.end <= outer.end, "{part:?} in {expression:?}");
        inside(part, text);
    }
}

fn parts(kind: &Kind) -> Vec<&Expression> {
    match kind {
        Kind::Access(start, segments) => {
            let indexes = segments.iter().filter_map(|segment| match segment {
                Segment::Index(index) => Some(index),
                Segment::Name(_) | Segment::Every => None,
            });
            std::iter::once(&**start).chain(indexes).collect()
        }
        Kind::Call(_, parts) | Kind::And(parts) | Kind::Or(parts) | Kind::Compare(parts) => parts.iter().collect(),
        Kind::Not(part) => vec![part],
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Context(_) => Vec::new(),
    }
}
