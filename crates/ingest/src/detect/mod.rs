//! What a document looks like from outside (spec/ingest.md 8): its syntax and the sketch of its beginning. Each format
//! says in its own file whether a look fits it.

mod sketch;
mod xml_root;

pub(crate) use sketch::Sketch;
pub(crate) use xml_root::XmlRoot;

use crate::json::{Break, read_document};

/// What was seen of a document.
#[derive(Debug)]
pub(crate) enum Look {
    /// One JSON value.
    Json(Sketch),
    /// JSON values one after the other, one a line or not; the sketch is of the first.
    JsonLines(Sketch),
    /// XML.
    Xml(XmlRoot),
    /// Neither: the first line that is not blank and no comment, at most 200 bytes of it.
    Text(String),
}

/// Looks at a document, whole; values deep inside are skipped. A broken one is looked at up to the break.
pub(crate) fn look(text: &str) -> Look {
    let start = text.trim_start();
    if start.starts_with('<') {
        return Look::Xml(xml_root::of(text));
    }
    if !(start.starts_with(['{', '[']) || start.trim_end() == "null") {
        return Look::Text(first_line(text));
    }
    let mut sketch = Sketch::default();
    // What else breaks the document is told when it is read.
    match read_document(text, sketch.seed()) {
        Err(Break::Trailing { byte }) if begins_a_value(text, byte) => Look::JsonLines(sketch),
        _ => Look::Json(sketch),
    }
}

fn begins_a_value(text: &str, byte: usize) -> bool {
    text.get(byte..).is_some_and(|rest| rest.starts_with(['{', '\0']))
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    portcullis_model::text::bounded(line.unwrap_or_default(), 200)
}

impl Look {
    /// The JSON object, where it is a single one.
    pub(crate) fn object(&self) -> Option<&Sketch> {
        self.json().filter(|sketch| sketch.is_object())
    }

    /// The first element of a JSON list.
    pub(crate) fn list(&self) -> Option<&Sketch> {
        self.json().filter(|sketch| sketch.is_list())
    }

    /// The JSON value, where it is a single one.
    pub(crate) fn json(&self) -> Option<&Sketch> {
        match self {
            Self::Json(sketch) => Some(sketch),
            _ => None,
        }
    }

    /// The first of the JSON values; a single one counts: a tool that writes lines may have had one to write.
    pub(crate) fn first_value(&self) -> Option<&Sketch> {
        match self {
            Self::Json(sketch) | Self::JsonLines(sketch) => Some(sketch),
            _ => None,
        }
    }

    /// The root of an XML document.
    pub(crate) fn xml(&self) -> Option<&XmlRoot> {
        match self {
            Self::Xml(root) => Some(root),
            _ => None,
        }
    }

    /// The first line of a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(line) => Some(line),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntaxes_are_told_apart_by_how_they_begin_and_end() {
        assert!(matches!(look("{\"a\": 1}"), Look::Json(_)));
        assert!(matches!(look(" null \n"), Look::Json(_)));
        assert!(matches!(look("{\"a\": 1}\n{\"b\": 2}\n"), Look::JsonLines(_)));
        assert!(matches!(look("{\"a\": 1} trailing"), Look::Json(_)));
        assert!(matches!(look("<?xml version=\"1.0\"?><bom/>"), Look::Xml(_)));
        assert_eq!(look("# made by x\n\n TN:\nSF:a.js\n").text(), Some("TN:"));
    }

    #[test]
    fn a_broken_document_is_told_by_what_came_before_the_break() {
        let look = look(r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Tar"#);
        assert!(look.object().is_some_and(|object| object.has("ArtifactName") && object.has("Results")));
    }
}
