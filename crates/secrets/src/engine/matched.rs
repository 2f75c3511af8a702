//! What a rule found in a text.

use std::ops::Range;

use portcullis_model::KnownSecret;

use crate::lines::LegacyPlace;

/// A match of a rule. The texts hide themselves in debug output.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    /// Position of the rule in [`Config::rules`](crate::Config::rules).
    pub(crate) rule: usize,
    /// The whole match without the line ends around it; in a decode pass of the decoded text.
    pub(crate) matched: KnownSecret,
    /// The secret: a group of the match, or all of it.
    pub(crate) secret: KnownSecret,
    /// Its entropy in bits.
    pub(crate) entropy: f64,
    /// Tags of the rule, then how it was decoded.
    pub(crate) tags: Vec<String>,
    /// The numbers gitleaks reports.
    pub(crate) legacy: LegacyPlace,
    /// The secret, or what it is encoded in, as offsets of the text.
    pub(crate) bytes: Range<usize>,
    /// The lines the match touches, from the line end before the first.
    pub(crate) touched: Range<usize>,
    /// What the components of the rule found near by.
    pub(crate) components: Vec<Component>,
}

/// What a component of a rule found.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) rule: usize,
    pub(crate) bytes: Range<usize>,
    /// The lines it touches: a comment there speaks for the finding too.
    pub(crate) touched: Range<usize>,
}

impl Match {
    /// A rule about paths found its path: there is no place inside the file.
    pub(crate) const fn is_about_path(&self) -> bool {
        self.legacy.start_line == 0
    }
}
