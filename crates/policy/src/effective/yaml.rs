//! The tree as YAML. No library writes the comments that say where each line was set.

use std::fmt::Write as _;

use super::{Content, Effective, Node};

/// Whether each leaf says where it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origins {
    /// `# portcullis.yaml:12`, `# preset:strict@1:9`, `# default`
    Shown,
    /// Values only.
    Hidden,
}

/// Lists of scalars that fit are written on one line.
const WIDTH: usize = 100;

impl Effective {
    /// A policy file that says the same; every character of it is safe to print.
    pub fn yaml(&self, origins: Origins) -> String {
        let mut lines = Vec::new();
        match &self.root.content {
            Content::Map(entries) => map(entries, 0, &mut lines),
            Content::List(items) => list(items, 0, &mut lines),
            _ => lines.push((scalar(&self.root), self.root.origin.to_string())),
        }
        let widest = lines.iter().filter(|(_, origin)| !origin.is_empty()).map(|(line, _)| line.chars().count());
        let column = widest.max().unwrap_or_default().min(60);
        let mut text = String::new();
        for (line, origin) in lines {
            if origin.is_empty() || origins == Origins::Hidden {
                let _ = writeln!(text, "{line}");
            } else {
                let _ = writeln!(text, "{line:column$} # {}", printable(&origin));
            }
        }
        text
    }
}

/// A line and the place that set it, where it has one.
type Line = (String, String);

fn map(entries: &[(String, Node)], depth: usize, lines: &mut Vec<Line>) {
    let indent = "  ".repeat(depth);
    for (key, node) in entries {
        let key = text(key);
        match &node.content {
            Content::Map(below) if below.is_empty() => {}
            Content::Map(below) => {
                lines.push((format!("{indent}{key}:"), String::new()));
                map(below, depth + 1, lines);
            }
            Content::List(items) => {
                if let Some(flow) = flow(items).filter(|flow| flow.len() + key.len() < WIDTH) {
                    let origin = items.first().unwrap_or(node).origin.to_string();
                    lines.push((format!("{indent}{key}: {flow}"), origin));
                } else {
                    lines.push((format!("{indent}{key}:"), String::new()));
                    list(items, depth + 1, lines);
                }
            }
            _ => lines.push((format!("{indent}{key}: {}", scalar(node)), node.origin.to_string())),
        }
    }
}

/// A list on one line: scalars that were all set in one place.
fn flow(items: &[Node]) -> Option<String> {
    let first = items.first().map(|first| &first.origin);
    let together = items.iter().all(|item| {
        let same_line = first.is_some_and(|first| (&first.layer, first.line) == (&item.origin.layer, item.origin.line));
        same_line && !matches!(item.content, Content::Map(_) | Content::List(_))
    });
    together.then(|| format!("[{}]", items.iter().map(scalar).collect::<Vec<_>>().join(", ")))
}

fn list(items: &[Node], depth: usize, lines: &mut Vec<Line>) {
    let indent = "  ".repeat(depth);
    for item in items {
        match &item.content {
            Content::Map(entries) => {
                let first = lines.len();
                map(entries, depth + 1, lines);
                match lines.get_mut(first) {
                    Some((line, _)) => *line = format!("{indent}- {}", line.trim_start()),
                    None => lines.push((format!("{indent}- {{}}"), item.origin.to_string())),
                }
            }
            _ => lines.push((format!("{indent}- {}", scalar(item)), item.origin.to_string())),
        }
    }
}

fn scalar(node: &Node) -> String {
    match &node.content {
        Content::Bool(value) => value.to_string(),
        Content::Integer(value) => value.to_string(),
        Content::Share(value) => value.to_string(),
        Content::Word(word) => word.clone(),
        Content::Text(value) => text(value),
        Content::Null => "null".to_owned(),
        Content::List(_) | Content::Map(_) => String::new(),
    }
}

/// A text, quoted where any reader of YAML, old or new, could take it for something else.
pub(crate) fn text(value: &str) -> String {
    let is_plain = value.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'@' | b'-'));
    let lower = value.to_ascii_lowercase();
    let means_more = matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    if is_plain && !means_more { value.to_owned() } else { quoted(value) }
}

fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for char in value.chars() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            char if is_printable(char) => text.push(char),
            char => {
                let _ = match u32::from(char) {
                    code if code <= 0xff => write!(text, "\\x{code:02x}"),
                    code if code <= 0xffff => write!(text, "\\u{code:04x}"),
                    code => write!(text, "\\U{code:08x}"),
                };
            }
        }
    }
    text.push('"');
    text
}

fn printable(text: &str) -> String {
    text.chars().map(|char| if is_printable(char) { char } else { '\u{fffd}' }).collect()
}

/// Not what moves the cursor, hides, or turns the direction of the text.
const fn is_printable(char: char) -> bool {
    !matches!(char,
        '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}
