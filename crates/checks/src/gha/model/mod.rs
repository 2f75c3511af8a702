//! What the rules about workflows share: jobs and steps, `uses`, triggers, privileges, and what a context value can hold.

mod environment;
mod event;
mod expressions;
mod names;
mod privilege;
mod shell;
mod taint;
mod triggers;
mod uses;
mod variable;
mod workflow;

pub(crate) use environment::Environment;
pub(crate) use expressions::Expressions;
pub(crate) use names::Names;
pub(crate) use privilege::Privilege;
pub(crate) use shell::Shell;
pub(crate) use taint::{Taint, judge};
pub(crate) use triggers::{TriggerClass, Triggers};
pub(crate) use uses::{Action, RefKind, Target, Uses};
pub(crate) use variable::{is_variable, variable_name};
pub(crate) use workflow::{Step, Workflow};
