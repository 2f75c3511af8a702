//! HTML text and attribute values (spec/github-ux.md 3.4).

use std::fmt;

use super::clean;

/// Text that may stand between tags or inside a quoted attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlText(String);

impl HtmlText {
    /// Cleaned, with the five characters of HTML as entities.
    pub fn new(raw: &str, most: usize) -> Self {
        Self(entities(&clean(raw, most)))
    }
}

pub(super) fn entities(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(char),
        }
    }
    html
}

impl fmt::Display for HtmlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::HtmlText;
    use crate::escape::corpus;

    #[test]
    fn a_tag_and_an_attribute_cannot_be_closed() {
        assert_eq!(
            HtmlText::new("</summary><img src=x onerror='a(\"&\")'>", 400).to_string(),
            "&lt;/summary&gt;&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;"
        );
    }

    #[test]
    fn no_character_of_html_survives_the_hostile_corpus() {
        for raw in corpus::hostile() {
            assert!(!HtmlText::new(&raw, 400).to_string().contains(['<', '>', '"', '\'']), "{raw:?}");
        }
    }
}
