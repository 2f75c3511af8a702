//! Which context values can become part of the text an expression yields (data flow, not evaluation).

use std::fmt;
use std::ops::Range;

use super::{Expression, Kind, Segment};

/// A context value that can reach the result of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Which value.
    pub path: ContextPath,
    /// Where it stands: byte offsets into the text given to [`parse`](super::parse).
    pub span: Range<usize>,
    /// It reaches the result as JSON (`toJSON(x)`), with everything below it.
    pub whole: bool,
}

/// `github.event.commits.*.message`: lower case, computed and numeric indexes as `*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextPath(Vec<String>);

impl ContextPath {
    /// From its dotted form.
    pub fn new(dotted: &str) -> Self {
        Self(dotted.split('.').map(str::to_ascii_lowercase).collect())
    }

    /// Context and names.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.0.iter().map(String::as_str)
    }

    /// The context: `github`, `env`.
    pub fn context(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Names after `prefix` (dotted, lower case), when the path begins with it.
    pub fn after(&self, prefix: &str) -> Option<Vec<&str>> {
        let mut own = self.segments();
        prefix.split('.').all(|name| own.next() == Some(name)).then(|| own.collect())
    }
}

impl fmt::Display for ContextPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl Expression {
    /// Every context value that can become part of the result, in the order of the text. Of `A && B` only B can, of
    /// comparisons and of functions that answer yes or no nothing.
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        collect(self, false, &mut leaves);
        leaves
    }

    /// The path, when this is a context or something picked out of one.
    pub fn context_path(&self) -> Option<ContextPath> {
        match &self.kind {
            Kind::Context(name) => Some(ContextPath(vec![name.clone()])),
            Kind::Access(base, segments) => {
                let mut path = base.context_path()?;
                path.0.extend(segments.iter().map(name_of));
                Some(path)
            }
            _ => None,
        }
    }
}

/// Recursion is bounded by the nesting limit of the parser: chains are flat.
fn collect(expression: &Expression, whole: bool, leaves: &mut Vec<Leaf>) {
    if let Some(path) = expression.context_path() {
        leaves.push(Leaf { path, span: expression.span.clone(), whole });
        return;
    }
    match &expression.kind {
        Kind::And(operands) => {
            if let Some(last) = operands.last() {
                collect(last, whole, leaves);
            }
        }
        Kind::Or(operands) => operands.iter().for_each(|operand| collect(operand, whole, leaves)),
        // What is picked out of `fromJSON(x)` comes from x.
        Kind::Access(base, _) => collect(base, whole, leaves),
        Kind::Call(name, arguments) => match name.as_str() {
            "tojson" => arguments.iter().for_each(|argument| collect(argument, true, leaves)),
            "format" | "join" | "fromjson" => arguments.iter().for_each(|argument| collect(argument, whole, leaves)),
            "case" => case_values(arguments).for_each(|argument| collect(argument, whole, leaves)),
            _ => {}
        },
        // Literals and answers; a context is a path and was taken above.
        Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Text(_)
        | Kind::Not(_)
        | Kind::Compare(_)
        | Kind::Context(_) => {}
    }
}

/// `case(condition, value, condition, value, …, otherwise)`: every second argument and the last.
fn case_values(arguments: &[Expression]) -> impl Iterator<Item = &Expression> {
    let last = arguments.len().saturating_sub(1);
    arguments.iter().enumerate().filter(move |(index, _)| index % 2 == 1 || *index == last).map(|(_, value)| value)
}

fn name_of(segment: &Segment) -> String {
    match segment {
        Segment::Name(name) | Segment::Index(Expression { kind: Kind::Text(name), .. }) => name.to_ascii_lowercase(),
        Segment::Index(_) | Segment::Every => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn leaves(text: &str) -> Vec<String> {
        parse(text).unwrap().leaves().into_iter().map(|leaf| leaf.path.to_string()).collect()
    }

    #[test]
    fn only_the_last_operand_of_and_reaches_the_result() {
        assert_eq!(leaves("github.actor && inputs.name || env.NAME"), ["inputs.name", "env.name"]);
    }

    #[test]
    fn a_condition_yields_no_text() {
        assert!(leaves("github.head_ref == 'x' || !inputs.name || contains(github.head_ref, 'x')").is_empty());
    }

    #[test]
    fn functions_that_build_text_pass_their_arguments_on() {
        assert_eq!(leaves("format('{0}', join(github.event.*.name, ','))"), ["github.event.*.name"]);
        assert_eq!(
            leaves("case(inputs.a, inputs.b, inputs.c, inputs.d, inputs.e)"),
            ["inputs.b", "inputs.d", "inputs.e"]
        );
        assert_eq!(leaves("fromJSON(needs.plan.outputs.list)[0].name"), ["needs.plan.outputs.list"]);
        assert!(parse("toJSON(github.event)").unwrap().leaves()[0].whole);
    }

    #[test]
    fn every_spelling_of_a_path_is_one_path() {
        for spelling in ["GitHub.Event.Issue.Title", "github['event'].issue['title']", "(github.event).issue.title"] {
            assert_eq!(leaves(spelling), ["github.event.issue.title"], "{spelling}");
        }
        assert_eq!(leaves("github.event.pages[0].page_name"), ["github.event.pages.*.page_name"]);
    }

    #[test]
    fn the_span_of_a_leaf_is_its_own_text() {
        let text = "format('{0}', github.event . issue['title'])";
        let span = parse(text).unwrap().leaves()[0].span.clone();
        assert_eq!(&text[span], "github.event . issue['title']");
    }
}
