//! The Markdown of rule pages in a terminal: headings, paragraphs, lists, quotes, tables, code. Not all of Markdown,
//! but nothing of a page is ever left out: what is not known is shown as it stands.

use crate::escape::{TermText, text};
use crate::terminal::{Canvas, Ink};

/// No piece of a page is longer; the cap only keeps `clean` from cutting.
const LONGEST: usize = 10_000;
/// Prose wider than this is hard to read, however wide the terminal is.
const PROSE: usize = 100;

/// Draws the body of the page of a rule. Comments `# expect: ID` of its examples become arrows.
pub(super) fn draw(body: &str, rule: &str, canvas: &mut Canvas<'_>) {
    let mut blocks = Blocks { canvas, paragraph: String::new(), indent: 0, hang: 0, in_quote: false };
    let mut lines = body.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        if let Some(fence) = fence(trimmed) {
            blocks.flush();
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().starts_with(fence)).collect();
            blocks.code(trimmed.trim_start_matches(['`', '~']).trim(), &code, rule);
        } else if trimmed.is_empty() {
            blocks.flush();
            blocks.canvas.gap();
        } else if let Some(title) = heading_text(trimmed) {
            blocks.flush();
            let title = blocks.clean(&without_markup(title));
            heading(&title, blocks.canvas);
        } else if trimmed.starts_with('|') {
            blocks.flush();
            let mut rows = vec![cells(trimmed)];
            while let Some(row) = lines.next_if(|line| line.trim_start().starts_with('|')) {
                rows.push(cells(row.trim()));
            }
            blocks.table(&rows);
        } else if let Some((marker, item)) = item(trimmed).filter(|(marker, _)| *marker != "|" || !blocks.in_quote) {
            blocks.flush();
            blocks.begin_item(line.len() - trimmed.len(), marker, item);
        } else {
            blocks.add(trimmed);
        }
    }
    blocks.flush();
}

fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))
}

fn heading_text(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    ((1..=6).contains(&level) && rest.starts_with(' ')).then(|| rest.trim())
}

/// Marker and text of a list item or a quote.
fn item(line: &str) -> Option<(&str, &str)> {
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|marker| line.strip_prefix(marker)) {
        return Some(("-", rest));
    }
    if let Some(rest) = line.strip_prefix("> ") {
        return Some(("|", rest));
    }
    let (number, rest) = line.split_once(". ")?;
    let numbered = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    numbered.then(|| (line.get(..=number.len()).unwrap_or(number), rest))
}

fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// A heading, underlined, because colour alone carries no meaning.
pub(super) fn heading(title: &TermText, canvas: &mut Canvas<'_>) {
    canvas.gap().put(Ink::Bold, title).end();
    canvas.put(Ink::Faint, &TermText::new(&"-".repeat(title.width()), LONGEST)).end().gap();
}

struct Blocks<'canvas, 'terminal> {
    canvas: &'canvas mut Canvas<'terminal>,
    paragraph: String,
    indent: usize,
    /// Columns of the list marker before the paragraph.
    hang: usize,
    /// The paragraph is a quote, whose lines all begin with `>`.
    in_quote: bool,
}

impl Blocks<'_, '_> {
    fn clean(&self, raw: &str) -> TermText {
        self.canvas.terminal.text(raw, LONGEST)
    }

