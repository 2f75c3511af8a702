//! A new exception in the text of a file.

use jiff::civil::Date;
use portcullis_syntax::yaml::{self, Change, EditError, New, Node};

use super::Selectors;
use crate::Policy;

/// What a new exception says.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// What it covers.
    pub selectors: Selectors,
    /// Why it is acceptable.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// First day.
    pub created: Date,
    /// Last day.
    pub expires: Date,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Where the work is tracked.
    pub ticket: Option<String>,
    /// It holds although a fixed version is known.
    pub keeps_when_fixed: bool,
}

/// Why a file is not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotEdited {
    /// The file has faults, or the edit would change something else.
    Refused(EditError),
    /// Its `exceptions` are no list.
    NoList,
}

impl std::fmt::Display for NotEdited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) => why.fmt(f),
            Self::NoList => f.write_str(
                "its `exceptions` cannot take another entry: write them as a list, an entry on lines of its own",
            ),
        }
    }
}

impl std::error::Error for NotEdited {}

impl Draft {
    fn entry(&self) -> New {
        let text = |text: &str| New::Text(text.to_owned());
        let one = |item: &str| New::Flow(vec![text(item)]);
        let selectors = &self.selectors;
        let mut entry = vec![("id", text(&self.id)), ("rules", one(&selectors.rule))];
        entry.extend(selectors.package.as_deref().map(|package| ("package", text(package))));
        entry.extend(selectors.path.as_deref().map(|path| ("paths", one(path))));
        entry.extend(selectors.resource.as_deref().map(|resource| ("resource", text(resource))));
        entry.extend(selectors.fingerprint.as_deref().map(|fingerprint| ("fingerprints", one(fingerprint))));
        entry.extend([
            ("reason", text(&self.reason)),
            ("owner", text(&self.owner)),
            ("created", New::Plain(self.created.to_string())),
            ("expires", New::Plain(self.expires.to_string())),
        ]);
        if !self.approved_by.is_empty() {
            entry.push(("approved_by", New::Flow(self.approved_by.iter().map(|who| text(who)).collect())));
        }
        entry.extend(self.ticket.as_deref().map(|ticket| ("ticket", text(ticket))));
        if self.keeps_when_fixed {
            entry.push(("when_fixed", text("keep")));
        }
        New::Map(entry.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// The text of a file of exceptions or of a policy with one more exception; `None` for a file that does not exist yet.
pub fn add(text: Option<&str>, draft: &Draft) -> Result<String, NotEdited> {
    let text = text.unwrap_or("version: 1\nkind: exceptions\nexceptions:\n");
    let file = yaml::parse(text.as_bytes(), yaml::Dialect::Core, &yaml::Limits::OWN);
    let root = file.documents().next().and_then(|document| document.root()).ok_or(NotEdited::NoList)?;
    let change = change(root, &draft.entry()).ok_or(NotEdited::NoList)?;
    let applied = file.apply(&[change]).map_err(NotEdited::Refused)?;
    let mut text = applied.text;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn change(root: Node<'_>, entry: &New) -> Option<Change> {
    let Some(list) = root.get("exceptions") else {
        return root.insert_entry("exceptions", &New::Seq(vec![entry.clone()]));
    };
    let is_in_block = root.style() != yaml::Style::Flow;
    list.begin_block(entry).filter(|_| is_in_block).or_else(|| list.insert_item(entry))
}

/// `EX-YYYY-NNN`, the number behind the highest that is in use.
pub fn next_id(policy: &Policy, year: i16) -> String {
    let prefix = format!("EX-{year:04}-");
    let number = |id: &str| id.strip_prefix(&prefix)?.parse::<u64>().ok();
    let highest = policy.exceptions().iter().filter_map(|exception| number(&exception.id)).max().unwrap_or(0);
    format!("{prefix}{:03}", highest.saturating_add(1))
}
