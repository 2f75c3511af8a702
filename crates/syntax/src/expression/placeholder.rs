//! Where `${{ … }}` stands in a text.

use std::ops::Range;

/// One `${{ … }}` of a text, by byte offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// From the `$` to the byte after the last `}`; to the end of the text when it is not closed.
    pub span: Range<usize>,
    /// Whether a `}}` closes it.
    pub closed: bool,
}

impl Placeholder {
    /// Offsets of what stands between the braces, blanks at both ends taken off.
    pub fn inner_span(&self, text: &str) -> Range<usize> {
        let start = self.span.start + "${{".len();
        let end = if self.closed { self.span.end - "}}".len() } else { self.span.end };
        let inner = text.get(start..end).unwrap_or_default();
        let leading = inner.len() - inner.trim_start().len();
        let trimmed = inner.trim();
        start + leading..start + leading + trimmed.len()
    }

    /// What stands between the braces, blanks at both ends taken off.
    pub fn inner<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.inner_span(text)).unwrap_or_default()
    }
}

/// Every `${{ … }}` of a text, in order. A `}}` inside a quoted string of the expression does not close it.
pub fn placeholders(text: &str) -> impl Iterator<Item = Placeholder> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find("${{")?;
        let body = start + "${{".len();
        let end = closing(text.as_bytes(), body);
        let span = start..end.unwrap_or(text.len());
        from = span.end;
        Some(Placeholder { span, closed: end.is_some() })
    })
}

/// Offset after the `}}` that closes an expression beginning at `from`. `''` inside a string leaves and enters it again,
/// which comes to the same.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut quoted = false;
    let mut previous = 0;
    for (at, &byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && previous == b'}' => return Some(at + 1),
            _ => {}
        }
        previous = if quoted { 0 } else { byte };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(text: &str) -> Vec<&str> {
        placeholders(text).map(|found| found.inner(text)).collect()
    }

    #[test]
    fn braces_inside_a_string_do_not_close_the_expression() {
        assert_eq!(inner("a ${{ format('}} {0} ''}}', x) }} b ${{y}}"), ["format('}} {0} ''}}', x)", "y"]);
    }

    #[test]
    fn an_expression_that_is_not_closed_reaches_to_the_end() {
        let text = "a ${{ github.ref";
        let found: Vec<_> = placeholders(text).collect();
        assert_eq!(found, [Placeholder { span: 2..16, closed: false }]);
        assert_eq!(found[0].inner(text), "github.ref");
    }

    #[test]
    fn shell_variables_and_double_braces_alone_are_no_expressions() {
        assert!(inner("${x} {{ y }} $${ {z} }").is_empty());
    }
}
