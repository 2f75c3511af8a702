//! Untrusted text: the only functions allowed to touch it (spec/github-ux.md 3).
//!
//! Untrusted is whatever came from a report, a file of the repository, a branch name, an event or a result file. It
//! reaches an output only as one of these newtypes; each is made by [`clean`] and the encoding of its sink, and none can
//! be made from a string in another way.

mod clean;
mod html;
mod log;
mod markdown;
mod plain;
mod terminal;
mod url;

pub(crate) use clean::{Shape, shape};
pub use clean::{cap, clean};
pub use html::HtmlText;
pub(crate) use log::defuse_line;
pub use log::{CmdData, CmdProp, LogLine, StopToken};
pub use markdown::{Cell, MdCode, MdFence, MdLink, MdProse};
pub use plain::{CsvCell, PlainText, XmlText};
pub use terminal::TermText;
pub(crate) use terminal::{Shown, text};
pub(crate) use url::path_reference;
pub use url::{LinkHosts, Url};

#[cfg(test)]
mod corpus;
#[cfg(test)]
pub(crate) use corpus::hostile;