    fn add(&mut self, line: &str) {
        if !self.paragraph.is_empty() {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(line.strip_prefix("> ").unwrap_or(line));
    }

    fn begin_item(&mut self, indent: usize, marker: &str, item: &str) {
        let marker = self.clean(marker);
        self.canvas.space(indent).put(Ink::Faint, &marker).space(1);
        self.indent = indent;
        self.hang = marker.width() + 1;
        self.in_quote = marker.as_str() == "|";
        self.add(item);
    }

    /// Ends the paragraph that was collected.
    fn flush(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        self.in_quote = false;
        let (indent, hang) = (std::mem::take(&mut self.indent), std::mem::take(&mut self.hang));
        if paragraph.is_empty() {
            return;
        }
        let width = self.canvas.terminal.columns().min(PROSE).saturating_sub(indent + hang).max(24);
        let plain = self.clean(&without_markup(&paragraph));
        let mut in_code = false;
        for (number, line) in plain.wrapped(width).iter().enumerate() {
            if number > 0 {
                self.canvas.space(indent + hang);
            }
            in_code = spans(self.canvas, line, in_code);
            self.canvas.end();
        }
    }

    fn code(&mut self, language: &str, code: &[&str], rule: &str) {
        self.canvas.gap();
        // Positions of findings where no comment can stand.
        let positions = language == "expect";
        for line in code {
            let (line, arrow) = if positions { (*line, None) } else { expected(line, rule) };
            let line = self.clean_code(if positions { line.trim_end_matches(rule).trim_end() } else { line });
            self.canvas.space(4);
            if positions {
                self.canvas.put(Ink::Faint, &"reported: ");
            }
            let ink = if line.as_str().starts_with('#') { Ink::Faint } else { Ink::Code };
            self.canvas.put(if positions { Ink::Plain } else { ink }, &line);
            match arrow {
                Some("") => {
                    self.canvas.space(2).put(Ink::Error, &"<- reported");
                }
                Some(other) => {
                    let other = self.clean(other);
                    self.canvas.space(2).put(Ink::Error, &text!["<- reported as ", other]);
                }
                None => {}
            }
            self.canvas.end();
        }
        self.canvas.gap();
    }

    /// A line of code keeps its indentation.
    fn clean_code(&self, line: &str) -> TermText {
        let code = TermText::of_cells(line.trim_end().replace('\t', "    "));
        if self.canvas.terminal.unicode { code } else { code.in_ascii() }
    }

    fn table(&mut self, rows: &[Vec<&str>]) {
        let is_rule = |row: &Vec<&str>| row.iter().all(|cell| cell.bytes().all(|byte| matches!(byte, b'-' | b':')));
        let rows: Vec<Vec<TermText>> = (rows.iter().filter(|row| !is_rule(row)))
            .map(|row| row.iter().map(|cell| self.clean(&without_markup(cell))).collect())
            .collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| rows.iter().filter_map(|row| row.get(column)).map(TermText::width).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        self.canvas.gap();
        let fits = widths.iter().map(|width| width + 2).sum::<usize>() <= self.canvas.terminal.columns() + 2;
        for (number, row) in rows.iter().enumerate() {
            let ink = if number == 0 { Ink::Bold } else { Ink::Plain };
            if fits {
                for (cell, width) in row.iter().zip(&widths) {
                    self.canvas.column(ink, cell, width + 2);
                }
                self.canvas.end();
            } else {
                // Too wide for columns: the first cell, the others below it.
                for (column, cell) in row.iter().enumerate() {
                    let indent = if column > 0 { 4 } else { 0 };
                    self.canvas.space(indent).wrap(ink, cell, indent);
                }
            }
        }
        self.canvas.gap();
    }
}

/// A line of an example without its `# expect: ID`; the id unless it is the rule's own.
fn expected<'a>(line: &'a str, rule: &str) -> (&'a str, Option<&'a str>) {
    match line.rsplit_once("# expect: ") {
        Some((code, id)) => (code.trim_end(), Some(if id.trim() == rule { "" } else { id.trim() })),
        None => (line, None),
    }
}

/// Takes off `**` and turns `[text](address)` into `text (address)`, outside of code spans.
fn without_markup(paragraph: &str) -> String {
    let mut plain = String::with_capacity(paragraph.len());
    for (index, piece) in paragraph.split('`').enumerate() {
        if index > 0 {
            plain.push('`');
        }
        if index % 2 == 0 {
            plain.push_str(&piece.replace("**", "").replace("](", " (").replace('[', ""));
        } else {
            plain.push_str(piece);
        }
    }
    plain
}

/// Draws a line whose code spans are coloured; the backticks stay, because colour alone carries no meaning.
fn spans(canvas: &mut Canvas<'_>, line: &TermText, mut in_code: bool) -> bool {
    for (index, piece) in line.as_str().split('`').enumerate() {
        if index > 0 {
            let opens = !in_code;
            canvas.put(Ink::Code, &"`");
            in_code = opens;
        }
        let ink = if in_code { Ink::Code } else { Ink::Plain };
        canvas.put(ink, &TermText::of_cells(piece.to_owned()));
    }
    in_code
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::terminal::Terminal;

    fn shown(page: &str) -> String {
        let terminal = Terminal::default();
        let mut canvas = Canvas::new(&terminal);
        draw(page, "a/b", &mut canvas);
        canvas.finish()
    }

    #[test]
    fn a_link_shows_its_address_and_code_keeps_its_brackets() {
        assert_eq!(shown("see [the docs](https://x.y) and `a[0](b)`"), "see the docs (https://x.y) and `a[0](b)`\n");
    }

    #[test]
    fn an_open_fence_loses_nothing() {
        assert_eq!(shown("```yaml\na: 1\n\n  b: 2"), "    a: 1\n\n      b: 2\n\n");
    }

    proptest! {
        #[test]
        fn no_word_of_a_page_is_lost(page in "([a-z]{1,8} ?|\n|- |# |\\| |> |1\\. |\\[|\\*\\*){0,60}") {
            let words = |text: &str| {
                let words = text.split(|char: char| !char.is_ascii_lowercase()).filter(|word| !word.is_empty());
                words.map(str::to_owned).collect::<String>()
            };
            prop_assert_eq!(words(&shown(&page)), words(&page));
        }
    }
}
