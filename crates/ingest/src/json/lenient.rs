//! Values whose shape tools do not agree on: null for nothing, numbers as texts, one text where a list is meant.
//! What fits nowhere reads as absent; a document never breaks on it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::decimal;

/// A text; numbers and booleans are taken as written. Null, lists and objects are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text without white space around it; empty when absent.
    pub(crate) fn get(&self) -> &str {
        let text = self.0.as_deref().unwrap_or_default();
        // Nearly every text begins and ends with a letter, digit or sign: nothing is to be looked for then.
        match text.as_bytes() {
            [b'!'..=b'~', .., b'!'..=b'~'] => text,
            _ => text.trim(),
        }
    }

    /// The text when it says anything.
    pub(crate) fn given(&self) -> Option<&str> {
        Some(self.get()).filter(|text| !text.is_empty())
    }

    /// The text without white space around it as its own; empty when absent.
    pub(crate) fn into_string(self) -> String {
        match self.0 {
            Some(Cow::Owned(text)) if text.trim().len() == text.len() => text,
            text => text.as_deref().unwrap_or_default().trim().to_owned(),
        }
    }

    /// An owned copy when it says anything.
    pub(crate) fn owned(&self) -> Option<String> {
        self.given().map(str::to_owned)
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Some(Cow::Owned(text)))
    }
}

/// A number; texts that are numbers count. NaN and infinity are absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Number(pub(crate) Option<f64>);

impl Number {
    /// The number a text is.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(text.trim().parse().ok().filter(|number: &f64| number.is_finite()))
    }

    /// A line or column: whole, 1 or more.
    pub(crate) fn position(self) -> Option<u32> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        self.0.filter(|number| (1.0..=f64::from(u32::MAX)).contains(number)).map(|number| number as u32)
    }

    /// A count or index: whole, 0 or more.
    pub(crate) fn count(self) -> Option<u64> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        self.0.filter(|number| (0.0..9e15).contains(number)).map(|number| number as u64)
    }

    /// A count as index.
    pub(crate) fn index(self) -> Option<usize> {
        self.count().and_then(|count| usize::try_from(count).ok())
    }
}

/// A number as it is written, never rounded to a binary fraction; texts that are numbers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exact(pub(crate) Option<Decimal>);

impl Exact {
    /// A count: whole, 0 or more.
    pub(crate) fn count(self) -> Option<u64> {
        self.0.filter(|number| number.fract().is_zero()).and_then(|number| number.to_u64())
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        if raw.starts_with('"') {
            let text = serde_json::from_str::<Text<'_>>(raw).unwrap_or_default();
            return Ok(Self(decimal::of_text(text.get())));
        }
        Ok(Self(decimal::of_text(raw)))
    }
}

/// `true`, `"true"`, 1 and their opposites; anything else is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl Flag {
    /// Whether it says `true`.
    pub(crate) fn is_true(self) -> bool {
        self.0 == Some(true)
    }
}

/// A list of texts; one text alone is a list of one, null none. Elements that are no texts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts<'a>(Vec<Text<'a>>);

impl<'a> Texts<'a> {
    /// Adds those of another list.
    pub(crate) fn append(&mut self, mut more: Self) {
        self.0.append(&mut more.0);
    }

    /// Adds a text.
    pub(crate) fn push(&mut self, text: impl Into<Text<'a>>) {
        self.0.push(text.into());
    }

    /// How many there are, those that say nothing too.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Every text that says anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Text::given)
    }

    /// Owned copies.
    pub(crate) fn owned(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }
}

/// A list; null and anything that is no list is empty, null elements are left out.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// An object inside an item; null and anything that is no object is one of absent members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part<T>(T);

impl<T> std::ops::Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// An object as pairs in the order of the document; null and anything that is no object is empty.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<'a, T>(pub(crate) Vec<(Cow<'a, str>, T)>);

