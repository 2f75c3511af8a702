//! The root of an XML document and the names of the first elements below it.

use std::collections::BTreeSet;

use crate::xml::{self, Element, Handler};

/// Elements looked at.
const MAX_ELEMENTS: usize = 200;

/// What tells XML formats apart.
#[derive(Debug, Default)]
pub(crate) struct XmlRoot {
    /// Local name of the root element; empty where there is none.
    pub(crate) name: String,
    /// Its namespace.
    pub(crate) namespace: String,
    attributes: Vec<(String, String)>,
    /// Local names of the elements near the beginning.
    inside: BTreeSet<String>,
    seen: usize,
}

impl XmlRoot {
    /// Whether the root has this attribute.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| known == name)
    }

    /// Whether an element of this local name stands near the beginning.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.inside.contains(name)
    }
}

/// Looks at the beginning of a document.
pub(super) fn of(text: &str) -> XmlRoot {
    let mut root = XmlRoot::default();
    // What breaks the document is told when it is read.
    let _ = xml::read(text, &mut root);
    root
}

impl Handler for XmlRoot {
    fn open(&mut self, path: &[String], element: &Element) {
        self.seen += 1;
        if path.len() == 1 {
            self.name.clone_from(&element.name);
            self.namespace.clone_from(&element.namespace);
            self.attributes.clone_from(&element.attributes);
        } else {
            self.inside.insert(element.name.clone());
        }
    }

    fn has_enough(&self) -> bool {
        self.seen >= MAX_ELEMENTS
    }
}
