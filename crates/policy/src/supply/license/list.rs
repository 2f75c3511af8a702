//! The lists of the policy, and what an expression comes to under them (spec/ingest.md 10.2).

use super::expression::{self, Aliases, Named, Term, Terms};
use super::names;
use crate::pattern::{Pattern, is_glob};
use crate::policy::Setting;

/// An entry of `licenses.allow` or `licenses.deny`.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// A licence, with its exception where it is listed as a whole.
    License(Named),
    /// An exception, whatever licence it is added to.
    Addition(String),
    /// A pattern over names.
    Glob(Pattern),
}

impl Entry {
    /// What an entry of a list means. A given-up id without `-only` or `-or-later` means both. Nothing where no such licence
    /// exists: an entry that matches nothing would be a rule nobody keeps.
    pub(crate) fn read(text: &str) -> Option<Vec<Self>> {
        if is_glob(text) {
            return Pattern::new(text).ok().map(|pattern| vec![Self::Glob(pattern)]);
        }
        if let Some(exception) = expression::exception(text) {
            return Some(vec![Self::Addition(exception.to_owned())]);
        }
        let terms = expression::terms(text, &Aliases::new())?;
        let [Term::License(license)] = terms.nodes.as_slice() else { return None };
        let mut entries = vec![Self::License(license.clone())];
        let bare = license.id.filter(|id| id.is_gnu() && license.addition.is_none() && !terms.deprecated.is_empty());
        if let Some(base) = bare.and_then(|id| id.name.strip_suffix("-only")) {
            let later = expression::terms(&format!("{base}-or-later"), &Aliases::new());
            entries.extend(later.into_iter().flat_map(|terms| terms.nodes).filter_map(|term| match term {
                Term::License(license) => Some(Self::License(license)),
                Term::And | Term::Or => None,
            }));
        }
        Some(entries)
    }
}

/// Names that an entry of a list may have, for proposals.
pub(crate) fn known_ids() -> impl Iterator<Item = &'static str> {
    spdx::identifiers::LICENSES.iter().map(|license| license.name)
}

/// What a licence comes to, better first: of the alternatives of an `OR` the first of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A list allows it.
    Allowed,
    /// No list speaks of it and nothing is allowed by name.
    Silent,
    /// The same, and its terms reach works built with it.
    Copyleft,
    /// Nobody knows its terms.
    Unknown,
    /// Something is allowed, and this is not.
    NotAllowed,
    /// A list denies it.
    Denied,
}

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) class: Class,
    /// The licences it came to this by.
    pub(crate) by: Vec<String>,
    /// Where the entry of the list stands that decided; the list itself otherwise.
    pub(crate) origin: Option<portcullis_model::Origin>,
}

/// The two lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    pub(crate) allow: Vec<Setting<Entry>>,
    pub(crate) deny: Vec<Setting<Entry>>,
    /// Every alternative of an `OR` must pass.
    pub(crate) all_alternatives: bool,
}

impl Lists {
    pub(crate) fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.deny.is_empty()
    }

    /// Evaluates an expression.
    pub(crate) fn evaluate(&self, terms: &Terms) -> Outcome {
        let mut stack: Vec<Outcome> = Vec::new();
        for node in &terms.nodes {
            let outcome = match node {
                Term::License(license) => self.license(license),
                operator => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else { continue };
                    let best_counts = *operator == Term::Or && !self.all_alternatives;
                    if best_counts { better(left, right) } else { both(left, right) }
                }
            };
            stack.push(outcome);
        }
        // The parser leaves exactly one; what is not understood is not let through.
        stack.pop().unwrap_or(Outcome { class: Class::Unknown, by: Vec::new(), origin: None })
    }

    fn license(&self, license: &Named) -> Outcome {
        let outcome = |class, origin| Outcome { class, by: vec![license.whole()], origin };
        if let Some(entry) = self.denied(license) {
            return outcome(Class::Denied, Some(entry.origin.clone()));
        }
        if let Some(entry) = self.allowed(license) {
            return outcome(Class::Allowed, Some(entry.origin.clone()));
        }
        if let Some(first) = self.allow.first() {
            return outcome(Class::NotAllowed, Some(first.origin.clone()));
        }
        let class = match license.id {
            Some(id) if names::is_copyleft(id) => Class::Copyleft,
            Some(_) => Class::Silent,
            // Nobody holds rights in it.
            None if license.name == "LicenseRef-public-domain" => Class::Silent,
            None => Class::Unknown,
        };
        outcome(class, None)
    }

    /// The entry that allows it. An exception must be allowed too, by itself or together with the licence.
    fn allowed(&self, license: &Named) -> Option<&Setting<Entry>> {
        if license.addition.is_none() {
            return self.allow.iter().find(|entry| covers(&entry.value, license));
        }
        let whole = self.allow.iter().find(|entry| covers_whole(&entry.value, license));
        whole.or_else(|| {
            let bare = Named { addition: None, ..license.clone() };
            let addition = self.allow.iter().any(|entry| is_addition(&entry.value, license));
            self.allow.iter().find(|entry| addition && covers(&entry.value, &bare))
        })
    }

    /// The entry that denies it. A denied licence stays denied with an exception, unless that very pair is allowed.
    fn denied(&self, license: &Named) -> Option<&Setting<Entry>> {
        let named = |entry: &&Setting<Entry>| names_whole(&entry.value, license) || is_addition(&entry.value, license);
        if let Some(entry) = self.deny.iter().find(named) {
            return Some(entry);
        }
        let pair_is_allowed =
            license.addition.is_some() && self.allow.iter().any(|entry| is_this_pair(&entry.value, license));
        if pair_is_allowed {
            return None;
        }
        let bare = Named { addition: None, ..license.clone() };
        self.deny.iter().find(|entry| names_it(&entry.value, &bare)).or_else(|| self.denied_in_every_version(&bare))
    }

    /// `-or-later` is a choice of versions: denied where none is left to choose, or, where every alternative must pass,
    /// where one of them is denied.
    fn denied_in_every_version(&self, license: &Named) -> Option<&Setting<Entry>> {
        let id = license.id.filter(|_| license.or_later)?;
        let mut versions = later_versions(id).map(|version| {
            self.deny.iter().find(|entry| match &entry.value {
                Entry::License(denied) => denied.addition.is_none() && denied.name == version,
                Entry::Glob(pattern) => pattern.matches(&version),
                Entry::Addition(_) => false,
            })
        });
        if self.all_alternatives {
            return versions.flatten().next();
        }
        let first = versions.next()??;
        versions.all(|denied| denied.is_some()).then_some(first)
    }
}

