//! Walking a document in one pass. Containers are walked into, so that a break deep inside them loses only the item it
//! stands in; the items themselves are remembered as slices of the text and read one by one afterwards, when the members
//! they depend on are known, whatever order the tool wrote them in.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::lenient::Text;

/// An object that is walked into.
pub(crate) trait Members<'de> {
    /// Takes the value of one member. It must read the value, with [`IgnoredAny`] when it does not want it.
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error>;
}

impl<'de, M: Members<'de>> Members<'de> for Box<M> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        self.as_mut().member(key, map, faults)
    }
}

/// Members two readers would understand differently when they stand in an object twice (spec/ingest.md 2).
/// Each by a number of its own, from 0.
fn decisive(name: &str) -> Option<usize> {
    // A match compares lengths first: every member of every object that is walked comes by here.
    Some(match name {
        "results" => 0,
        "Results" => 1,
        "runs" => 2,
        "Vulnerabilities" => 3,
        "vulnerabilities" => 4,
        "Misconfigurations" => 5,
        "Secrets" => 6,
        "Licenses" => 7,
        "matches" => 8,
        "advisories" => 9,
        "dependencies" => 10,
        "Resources" => 11,
        "Findings" => 12,
        "error" => 13,
        "audit" => 14,
        "ExperimentalModifiedFindings" => 15,
        "tool" => 16,
        _ => return None,
    })
}

/// How many there are.
const DECISIVE: usize = 17;

/// What is wrong with a document although it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Decisive members given twice.
    pub(crate) duplicates: BTreeSet<String>,
    /// Members that should hold a list or an object and hold something else: `Vulnerabilities: a list`.
    pub(crate) misshapen: BTreeSet<String>,
}

/// Where and why a document could not be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// It ends in the middle.
    Truncated {
        /// Its length.
        byte: usize,
    },
    /// Nested deeper than the reader goes.
    TooDeep {
        /// Offset of the bracket.
        byte: usize,
    },
    /// It is no JSON from here on.
    Malformed {
        /// Offset of what does not belong there.
        byte: usize,
        /// What the reader says.
        why: String,
    },
    /// Something follows the document.
    Trailing {
        /// Offset of the first byte that does not belong to it.
        byte: usize,
    },
}

/// Reads one document with the seed; what the seed has gathered before a break stays gathered.
pub(crate) fn read_document<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, Break> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer).map_err(|error| break_of(text, &error))?;
    deserializer.end().map_err(|error| Break::Trailing { byte: offset(text, &error) })?;
    Ok(value)
}

fn break_of(text: &str, error: &serde_json::Error) -> Break {
    let byte = offset(text, error);
    let why = error.to_string();
    if error.is_eof() {
        Break::Truncated { byte: text.len() }
    } else if why.starts_with("recursion limit exceeded") {
        Break::TooDeep { byte }
    } else {
        // The position is said by the problem itself.
        let why = why.split(" at line ").next().unwrap_or_default().to_owned();
        Break::Malformed { byte, why }
    }
}

/// `serde_json` counts lines from 1 and bytes of the line from 1, 0 before its first.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line().checked_sub(2) {
        None => 0,
        Some(breaks_before) => memchr::memchr_iter(b'\n', text.as_bytes()).nth(breaks_before).map_or(0, |at| at + 1),
    };
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

/// Walks into an object; null counts as an empty one.
pub(crate) struct Walk<'a, M> {
    /// Named in faults.
    pub(crate) name: &'a str,
    /// Takes the members.
    pub(crate) members: &'a mut M,
    /// Takes what is wrong.
    pub(crate) faults: &'a mut Faults,
}

/// Walks into every object of a list.
pub(crate) struct Each<'a, M> {
    /// Named in faults.
    pub(crate) name: &'a str,
    /// Gets one element per object, also for the one in which the document breaks.
    pub(crate) list: &'a mut Vec<M>,
    /// Takes what is wrong.
    pub(crate) faults: &'a mut Faults,
}

/// Walks into every member of an object whose names are data.
pub(crate) struct NamedEach<'a, M> {
    /// Named in faults.
    pub(crate) name: &'a str,
    /// Gets one entry per member, also for the one in which the document breaks. `None` until the object is met.
    pub(crate) members: &'a mut Option<Vec<(String, M)>>,
    /// Takes what is wrong.
    pub(crate) faults: &'a mut Faults,
}

/// Remembers every element of a list. `None` until the member is met and is a list.
pub(crate) struct Items<'a, 'de> {
    /// Named in faults.
    pub(crate) name: &'a str,
    /// The elements.
    pub(crate) list: &'a mut Option<Vec<&'de RawValue>>,
    /// Takes what is wrong.
    pub(crate) faults: &'a mut Faults,
}

/// Reads every element of a list and hands it on at once. One that cannot be read breaks the document: only for readers that
/// then begin again with [`Items`].
pub(crate) struct Handed<T, F> {
    take: F,
    element: PhantomData<T>,
}

/// Remembers every member of an object under its name.
pub(crate) struct NamedItems<'a, 'de> {
    /// Named in faults.
    pub(crate) name: &'a str,
    /// The members.
    pub(crate) items: &'a mut Option<Vec<(String, &'de RawValue)>>,
    /// Takes what is wrong.
    pub(crate) faults: &'a mut Faults,
}

