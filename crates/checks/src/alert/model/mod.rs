//! What the rules about alerts share: rule files, groups, alerts (spec/alerts.md 1 and 2).

mod duration;
mod rule_file;

pub(crate) use duration::{in_milliseconds, is_zero};
pub(crate) use rule_file::{Alert, RuleFile};
