//! JSON values one after the other, mostly one a line (NDJSON).

use serde_json::value::RawValue;

use super::walk::{Break, read_document};

/// Reads the values of a text in order. What was read before a break was taken.
pub(crate) fn read_values<'de>(text: &'de str, mut take: impl FnMut(usize, &'de RawValue)) -> Result<(), Break> {
    let mut start = 0;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&'de RawValue>();
    for index in 0.. {
        match values.next() {
            Some(Ok(value)) => take(index, value),
            Some(Err(_)) => return Err(broken(text, start)),
            None => break,
        }
        start = values.byte_offset();
    }
    Ok(())
}

/// Why the value that begins here cannot be read.
fn broken(text: &str, start: usize) -> Break {
    let rest = text.get(start..).unwrap_or_default();
    match read_document(rest, std::marker::PhantomData::<&RawValue>) {
        Err(Break::Malformed { byte, why }) => Break::Malformed { byte: start + byte, why },
        Err(Break::TooDeep { byte }) => Break::TooDeep { byte: start + byte },
        Err(Break::Trailing { byte }) => Break::Trailing { byte: start + byte },
        Err(Break::Truncated { .. }) | Ok(_) => Break::Truncated { byte: text.len() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> (Vec<&str>, Result<(), Break>) {
        let mut values = Vec::new();
        let read = read_values(text, |_, value| values.push(value.get()));
        (values, read)
    }

    #[test]
    fn values_come_one_by_one_however_they_are_separated() {
        assert_eq!(values("{\"a\":1}\n\n{\"b\":\n2} 3\r\n"), (vec!["{\"a\":1}", "{\"b\":\n2}", "3"], Ok(())));
        assert_eq!(values(" \n"), (vec![], Ok(())));
    }

    #[test]
    fn a_break_keeps_the_values_before_it_and_says_where_it_is() {
        assert_eq!(values("{\"a\":1}\n{\"b\":"), (vec!["{\"a\":1}"], Err(Break::Truncated { byte: 13 })));
        let (read, broken) = values("{}\n{\"b\": x}");
        assert_eq!(read, ["{}"]);
        assert!(matches!(broken, Err(Break::Malformed { byte: 9, .. })), "{broken:?}");
    }
}