fn better(left: Outcome, right: Outcome) -> Outcome {
    if right.class < left.class { right } else { left }
}

fn both(mut left: Outcome, mut right: Outcome) -> Outcome {
    if right.class > left.class {
        std::mem::swap(&mut left, &mut right);
    }
    if right.class == left.class {
        left.by.extend(right.by.into_iter().filter(|name| !left.by.contains(name)).collect::<Vec<_>>());
    }
    left
}

/// Whether an entry names this licence, which has no exception.
fn names_it(entry: &Entry, license: &Named) -> bool {
    match entry {
        Entry::License(listed) => listed.addition.is_none() && listed.name == license.name,
        Entry::Glob(pattern) => pattern.matches(&license.name),
        Entry::Addition(_) => false,
    }
}

/// Whether an entry allows this licence: by name, or as a later version of one that may be taken in any later version.
fn covers(entry: &Entry, license: &Named) -> bool {
    names_it(entry, license)
        || matches!(entry, Entry::License(listed) if listed.addition.is_none() && is_later(listed, license))
}

fn covers_whole(entry: &Entry, license: &Named) -> bool {
    match entry {
        Entry::Glob(pattern) => pattern.matches(&license.whole()),
        entry => is_this_pair(entry, license),
    }
}

/// Whether an entry names the licence together with its exception.
fn names_whole(entry: &Entry, license: &Named) -> bool {
    match entry {
        Entry::License(listed) => listed.addition == license.addition && listed.name == license.name,
        Entry::Glob(pattern) => pattern.matches(&license.whole()),
        Entry::Addition(_) => false,
    }
}

/// The licence with this very exception.
fn is_this_pair(entry: &Entry, license: &Named) -> bool {
    matches!(entry, Entry::License(listed)
        if listed.addition == license.addition && (listed.name == license.name || is_later(listed, license)))
}

fn is_addition(entry: &Entry, license: &Named) -> bool {
    matches!((entry, &license.addition), (Entry::Addition(listed), Some(addition)) if listed == addition)
}

/// Whether what is listed is a version the licensee may choose.
fn is_later(listed: &Named, license: &Named) -> bool {
    let (Some(listed), Some(id)) = (listed.id, license.id.filter(|_| license.or_later)) else { return false };
    let (ours, theirs) = (Version::of(listed.name), Version::of(id.name));
    ours.family == theirs.family && ours.number >= theirs.number
}

/// The name of a licence, with its version taken out.
#[derive(PartialEq, Eq)]
struct Version {
    family: String,
    number: Vec<u32>,
}

impl Version {
    fn of(name: &str) -> Self {
        let bare = name.strip_suffix("-only").or_else(|| name.strip_suffix("-or-later")).unwrap_or(name);
        let mut number = Vec::new();
        let mut family = Vec::new();
        for part in bare.split('-') {
            let digits: Option<Vec<u32>> = part.split('.').map(|digits| digits.parse().ok()).collect();
            match digits.filter(|_| number.is_empty()) {
                Some(digits) => number = digits,
                None => family.push(part),
            }
        }
        Self { family: family.join("-"), number }
    }
}

