//! XML as tools write it: read in one pass, element by element, so that a broken document keeps what came before the break.
//! Document type definitions are never followed: a document that needs one is refused, one that only names one is read.

use std::collections::BTreeSet;

use portcullis_model::text::bounded;
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

/// Deeper documents are refused (spec/ingest.md 2).
pub(crate) const MAX_DEPTH: usize = 128;
/// A longer text is cut (spec/ingest.md 2).
const MAX_TEXT: usize = 16 << 20;
/// Attributes read of one element.
const MAX_ATTRIBUTES: usize = 500;

/// One element, as its start tag says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    /// Name without prefix.
    pub(crate) name: String,
    /// Namespace; empty where it has none.
    pub(crate) namespace: String,
    /// Attributes by name without prefix, in the order of the document.
    pub(crate) attributes: Vec<(String, String)>,
    /// Offset of the tag.
    pub(crate) byte: usize,
}

impl Element {
    /// The value of an attribute, without white space around it; none where it is absent or blank.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let value = self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }
}

/// Takes a document piece by piece. `path` holds the local names from the root to the element, itself included.
pub(crate) trait Handler {
    /// An element begins.
    fn open(&mut self, path: &[String], element: &Element);

    /// An element ends; the text that stood directly in it, as it stood there. Of an element in which the document breaks
    /// nothing is said.
    fn close(&mut self, _path: &[String], _text: &str) {}

    /// Nothing more is wanted.
    fn has_enough(&self) -> bool {
        false
    }
}

/// Where and why a document could not be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// It ends in the middle.
    Truncated,
    /// Nested deeper than the reader goes.
    TooDeep { byte: usize },
    /// It is no XML from here on.
    Malformed { byte: usize, why: String },
    /// It uses something only a document type definition explains.
    Entity { byte: usize, name: String },
}

/// Reads a document.
pub(crate) fn read(text: &str, handler: &mut impl Handler) -> Result<(), Break> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = true;
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::default();
    loop {
        let byte = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let byte = usize::try_from(reader.error_position()).unwrap_or(byte);
                if is_cut(&error, text.get(byte..).unwrap_or_default()) {
                    return Err(Break::Truncated);
                }
                return Err(Break::Malformed { byte, why: bounded(&error.to_string(), 200) });
            }
        };
        match event {
            Event::Start(start) => {
                let namespace = match reader.resolver().resolve_element(start.name()).0 {
                    ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
                    ResolveResult::Unbound | ResolveResult::Unknown(_) => String::new(),
                };
                walk.open(&element(&start, namespace, byte)?, handler)?;
            }
            Event::End(_) => walk.close(handler),
            Event::Text(piece) => walk.text(&piece),
            Event::CData(piece) => walk.text(&piece),
            Event::GeneralRef(reference) => walk.text(&resolved(&reference, byte)?),
            Event::Eof if walk.path.is_empty() => return Ok(()),
            Event::Eof => return Err(Break::Truncated),
            _ => {}
        }
        if handler.has_enough() {
            return Ok(());
        }
    }
}

/// The parser waits for something that does not come before the end.
fn is_cut(error: &quick_xml::Error, rest: &str) -> bool {
    match error {
        // `<!` of which nothing more can be told.
        quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => {
            "<![CDATA[".starts_with(rest) || "<!DOCTYPE".starts_with(rest)
        }
        quick_xml::Error::Syntax(_) => true,
        quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => !rest.contains('<'),
        _ => false,
    }
}

fn element(start: &BytesStart<'_>, namespace: String, byte: usize) -> Result<Element, Break> {
    let mut attributes = Vec::new();
    // Readers disagree about which of two attributes of one name counts; the check of the parser is quadratic.
    let mut met = BTreeSet::new();
    for attribute in start.attributes().with_checks(false).take(MAX_ATTRIBUTES) {
        let attribute = attribute.map_err(|error| Break::Malformed { byte, why: bounded(&error.to_string(), 200) })?;
        if !met.insert(attribute.key.into_inner().to_owned()) {
            let why = format!("attribute `{}` stands twice", bounded(attribute.key.into_inner(), 60));
            return Err(Break::Malformed { byte, why });
        }
        let name = attribute.key.local_name().as_ref().to_owned();
        let raw = attribute.value.clone().into_owned();
        let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => value.into_owned(),
            Err(_) => entities_in(&raw, byte)?,
        };
        attributes.push((name, value));
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Element { name, namespace, attributes, byte })
}

