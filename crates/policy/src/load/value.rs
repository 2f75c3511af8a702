//! Values of a policy file after validation: typed, and each with its place.

use std::collections::BTreeMap;

use jiff::civil::Date;
use portcullis_model::{Level, Severity};

use super::source::Mark;
use crate::policy::{Amount, Required};
use crate::quality::Bound;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) value: Value,
    pub(crate) mark: Mark,
    /// Place of its key; of the value itself where it has none.
    pub(crate) key: Mark,
}

/// A mapping, by key. Order is of no meaning in a policy.
pub(crate) type Map = BTreeMap<String, Located>;

/// A value that its schema type has accepted.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Back to the built-in default.
    Null,
    /// Refused; the error is already told.
    Invalid,
    Bool(bool),
    Integer(i64),
    Text(String),
    Level(Level),
    /// `default` where a level may stand.
    AsWithout,
    Severity(Severity),
    Required(Required),
    Date(Date),
    /// A duration.
    Seconds(i64),
    Amount(Amount),
    /// From 0 to 1.
    Share(f32),
    Bound(Bound),
    List(Vec<Located>),
    /// A change of an inherited list.
    Edit {
        add: Vec<Located>,
        remove: Vec<Located>,
    },
    Map(Map),
}

impl Located {
    pub(crate) fn new(value: Value, mark: Mark) -> Self {
        Self { value, key: mark.clone(), mark }
    }

    pub(crate) const fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) const fn as_level(&self) -> Option<Level> {
        match self.value {
            Value::Level(level) => Some(level),
            _ => None,
        }
    }

    pub(crate) const fn as_severity(&self) -> Option<Severity> {
        match self.value {
            Value::Severity(severity) => Some(severity),
            _ => None,
        }
    }

    pub(crate) const fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn as_seconds(&self) -> Option<i64> {
        match self.value {
            Value::Seconds(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn as_amount(&self) -> Option<Amount> {
        match self.value {
            Value::Amount(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn as_share(&self) -> Option<f32> {
        match self.value {
            Value::Share(share) => Some(share),
            _ => None,
        }
    }

    pub(crate) const fn as_bound(&self) -> Option<Bound> {
        match self.value {
            Value::Bound(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn as_date(&self) -> Option<Date> {
        match self.value {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    pub(crate) const fn as_required(&self) -> Option<Required> {
        match self.value {
            Value::Required(required) => Some(required),
            _ => None,
        }
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// A value deeper down: `["exception_policy", "max_days"]`.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.as_map()?.get(*key))
    }
}