/// The versions one may choose of a licence taken "or any later version", the first included.
fn later_versions(id: spdx::LicenseId) -> impl Iterator<Item = String> {
    let least = Version::of(id.name);
    spdx::identifiers::LICENSES.iter().filter_map(|license| spdx::license_id(license.name)).filter_map(move |other| {
        let version = Version::of(other.name);
        let is_choice = version.family == least.family
            && version.number >= least.number
            && !other.is_deprecated()
            && !other.name.ends_with("-or-later");
        is_choice.then(|| other.name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(allow: &[&str], deny: &[&str]) -> Lists {
        let entries = |list: &[&str]| -> Vec<Setting<Entry>> {
            list.iter()
                .flat_map(|text| Entry::read(text).unwrap())
                .map(|value| Setting { value, origin: portcullis_model::Origin::builtin() })
                .collect()
        };
        Lists { allow: entries(allow), deny: entries(deny), all_alternatives: false }
    }

    fn class(lists: &Lists, text: &str) -> Class {
        lists.evaluate(&expression::terms(text, &Aliases::new()).unwrap()).class
    }

    #[test]
    fn the_best_alternative_counts_and_every_part_of_a_sum() {
        let lists = lists(&["MIT"], &["GPL-3.0-only"]);
        assert_eq!(class(&lists, "GPL-3.0-only OR MIT"), Class::Allowed);
        assert_eq!(class(&lists, "GPL-3.0-only AND MIT"), Class::Denied);
        assert_eq!(class(&lists, "(GPL-3.0-only OR Apache-2.0) AND MIT"), Class::NotAllowed);
        let all = Lists { all_alternatives: true, ..lists };
        assert_eq!(class(&all, "GPL-3.0-only OR MIT"), Class::Denied);
    }

    #[test]
    fn deny_wins_over_allow() {
        assert_eq!(class(&lists(&["MIT", "GPL-*"], &["GPL-3.0-only"]), "GPL-3.0-only"), Class::Denied);
    }

    #[test]
    fn or_later_is_satisfied_by_a_listed_later_version() {
        let lists = lists(&["GPL-3.0-only", "Apache-2.0"], &[]);
        assert_eq!(class(&lists, "GPL-2.0-or-later"), Class::Allowed);
        assert_eq!(class(&lists, "GPL-2.0-only"), Class::NotAllowed);
        assert_eq!(class(&lists, "Apache-1.1+"), Class::Allowed);
        assert_eq!(class(&lists, "LGPL-2.0-or-later"), Class::NotAllowed);
    }

    #[test]
    fn or_later_is_denied_where_no_version_is_left() {
        assert_eq!(class(&lists(&[], &["AGPL-3.0-only"]), "AGPL-3.0-or-later"), Class::Denied);
        assert_eq!(class(&lists(&[], &["GPL-2.0-only"]), "GPL-2.0-or-later"), Class::Copyleft);
        assert_eq!(class(&lists(&[], &["GPL-2.0"]), "GPL-2.0-or-later"), Class::Denied);
        let all = Lists { all_alternatives: true, ..lists(&[], &["GPL-2.0-only"]) };
        assert_eq!(class(&all, "GPL-2.0-or-later"), Class::Denied);
    }

    #[test]
    fn an_exception_must_be_allowed_itself() {
        let text = "GPL-2.0-only WITH Classpath-exception-2.0";
        assert_eq!(class(&lists(&["GPL-2.0-only"], &[]), text), Class::NotAllowed);
        assert_eq!(class(&lists(&["GPL-2.0-only", "Classpath-exception-2.0"], &[]), text), Class::Allowed);
        assert_eq!(class(&lists(&[text], &[]), text), Class::Allowed);
        assert_eq!(class(&lists(&[text], &[]), "GPL-2.0-only"), Class::NotAllowed);
        assert_eq!(class(&lists(&[text], &["GPL-2.0-only"]), text), Class::Allowed);
        assert_eq!(class(&lists(&[], &["GPL-2.0-only"]), text), Class::Denied);
        assert_eq!(class(&lists(&["GPL-2.0-only"], &["Classpath-exception-2.0"]), text), Class::Denied);
    }

    #[test]
    fn a_private_licence_passes_only_by_name_or_pattern() {
        let text = "LicenseRef-acme-1";
        assert_eq!(class(&lists(&[], &[]), text), Class::Unknown);
        assert_eq!(class(&lists(&["MIT"], &[]), text), Class::NotAllowed);
        assert_eq!(class(&lists(&["LicenseRef-acme-*"], &[]), text), Class::Allowed);
        assert_eq!(class(&lists(&["LicenseRef-acme-1"], &[]), text), Class::Allowed);
    }

    #[test]
    fn copyleft_is_what_neither_list_names() {
        for text in ["MPL-2.0", "LGPL-2.1-only", "EPL-2.0", "SSPL-1.0"] {
            assert_eq!(class(&lists(&[], &[]), text), Class::Copyleft, "{text}");
        }
        assert_eq!(class(&lists(&[], &[]), "MPL-2.0 OR MIT"), Class::Silent);
    }

    #[test]
    fn an_entry_that_could_match_nothing_is_none() {
        for text in ["AGPLv9", "MIT OR ISC", "", "my licence"] {
            assert!(Entry::read(text).is_none(), "{text}");
        }
    }
}
