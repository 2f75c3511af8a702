//! Looking names up without regard to case, as GitHub does for inputs, variables and ids of steps.

use std::cell::RefCell;
use std::collections::BTreeMap;

use portcullis_syntax::yaml::{Node, NodeId};

/// Indexes of mappings and of lists of steps, made at the first question: a file may ask a thousand names of a mapping
/// with a thousand keys.
#[derive(Debug, Default)]
pub(crate) struct Names {
    indexes: RefCell<BTreeMap<NodeId, BTreeMap<String, NodeId>>>,
}

impl Names {
    /// The value of the first key of this name.
    pub(crate) fn find<'a>(&self, map: Node<'a>, name: &str) -> Option<Node<'a>> {
        self.look_up(map, name, || map.entries().filter_map(|entry| Some((entry.key_str()?, entry.value))).collect())
    }

    /// The first step of this id in a job.
    pub(crate) fn find_step<'a>(&self, job: Node<'a>, steps: &[Node<'a>], id: &str) -> Option<Node<'a>> {
        // The value of `steps:` has a name of its own, apart from the job's keys.
        self.look_up(job.get("steps")?, id, || {
            steps.iter().filter_map(|step| Some((step.get("id")?.as_str()?, *step))).collect()
        })
    }

    fn look_up<'a>(
        &self,
        owner: Node<'a>,
        name: &str,
        list: impl FnOnce() -> Vec<(&'a str, Node<'a>)>,
    ) -> Option<Node<'a>> {
        let mut indexes = self.indexes.borrow_mut();
        let index = indexes.entry(owner.resolve().id()).or_insert_with(|| {
            let mut index = BTreeMap::new();
            for (name, node) in list() {
                index.entry(name.to_ascii_lowercase()).or_insert(node.id());
            }
            index
        });
        index.get(&name.to_ascii_lowercase()).map(|id| owner.file().node(*id))
    }
}
