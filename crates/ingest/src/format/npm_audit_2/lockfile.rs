//! The lock file beside a report: npm writes neither versions nor lines into its audit.

use std::collections::BTreeMap;

use portcullis_model::Location;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};

use crate::beside;
use crate::draft::{Draft, line_and_column};
use crate::json::{Faults, Members, NamedItems, Text, Walk, read_document};

/// `package-lock.json` of version 2 or 3.
pub(super) struct Lockfile {
    location: Location,
    /// Version and line of each node: `node_modules/a/node_modules/b`.
    nodes: BTreeMap<String, (Option<String>, u32)>,
}

#[derive(Default)]
struct Document<'de> {
    packages: Option<Vec<(String, &'de serde_json::value::RawValue)>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Node<'a> {
    #[serde(borrow)]
    version: Text<'a>,
}

impl<'de> Members<'de> for Document<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "packages" => map.next_value_seed(NamedItems { name: key, items: &mut self.packages, faults }),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

impl Lockfile {
    /// The lock file at the root of the report's mount, or next to the report.
    pub(super) fn beside(draft: &Draft<'_>) -> Option<Self> {
        let (location, bytes) = beside::find(draft, &["package-lock.json", "npm-shrinkwrap.json"])?;
        Self::read(location, &bytes)
    }

    /// A lock file that cannot be read gives no versions; the audit itself is not in doubt.
    fn read(location: Location, bytes: &[u8]) -> Option<Self> {
        let (text, _) = crate::bytes::text(bytes);
        let (mut document, mut faults) = (Document::default(), Faults::default());
        read_document(&text, Walk { name: "the lock file", members: &mut document, faults: &mut faults }).ok()?;
        let mut nodes = BTreeMap::new();
        let (mut line, mut from) = (1, 0);
        for (name, raw) in document.packages? {
            // The values are slices of the text, in its order: lines are counted once.
            let at = (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            line += line_and_column(text.get(from..).unwrap_or_default(), at.saturating_sub(from)).0 - 1;
            from = at;
            let version = serde_json::from_str::<Node<'_>>(raw.get()).ok().and_then(|node| node.version.owned());
            nodes.insert(name, (version, line));
        }
        Some(Self { location, nodes })
    }

    /// The installed version: that of the first node that states one.
    pub(super) fn version(&self, nodes: &[&str], name: &str) -> Option<&str> {
        let usual = format!("node_modules/{name}");
        let usual = nodes.is_empty().then_some(usual.as_str());
        nodes.iter().copied().chain(usual).find_map(|node| self.nodes.get(node)?.0.as_deref())
    }

    /// Where the nodes stand; the file itself when it does not know them.
    pub(super) fn locations(&self, nodes: &[&str]) -> Vec<Location> {
        let mut locations: Vec<Location> = nodes
            .iter()
            .filter_map(|node| self.nodes.get(*node))
            .map(|(_, line)| Location { start_line: Some(*line), ..self.location.clone() })
            .collect();
        if locations.is_empty() {
            locations.push(self.location.clone());
        }
        locations
    }
}