/// Walks into an object, or remembers the elements of a list: tools have changed from one to the other.
pub(crate) struct WalkOrItems<'a, 'de, M> {
    /// Named in faults.
    pub(crate) name: &'a str,
    /// Takes the members of an object.
    pub(crate) members: &'a mut M,
    /// The elements of a list. `None` until one is met.
    pub(crate) list: &'a mut Option<Vec<&'de RawValue>>,
    /// Takes what is wrong.
    pub(crate) faults: &'a mut Faults,
}

/// The visits of a seed for values of another shape than wanted: noted, drained, not fatal.
macro_rules! misshapen {
    ($wanted:literal) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($wanted)
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }

        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            self.faults.misshapen(self.name, $wanted);
            Ok(())
        }

        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            self.faults.misshapen(self.name, $wanted);
            Ok(())
        }

        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            self.faults.misshapen(self.name, $wanted);
            Ok(())
        }

        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            self.faults.misshapen(self.name, $wanted);
            Ok(())
        }

        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            self.faults.misshapen(self.name, $wanted);
            Ok(())
        }
    };
    ($wanted:literal but seq) => {
        misshapen!($wanted);

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
            self.faults.misshapen(self.name, $wanted);
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(())
        }
    };
    ($wanted:literal but map) => {
        misshapen!($wanted);

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            self.faults.misshapen(self.name, $wanted);
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(())
        }
    };
}

impl Faults {
    /// Notes a member of another shape than wanted.
    pub(crate) fn misshapen(&mut self, name: &str, wanted: &str) {
        self.misshapen.insert(format!("`{name}` is not {wanted}"));
    }
}

/// Reads one member as a whole. One that has another shape than `T` is noted and absent.
pub(crate) fn member_as<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    name: &str,
    map: &mut A,
    faults: &mut Faults,
) -> Result<Option<T>, A::Error> {
    let raw: &'de RawValue = map.next_value()?;
    let value = serde_json::from_str::<Option<T>>(raw.get());
    if value.is_err() {
        faults.misshapen(name, "of the shape this format has");
    }
    Ok(value.unwrap_or_default())
}

/// An owned key: keys with escapes cannot be borrowed.
fn next_key<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Text<'de>>, A::Error> {
    map.next_key()
}

impl<'de, M: Members<'de>> DeserializeSeed<'de> for Walk<'_, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Members<'de>> Visitor<'de> for Walk<'_, M> {
    type Value = ();

    misshapen!("an object" but seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = [false; DECISIVE];
        while let Some(key) = next_key(&mut map)? {
            if let Some(seen) = decisive(key.get()).and_then(|index| seen.get_mut(index)) {
                if *seen {
                    self.faults.duplicates.insert(key.get().to_owned());
                }
                *seen = true;
            }
            self.members.member(key.get(), &mut map, self.faults)?;
        }
        Ok(())
    }
}

impl<'de, M: Members<'de>> DeserializeSeed<'de> for WalkOrItems<'_, 'de, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Members<'de>> Visitor<'de> for WalkOrItems<'_, 'de, M> {
    type Value = ();

    misshapen!("an object or a list");

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Walk { name: self.name, members: self.members, faults: self.faults }.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Items { name: self.name, list: self.list, faults: self.faults }.visit_seq(seq)
    }
}

impl<'de, M: Members<'de> + Default> DeserializeSeed<'de> for Each<'_, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Members<'de> + Default> Visitor<'de> for Each<'_, M> {
    type Value = ();

    misshapen!("a list" but map);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let name = format!("{}[]", self.name);
        loop {
            let mut element = M::default();
            let read = seq.next_element_seed(Walk { name: &name, members: &mut element, faults: self.faults });
            if !matches!(read, Ok(None)) {
                self.list.push(element);
            }
            if read?.is_none() {
                return Ok(());
            }
        }
    }
}

impl<'de, M: Members<'de> + Default> DeserializeSeed<'de> for NamedEach<'_, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Members<'de> + Default> Visitor<'de> for NamedEach<'_, M> {
    type Value = ();

    misshapen!("an object" but seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let list = self.members.get_or_insert_default();
        let name = format!("{}.*", self.name);
        while let Some(key) = next_key(&mut map)? {
            let mut member = M::default();
            let read = map.next_value_seed(Walk { name: &name, members: &mut member, faults: self.faults });
            list.push((key.get().to_owned(), member));
            read?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Items<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    misshapen!("a list" but map);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let items = self.list.get_or_insert_default();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(())
    }
}

impl<T, F: FnMut(T)> Handed<T, F> {
    /// To this function.
    pub(crate) const fn to(take: F) -> Self {
        Self { take, element: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Handed<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Handed<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            (self.take)(element);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for NamedItems<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NamedItems<'_, 'de> {
    type Value = ();

    misshapen!("an object" but seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let items = self.items.get_or_insert_default();
        while let Some(name) = next_key(&mut map)? {
            items.push((name.get().to_owned(), map.next_value()?));
        }
        Ok(())
    }
}
