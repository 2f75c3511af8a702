//! Where a block scalar (`|`, `>`) really begins and ends (spec/workflows.md 1.3): the parser reports it from its first
//! content character to the next token.

use std::ops::Range;

/// The range of a block scalar from its indicator to the end of its content.
/// `reported` is the parser's range, `floor` the end of whatever stands before the scalar, `indent` the column of its
/// content where it has any.
pub(super) fn extent(text: &str, reported: Range<usize>, floor: usize, indent: Option<usize>) -> Range<usize> {
    let start = header(text, reported.start, floor).unwrap_or(reported.start);
    let end = content_end(text, start, reported.end, indent);
    start..end.max(start)
}

/// The line of the indicator is the last one above the content that is not blank; without content, the reported start is
/// the indicator itself (at the end of the file) or the next token.
fn header(text: &str, reported: usize, floor: usize) -> Option<usize> {
    let above = text.get(floor..reported)?;
    let above = above.trim_end_matches([' ', '\t', '\n', '\r']);
    let line = above.rfind(['\n', '\r']).map_or(0, |line_break| line_break + 1);
    indicator(above.get(line..)?).map(|at| floor + line + at)
}

/// The first `|` or `>` after which only its digits, signs and a comment follow.
fn indicator(line: &str) -> Option<usize> {
    line.match_indices(['|', '>']).map(|(at, _)| at).find(|&at| {
        let rest = line.get(at + 1..).unwrap_or_default();
        let rest = rest.trim_start_matches(|sign: char| matches!(sign, '+' | '-' | '1'..='9'));
        let comment = rest.trim_start_matches([' ', '\t']);
        comment.is_empty() || (comment.len() < rest.len() && comment.starts_with('#'))
    })
}

/// What follows the indicator on its line: indentation and chomping.
pub(super) fn indicator_length(scalar: &str) -> usize {
    let signs = scalar.bytes().skip(1).take_while(|sign| matches!(sign, b'+' | b'-' | b'1'..=b'9')).count();
    (1 + signs).min(scalar.len())
}

/// The indentation of a line of nothing but U+0085, U+2028 or U+2029: line breaks of YAML 1.1 and content of 1.2. The parser
/// keeps them in the value and gives no indentation.
fn unseen_indent(body: &str) -> Option<usize> {
    body.split(['\n', '\r']).find_map(|line| {
        let content = line.trim_start_matches(' ');
        let is_old_break = |char| matches!(char, '\u{85}' | '\u{2028}' | '\u{2029}');
        (!content.is_empty() && content.chars().all(is_old_break)).then(|| line.len() - content.len())
    })
}

/// Without `+`, blank lines at the end are not content; with it each of their breaks is.
fn content_end(text: &str, start: usize, reported: usize, indent: Option<usize>) -> usize {
    let Some(scalar) = text.get(start..reported) else { return reported };
    let header_end = scalar.find(['\n', '\r']).unwrap_or(scalar.len());
    let keeps = scalar.get(..indicator_length(scalar)).is_some_and(|indicator| indicator.contains('+'));
    if keeps {
        // The parser has read the indentation of the next token's line, if that line is not at its end.
        let line = scalar.rfind(['\n', '\r']).map_or(scalar.len(), |line_break| line_break + 1);
        let at_end = reported == text.len();
        return if at_end { reported } else { start + line };
    }
    let header = scalar.get(..header_end).unwrap_or_default().trim_end_matches([' ', '\t']);
    let body = scalar.get(header_end..).unwrap_or_default();
    let Some(indent) = indent.or_else(|| unseen_indent(body)) else { return start + indicator_length(header) };
    let mut end = scalar.len();
    while end > header_end {
        let kept = scalar.get(..end).unwrap_or_default();
        let kept = kept.strip_suffix('\n').map_or(kept, |kept| kept.strip_suffix('\r').unwrap_or(kept));
        let kept = kept.strip_suffix('\r').unwrap_or(kept);
        let line = kept.rfind(['\n', '\r']).map_or(0, |line_break| line_break + 1);
        let content = kept.get(line..).unwrap_or_default();
        if content.len() > indent || !content.bytes().all(|byte| byte == b' ') {
            return start + kept.len();
        }
        end = line;
    }
    start + indicator_length(header)
}
