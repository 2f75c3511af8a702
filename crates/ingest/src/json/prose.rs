//! Long texts with quotes and line ends in them, which stand in JSON as escapes. The general reader gathers such a text piece
//! by piece in a buffer that grows anew for each document, and copies it afterwards; here it is written once.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::lenient::Text;

/// Reads a [`Text`] that is likely to be long: `#[serde(borrow, deserialize_with = "prose")]`. It says the same.
pub(crate) fn prose<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
    let raw = <&'de RawValue>::deserialize(deserializer)?.get();
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    match inner {
        Some(inner) if memchr::memchr(b'\\', inner.as_bytes()).is_none() => Ok(inner.into()),
        Some(inner) => match unescaped(inner) {
            Some(text) => Ok(text.into()),
            None => serde_json::from_str(raw).map_err(D::Error::custom),
        },
        None => serde_json::from_str(raw).map_err(D::Error::custom),
    }
}

/// The text between the quotes of a valid JSON string. `None` where it writes characters by their numbers: of those, two may
/// be one, and some are none.
fn unescaped(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(rest.get(..at)?);
        text.push(match rest.as_bytes().get(at + 1)? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            sign @ (b'"' | b'\\' | b'/') => char::from(*sign),
            _ => return None,
        });
        rest = rest.get(at + 2..)?;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Long<'a> {
        #[serde(borrow, deserialize_with = "prose")]
        text: Text<'a>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Plain<'a> {
        #[serde(borrow)]
        text: Text<'a>,
    }

    fn is_same(value: &str) {
        let json = format!("{{\"text\": {value}}}");
        let plain = serde_json::from_str::<Plain<'_>>(&json).map(|plain| plain.text).ok();
        assert_eq!(serde_json::from_str::<Long<'_>>(&json).map(|long| long.text).ok(), plain, "{json}");
    }

    #[test]
    fn what_is_no_text_is_read_as_everywhere() {
        for value in
            ["null", "7", "-1.5", "true", "[1]", "{}", r#""\ud800""#, r#""\ud83d\ude00""#, r#""\x""#, "\"a\nb\""]
        {
            is_same(value);
        }
    }

    proptest! {
        #[test]
        fn a_text_is_what_the_general_reader_makes_of_it(text in any::<String>()) {
            is_same(&serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn escapes_are_what_the_general_reader_makes_of_them(inner in r#"([a-zä ]|\\["\\/bfnrtxu]|\\u00[0-9a-f]{2}){0,20}"#) {
            is_same(&format!("\"{inner}\""));
        }
    }
}