/// An attribute the parser could not unescape: a character that XML forbids is replaced, an entity nobody declared is refused.
fn entities_in(raw: &str, byte: usize) -> Result<String, Break> {
    let mut value = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        value.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        match after.split_once(';') {
            Some((name, more)) if name.len() <= 40 => {
                value.push_str(&resolved(&BytesRef::new(name), byte)?);
                rest = more;
            }
            _ => {
                value.push('&');
                rest = after;
            }
        }
    }
    value.push_str(rest);
    Ok(value)
}

/// What a reference stands for; characters that XML forbids become U+FFFD.
fn resolved(reference: &BytesRef<'_>, byte: usize) -> Result<String, Break> {
    let name: &str = reference;
    if name.starts_with('#') {
        let char = reference.resolve_char_ref().ok().flatten().filter(|char| *char != '\0');
        return Ok(char.unwrap_or('\u{fffd}').to_string());
    }
    match quick_xml::escape::resolve_xml_entity(name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(Break::Entity { byte, name: bounded(name, 60) }),
    }
}

/// Where the reader stands.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    texts: Vec<String>,
}

impl Walk {
    fn open(&mut self, element: &Element, handler: &mut impl Handler) -> Result<(), Break> {
        if self.path.len() >= MAX_DEPTH {
            return Err(Break::TooDeep { byte: element.byte });
        }
        self.path.push(element.name.clone());
        self.texts.push(String::new());
        handler.open(&self.path, element);
        Ok(())
    }

    fn text(&mut self, piece: &str) {
        if let Some(text) = self.texts.last_mut().filter(|text| text.len() + piece.len() <= MAX_TEXT) {
            text.push_str(piece);
        }
    }

    fn close(&mut self, handler: &mut impl Handler) {
        let text = self.texts.pop().unwrap_or_default();
        handler.close(&self.path, &text);
        self.path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Log(Vec<String>);

    impl Handler for Log {
        fn open(&mut self, path: &[String], element: &Element) {
            let attributes: Vec<String> =
                element.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
            self.0.push(format!("+{} {}", path.join("/"), attributes.join(",")).trim_end().to_owned());
        }

        fn close(&mut self, path: &[String], text: &str) {
            self.0.push(format!("-{} {}", path.join("/"), text.trim()).trim_end().to_owned());
        }
    }

    fn log(text: &str) -> (Vec<String>, Result<(), Break>) {
        let mut log = Log::default();
        let read = read(text, &mut log);
        (log.0, read)
    }

    #[test]
    fn elements_come_with_their_path_attributes_and_text() {
        let (log, read) =
            log("<?xml version='1.0'?>\n<a x='1 &lt; 2'><b:c xmlns:b='u'>x &amp; <![CDATA[<y>]]></b:c><d/></a>");
        assert_eq!(read, Ok(()));
        assert_eq!(log, ["+a x=1 < 2", "+a/c b=u", "-a/c x & <y>", "+a/d", "-a/d", "-a"]);
    }

    #[test]
    fn a_document_type_is_tolerated_and_its_entities_are_not() {
        let named = "<!DOCTYPE coverage SYSTEM 'http://x/y.dtd'><coverage/>";
        assert_eq!(log(named).1, Ok(()));
        let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a><c>&b;</c></a>";
        assert!(matches!(log(bomb).1, Err(Break::Entity { name, .. }) if name == "b"));
        assert!(matches!(log("<a x='&b;'/>").1, Err(Break::Entity { name, .. }) if name == "b"));
    }

    #[test]
    fn every_beginning_is_truncated_and_keeps_what_came_before() {
        let text = "<a><b>x</b><b>y</b></a>";
        for end in 1..text.len() {
            let (log, read) = log(&text[..end]);
            assert_eq!(read, Err(Break::Truncated), "{end}");
            assert_eq!(log.contains(&"-a/b x".to_owned()), end >= 11, "{end}");
        }
    }

    #[test]
    fn characters_xml_forbids_are_replaced() {
        let (log, read) = log("<a x='&#0;&#27;'>\u{1b}[31m&#0;</a>");
        assert_eq!(read, Ok(()));
        assert_eq!(log, ["+a x=\u{fffd}\u{1b}", "-a \u{1b}[31m\u{fffd}"]);
    }

    #[test]
    fn depth_is_limited_and_tags_that_do_not_match_are_told() {
        assert!(matches!(log(&"<a>".repeat(100_000)).1, Err(Break::TooDeep { .. })));
        assert!(matches!(log("<a></b>").1, Err(Break::Malformed { .. })));
    }

    #[test]
    fn an_attribute_that_stands_twice_is_refused() {
        let doubled = log("<a><b x='1' x='2'/></a>");
        assert!(matches!(doubled.1, Err(Break::Malformed { byte: 3, ref why }) if why == "attribute `x` stands twice"));
        assert_eq!(log("<a x='1' p:x='2' xmlns:p='u'/>").1, Ok(()));
    }
}
