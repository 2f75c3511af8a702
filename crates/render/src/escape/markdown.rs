//! GitHub Markdown (spec/github-ux.md 3.2 to 3.4).

use std::fmt;

use super::url::{LinkHosts, Url};
use super::{cap, clean};

/// Where a piece of Markdown will stand: inside a table `|` ends a cell even in a code span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// In a cell of a table.
    Table,
    /// Anywhere else.
    Text,
}

/// A code span: the default for everything untrusted. GitHub expands nothing inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MdCode(String);

impl MdCode {
    /// Cleaned and fenced by as many backticks as the text needs. An empty text gives nothing at all.
    pub fn new(raw: &str, most: usize, cell: Cell) -> Self {
        let text = clean(raw, most);
        if text.is_empty() {
            return Self::default();
        }
        let fence = "`".repeat(free_run(&text));
        let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
        let span = format!("{fence}{pad}{text}{pad}{fence}");
        Self(match cell {
            Cell::Table => span.replace('|', "\\|"),
            Cell::Text => span,
        })
    }
}

/// The smallest number of backticks that no run in the text has exactly.
fn free_run(text: &str) -> usize {
    let mut runs: Vec<usize> = runs_of_backticks(text).collect();
    runs.sort_unstable();
    runs.dedup();
    // Runs are sorted and distinct: the first place where they leave the sequence 1, 2, 3 is free.
    1 + runs.iter().enumerate().take_while(|(index, run)| **run == index + 1).count()
}

fn runs_of_backticks(text: &str) -> impl Iterator<Item = usize> {
    text.split(|char| char != '`').map(str::len).filter(|length| *length > 0)
}

impl fmt::Display for MdCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Running text: titles of advisories, reasons. Never put at the start of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MdProse(String);

impl MdProse {
    /// Cleaned, every character with a meaning escaped. The zero-width spaces keep the filters that run on the rendered
    /// text (mentions, issue references, autolinks) from seeing a word. The form is the same in tables: `|` is escaped anyway.
    pub fn new(raw: &str, most: usize) -> Self {
        let text = clean(raw, most);
        let mut prose = String::with_capacity(text.len() + text.len() / 4);
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            let next = chars.peek();
            match char {
                '&' => prose.push_str("&amp;"),
                '<' => prose.push_str("&lt;"),
                '>' => prose.push_str("&gt;"),
                '@' | '#' | ':' => escaped(&mut prose, char, true),
                '.' => escaped(&mut prose, char, next.is_some_and(|next| next.is_alphanumeric())),
                '-' => escaped(&mut prose, char, next.is_some_and(char::is_ascii_digit)),
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '!' | '|' | '~' | '^' | '$'
                | '"' | '\'' | '/' | '=' => escaped(&mut prose, char, false),
                _ => prose.push(char),
            }
        }
        Self(prose)
    }
}

fn escaped(prose: &mut String, char: char, split: bool) {
    prose.push('\\');
    prose.push(char);
    if split {
        prose.push_str("&#8203;");
    }
}

impl fmt::Display for MdProse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Untrusted text of several lines: a fenced block of at most 20 lines of 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MdFence(String);

impl MdFence {
    const LINES: usize = 20;
    const COLUMNS: usize = 200;

    /// Each line cleaned on its own; the info string is always `text`. Ends with a line break. Bots that obey a `/command`
    /// at the start of a line read the source of a comment, blocks included: U+200B keeps it from the start.
    pub fn new(raw: &str) -> Self {
        let mut rest = raw.lines();
        let shown = |line| {
            let line = clean(line, Self::COLUMNS);
            if line.starts_with('/') { format!("\u{200b}{line}") } else { line }
        };
        let mut lines: Vec<String> = rest.by_ref().take(Self::LINES).map(shown).collect();
        if rest.next().is_some() {
            lines.push("…".to_owned());
        }
        let longest = lines.iter().flat_map(|line| runs_of_backticks(line)).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        Self(format!("{fence}text\n{}\n{fence}\n", lines.join("\n")))
    }
}

impl fmt::Display for MdFence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A link whose text is a code span, or the plain code spans where the address may not be linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MdLink(String);

impl MdLink {
    /// Links the text where [`Url::new`] accepts the address; else shows the text and the address as code.
    pub fn new(text: &str, url: &str, hosts: &LinkHosts, cell: Cell) -> Self {
        let code = MdCode::new(text, cap::PATH, cell);
        match Url::new(url, hosts) {
            Some(url) => Self::to(&code, &url),
            None if text == url => Self(code.0),
            None => Self(format!("{code} {}", MdCode::new(url, cap::PATH, cell)).trim().to_owned()),
        }
    }

    /// Links to an address that has been accepted already.
    pub fn to(code: &MdCode, url: &Url) -> Self {
        Self(format!("[{code}]({url})"))
    }
}

