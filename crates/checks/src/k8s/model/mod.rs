//! What the rules about manifests share: objects, their kinds, their containers.

mod container;
mod kinds;
mod object;

pub(crate) use container::{Container, Role};
pub(crate) use kinds::{ApiVersion, Kinds, Served};
pub(crate) use object::{Half, Object};
