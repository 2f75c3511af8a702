//! The upper levels of a JSON document: names, short texts, the first element of each list.

use std::fmt;

use portcullis_model::text::bounded;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::json::Text;

/// Levels that are remembered; what tells formats apart stands no deeper.
const MAX_DEPTH: usize = 6;
/// Values that are remembered of a document.
const MAX_VALUES: usize = 4_000;
/// Names remembered of one object.
const MAX_NAMES: usize = 200;
/// Characters remembered of a text.
const MAX_TEXT: usize = 200;

/// A value as far as it is remembered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Sketch {
    /// Null, or nothing seen yet.
    #[default]
    Null,
    /// `true`, `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// The beginning of a text.
    Text(String),
    /// A list: its first element, none where it is empty.
    List(Option<Box<Sketch>>),
    /// An object: its first members in the order of the document.
    Object(Vec<(String, Sketch)>),
}

impl Sketch {
    /// The reader that fills a sketch; what was read before a break stays.
    pub(super) fn seed(&mut self) -> impl for<'de> DeserializeSeed<'de, Value = ()> + '_ {
        FillWhole(self)
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(self, Self::List(None))
    }

    /// Names of the members; of a list those of its first element.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let members = match self {
            Self::Object(members) => members.as_slice(),
            Self::List(Some(first)) => match first.as_ref() {
                Self::Object(members) => members.as_slice(),
                _ => &[],
            },
            _ => &[],
        };
        members.iter().map(|(name, _)| name.as_str())
    }

    /// Whether a member of this name is there, whatever it holds; of a list: in its first element.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The value at a path of names (`results.failed_checks`); a list on the way means its first element.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, name| value.member(name))
    }

    /// The text at a path; empty where there is none.
    pub(crate) fn word(&self, path: &str) -> &str {
        match self.at(path) {
            Some(Self::Text(text)) => text,
            _ => "",
        }
    }

    /// The number at a path, also one that is written as a text.
    pub(crate) fn number(&self, path: &str) -> Option<f64> {
        match self.at(path)? {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The first member of an object whose names are data, or the first element of a list.
    pub(crate) fn first(&self) -> Option<&Self> {
        match self {
            Self::Object(members) => members.first().map(|(_, value)| value),
            Self::List(first) => first.as_deref(),
            _ => None,
        }
    }

    fn member(&self, name: &str) -> Option<&Self> {
        match self {
            // The last of two members of one name wins, as in the readers of the tools.
            Self::Object(members) => members.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value),
            Self::List(Some(first)) => first.member(name),
            _ => None,
        }
    }
}

struct FillWhole<'a>(&'a mut Sketch);

impl<'de> DeserializeSeed<'de> for FillWhole<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Fill { sketch: self.0, depth: 0, left: &mut { MAX_VALUES } }.deserialize(deserializer)
    }
}

/// Fills one value.
struct Fill<'a> {
    sketch: &'a mut Sketch,
    depth: usize,
    /// Values that may still be remembered.
    left: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > MAX_DEPTH || *self.left == 0 {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        *self.left -= 1;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.sketch = Sketch::Flag(value);
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "versions and levels are small")]
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.sketch = Sketch::Number(value as f64);
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "versions and levels are small")]
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.sketch = Sketch::Number(value as f64);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.sketch = Sketch::Number(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.sketch = Sketch::Text(bounded(value, MAX_TEXT));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        *self.sketch = Sketch::List(None);
        let mut first = Sketch::default();
        let read = seq.next_element_seed(Fill { sketch: &mut first, depth: self.depth + 1, left: self.left });
        if !matches!(read, Ok(None)) {
            *self.sketch = Sketch::List(Some(Box::new(first)));
        }
        read?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        *self.sketch = Sketch::Object(Vec::new());
        while let Some(name) = map.next_key::<Text<'_>>()? {
            let Sketch::Object(members) = &mut *self.sketch else { return Ok(()) };
            if members.len() >= MAX_NAMES {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let mut value = Sketch::default();
            let fill = Fill { sketch: &mut value, depth: self.depth + 1, left: &mut *self.left };
            let read = map.next_value_seed(fill);
            members.push((bounded(name.get(), MAX_TEXT), value));
            read?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_document;

    fn sketch(text: &str) -> Sketch {
        let mut sketch = Sketch::default();
        let _ = read_document(text, sketch.seed());
        sketch
    }

    #[test]
    fn a_path_leads_through_objects_and_first_elements() {
        let document = sketch(r#"{"a": [{"b": {"c": "text", "n": "4"}}, 7], "e": [], "d": true, "n": 2.5}"#);
        assert_eq!(document.word("a.b.c"), "text");
        assert_eq!(document.number("a.b.n"), Some(4.0));
        assert_eq!(document.number("n"), Some(2.5));
        assert_eq!(document.at("a.x"), None);
        assert!(document.at("e").is_some_and(Sketch::is_empty_list));
        assert_eq!(document.at("d"), Some(&Sketch::Flag(true)));
        assert_eq!(document.names().collect::<Vec<_>>(), ["a", "e", "d", "n"]);
    }

    #[test]
    fn a_huge_document_is_remembered_in_part() {
        let members: Vec<String> = (0..10_000).map(|n| format!("\"k{n}\": {{\"x\": [[[[[[[[[1]]]]]]]]]}}")).collect();
        let document = sketch(&format!("{{{}}}", members.join(",")));
        assert_eq!(document.names().count(), MAX_NAMES);
    }
}
