//! The event a run belongs to and the conversation with GitHub.
//!
//! [`CiContext::detect`] is pure: it gets the environment as a map and the event's payload through a function. What only git
//! knows (the parents of the merge commit) it asks in [`CiContext::settle`].

pub mod api;
pub mod comment;
pub mod review;

mod base;
pub mod check_run;
mod context;
mod denied;
mod environment;
mod event;
mod payload;
pub mod sarif_upload;
#[doc(hidden)]
pub mod testing;
mod token;

pub use base::{Base, Steering};
pub use context::{CiContext, Idle, ReportedRun};
pub use denied::{Denied, Reception, Sink};
pub use environment::{Endpoints, Runner};
pub use event::Event;
pub use payload::PAYLOAD_LIMIT;
pub use token::Token;