impl<T> Default for Pairs<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Implements the visits that mean "nothing here" for every scalar, and the draining of containers.
macro_rules! absent {
    ($($visit:ident($type:ty)),*) => {
        $(fn $visit<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })*
    };
    (unit) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Borrowed(if flag { "true" } else { "false" }))))
            }

            absent!(unit);
            absent!(seq);
            absent!(map);
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            #[allow(clippy::cast_precision_loss, reason = "lines, counts and scores are small")]
            fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
                Ok(Number(Some(number as f64)))
            }

            #[allow(clippy::cast_precision_loss, reason = "lines, counts and scores are small")]
            fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
                Ok(Number(Some(number as f64)))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
                Ok(Number(Some(number).filter(|number| number.is_finite())))
            }

            fn visit_str<E>(self, text: &str) -> Result<Number, E> {
                Ok(Number::of_text(text))
            }

            absent!(visit_bool(bool));
            absent!(unit);
            absent!(seq);
            absent!(map);
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(Self(match text.get().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Texts<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Texts<'a>, E> {
                Ok(Texts(vec![Text(Some(Cow::Borrowed(text)))]))
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts<'a>, E> {
                Ok(Texts(vec![Text(Some(Cow::Owned(text.to_owned())))]))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Texts<'a>, E> {
                Ok(Texts(vec![Text(Some(Cow::Owned(number.to_string())))]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts<'a>, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }

            absent!(visit_i64(i64), visit_f64(f64), visit_bool(bool));
            absent!(unit);
            absent!(map);
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element::<Option<T>>()? {
                    if list.is_empty() {
                        // Most lists hold one element; a list that grows by itself begins with room for four.
                        list.reserve_exact(1);
                    }
                    list.extend(element);
                }
                Ok(List(list))
            }

            absent!(visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bool(bool), visit_str(&str));
            absent!(unit);
            absent!(map);
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: &'de RawValue = Deserialize::deserialize(deserializer)?;
        // A list would read as an object whose members stand in order.
        let object = Some(raw.get()).filter(|text| text.starts_with('{'));
        Ok(Self(object.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a, T>(PhantomData<(&'a (), T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Reader<'a, T> {
            type Value = Pairs<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'a, T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some((Text(Some(key)), value)) = map.next_entry::<Text<'a>, Option<T>>()? {
                    pairs.extend(value.map(|value| (key, value)));
                }
                Ok(Pairs(pairs))
            }

            absent!(visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bool(bool), visit_str(&str));
            absent!(unit);
            absent!(seq);
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Default)]
    #[serde(default)]
    struct Item<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        number: Number,
        flag: Flag,
        #[serde(borrow)]
        texts: Texts<'a>,
        list: List<Number>,
        #[serde(borrow)]
        pairs: Pairs<'a, Number>,
        part: Part<Inner>,
    }

    #[derive(Debug, Deserialize, Default)]
    #[serde(default)]
    struct Inner {
        number: Number,
    }

    fn read(json: &str) -> Item<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_number_is_a_text_and_a_text_is_a_number() {
        assert_eq!(read(r#"{"text": 7}"#).text.get(), "7");
        assert_eq!(read(r#"{"number": " 7.5 "}"#).number.0, Some(7.5));
        assert!(read(r#"{"flag": "True"}"#).flag.is_true());
    }

    #[test]
    fn a_text_with_an_escape_is_read_like_any_other() {
        assert_eq!(read(r#"{"text": "a\u00e4\n"}"#).text.get(), "aä");
    }

    #[test]
    fn null_is_nothing_wherever_it_stands() {
        let item = read(
            r#"{"text":null,"number":null,"flag":null,"texts":[null,"a"],"list":[null,1],"pairs":{"a":null,"b":2}}"#,
        );
        assert_eq!(item.text.given(), None);
        assert_eq!(item.texts.owned(), ["a"]);
        assert_eq!(item.list.0, [Number(Some(1.0))]);
        assert_eq!(item.pairs.0, [(Cow::Borrowed("b"), Number(Some(2.0)))]);
    }

    #[test]
    fn a_shape_that_fits_nowhere_is_absent_and_what_follows_is_read() {
        let item = read(r#"{"text":{"a":[1]},"number":[1],"texts":{"x":1},"list":"x","pairs":[1],"flag":true}"#);
        assert_eq!((item.text.given(), item.number.0, item.list.0.len(), item.pairs.0.len()), (None, None, 0, 0));
        assert!(item.flag.is_true());
    }

    #[test]
    fn a_part_that_is_no_object_is_one_of_absent_members() {
        for (json, number) in [(r#"{"number":2}"#, Some(2.0)), ("null", None), ("[2]", None), ("\"x\"", None)] {
            let item = read(&format!(r#"{{"part":{json},"flag":true}}"#)).part.number;
            assert_eq!(item, Number(number), "{json}");
        }
    }

    #[test]
    fn an_exact_number_is_taken_as_it_is_written() {
        let exact = |json: &str| serde_json::from_str::<Exact>(json).unwrap().0.map(|number| number.to_string());
        assert_eq!(exact("0.1000000000000000055511151231").as_deref(), Some("0.1000000000000000055511151231"));
        assert_eq!(exact("\"80.5\"").as_deref(), Some("80.5"));
        assert_eq!(exact("1.5e3").as_deref(), Some("1500"));
        for json in ["null", "true", "\"Unknown\"", "[1]", "{}", "1e400"] {
            assert_eq!(exact(json), None, "{json}");
        }
    }

    #[test]
    fn one_text_is_a_list_of_one() {
        assert_eq!(read(r#"{"texts":"CWE-79"}"#).texts.owned(), ["CWE-79"]);
    }

    #[test]
    fn a_position_below_one_is_none() {
        assert_eq!(Number(Some(0.0)).position(), None);
        assert_eq!(Number(Some(-3.0)).position(), None);
        assert_eq!(Number(Some(3.0)).position(), Some(3));
        assert_eq!(Number(Some(1e20)).position(), None);
    }
}
