//! What the rules about workflows share: jobs and steps, `uses`, triggers, privileges, and what a context value can hold.

mod environment;
mod event;
mod expressions;
mod names;
mod privilege;
mod taint;
mod triggers;
mod uses;
mod workflow;

pub(crate) use environment::Environment;
pub(crate) use expressions::Expressions;
pub(crate) use names::Names;
pub(crate) use privilege::Privilege;
pub(crate) use taint::{Taint, judge, variable_name};
pub(crate) use triggers::{TriggerClass, Triggers};
pub(crate) use uses::{Action, RefKind, Target, Uses};
pub(crate) use workflow::{Step, Workflow};