impl fmt::Display for MdLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use comrak::Options;
    use proptest::prelude::*;

    use super::*;
    use crate::escape::{corpus, html};

    fn github(markdown: &str) -> String {
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.autolink = true;
        options.extension.tasklist = true;
        options.extension.footnotes = true;
        options.extension.math_dollars = true;
        options.render.r#unsafe = true;
        comrak::markdown_to_html(markdown, &options)
    }

    fn as_comrak(text: &str) -> String {
        html::entities(text).replace("&#39;", "'")
    }

    fn cells(row: &str) -> Vec<String> {
        let rendered = github(&format!("| a | b |\n| --- | --- |\n| {row} | end |\n"));
        let body = rendered.split("<tbody>").nth(1).expect("a table").to_owned();
        body.split("<td>").skip(1).map(|cell| cell.split("</td>").next().unwrap().to_owned()).collect()
    }

    fn code_survives(raw: &str) {
        let cleaned = clean(raw, 400);
        let expected = if cleaned.is_empty() { String::new() } else { format!("<code>{}</code>", as_comrak(&cleaned)) };
        let in_table = cells(&MdCode::new(raw, 400, Cell::Table).to_string());
        assert_eq!(in_table.len(), 2, "{raw:?}");
        // cmark-gfm, which GitHub runs, takes one backslash from `\\|` in a cell; comrak takes `\\` for a pair and none.
        let comrak_differs = cleaned.contains("\\|");
        assert!(comrak_differs || in_table == [expected.clone(), "end".to_owned()], "{raw:?}: {in_table:?}");
        assert_eq!(
            github(&format!("x {} y", MdCode::new(raw, 400, Cell::Text))),
            if expected.is_empty() { "<p>x  y</p>\n".to_owned() } else { format!("<p>x {expected} y</p>\n") },
            "{raw:?}"
        );
    }

    fn prose_survives(raw: &str) {
        let cleaned = clean(raw, 400);
        let prose = MdProse::new(raw, 400).to_string();
        let paragraph = github(&format!("Reason {prose} end"));
        let text = paragraph.strip_prefix("<p>Reason ").and_then(|text| text.strip_suffix(" end</p>\n"));
        let text = text.unwrap_or_else(|| panic!("{raw:?} became {paragraph:?}"));
        assert_eq!(text.replace('\u{200b}', ""), as_comrak(&cleaned), "{raw:?}");
        // The filters of GitHub run on the rendered text: none of their patterns may be left whole.
        for (index, _) in text.match_indices(['@', '#']) {
            assert!(text[index + 1..].starts_with('\u{200b}'), "{text:?}");
        }
        assert!(!text.contains("://") && !text.contains("www.e"), "{text:?}");
        let cells = cells(&prose);
        assert_eq!(cells.len(), 2, "{raw:?}");
        assert_eq!(cells[0].replace('\u{200b}', ""), as_comrak(&cleaned), "{raw:?}");
    }

    #[test]
    fn the_hostile_corpus_stays_text_in_code_spans() {
        for raw in corpus::hostile() {
            code_survives(&raw);
        }
    }

    #[test]
    fn the_hostile_corpus_stays_text_in_prose() {
        for raw in corpus::hostile() {
            prose_survives(&raw);
        }
    }

    #[test]
    fn the_fence_is_as_short_as_the_text_allows() {
        for (raw, span) in [
            ("", ""),
            ("a", "`a`"),
            ("`", "`` ` ``"),
            ("a`b", "``a`b``"),
            ("a``b", "`a``b`"),
            ("`` `", "``` `` ` ```"),
            ("a|b", "`a|b`"),
        ] {
            assert_eq!(MdCode::new(raw, 80, Cell::Text).to_string(), span, "{raw:?}");
        }
        assert_eq!(MdCode::new(r"a|b\|c", 80, Cell::Table).to_string(), r"`a\|b\\|c`");
    }

    #[test]
    fn prose_is_escaped_character_by_character() {
        assert_eq!(
            MdProse::new("@me #1 v1.2 end. GH-12 a-b <b> $x$", 400).to_string(),
            "\\@&#8203;me \\#&#8203;1 v1\\.&#8203;2 end\\. GH\\-&#8203;12 a\\-b &lt;b&gt; \\$x\\$"
        );
    }

    #[test]
    fn a_block_cannot_be_left() {
        let hostile = "one\n````\n# out\n````text\n~~~\n</details>";
        let block = MdFence::new(hostile).to_string();
        assert_eq!(
            github(&block),
            format!("<pre><code class=\"language-text\">{}\n</code></pre>\n", as_comrak(hostile))
        );
        assert_eq!(MdFence::new(&"x\n".repeat(30)).to_string().lines().count(), 23);
        assert_eq!(MdFence::new("a\n/approve").to_string(), "```text\na\n\u{200b}/approve\n```\n");
    }

    #[test]
    fn what_may_not_be_linked_is_shown_as_code() {
        let hosts = LinkHosts::new("https://github.com", []);
        assert_eq!(
            MdLink::new("CVE-1", "https://nvd.nist.gov/vuln/detail/CVE-1", &hosts, Cell::Text).to_string(),
            "[`CVE-1`](https://nvd.nist.gov/vuln/detail/CVE-1)"
        );
        assert_eq!(
            MdLink::new("x", "javascript:alert(1)", &hosts, Cell::Text).to_string(),
            "`x` `javascript:alert(1)`"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_text_is_one_code_span_in_one_cell(raw in "[`|\\\\ a<>&$*_~\\[\\]()!#@:.'\"-]{0,24}") {
            code_survives(&raw);
        }

        #[test]
        fn any_text_is_prose_without_markup(raw in "[`|\\\\ aGH1<>&$*_~^{}\\[\\]()!#@:./='\"+-]{0,24}") {
            prose_survives(&raw);
        }

        #[test]
        fn any_unicode_is_one_code_span(raw in any::<String>()) {
            code_survives(&raw);
        }

        #[test]
        fn any_unicode_is_prose(raw in any::<String>()) {
            prose_survives(&raw);
        }
    }
}
