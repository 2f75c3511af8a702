//! JSON as scanners write it: read in one pass, item by item, so that a broken document keeps what came before the break.

mod lenient;
mod lines;
mod prose;
mod survey;
mod walk;

pub(crate) use lenient::{Exact, Flag, List, Number, Pairs, Part, Text, Texts};
pub(crate) use lines::read_values;
pub(crate) use prose::prose;
pub(crate) use survey::{MAX_DEPTH, Survey};
pub(crate) use walk::{
    Break, Each, Faults, Handed, Items, Members, NamedEach, NamedItems, Walk, WalkOrItems, member_as, read_document,
};
