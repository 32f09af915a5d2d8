//! Which values have a finding: a rule about them would say the same fault again.

use std::collections::BTreeSet;

use crate::read::Tree;

#[derive(Debug, Default)]
pub(super) struct Marks {
    values: BTreeSet<u32>,
    /// The objects that lack a member.
    lacking: BTreeSet<u32>,
}

impl Marks {
    pub(super) fn new(faulty: Vec<u32>) -> Self {
        Self { values: faulty.into_iter().collect(), lacking: BTreeSet::new() }
    }

    pub(super) fn value(&mut self, at: u32) {
        self.values.insert(at);
    }

    pub(super) fn lacking(&mut self, object: u32) {
        self.lacking.insert(object);
    }

    pub(super) fn has(&self, at: u32) -> bool {
        self.values.contains(&at)
    }

    pub(super) fn are_none(&self) -> bool {
        self.values.is_empty() && self.lacking.is_empty()
    }

    /// Whether a value, one above it or one below it has a finding.
    pub(super) fn touch(&self, tree: &Tree<'_>, at: u32) -> bool {
        let node = tree.node(at);
        let below = || at..node.next;
        let above =
            std::iter::successors(Some(node.parent), |above| Some(tree.node(*above).parent));
        self.values.range(below()).next().is_some()
            || self.lacking.range(below()).next().is_some()
            || above.take_while(|above| *above != crate::read::NONE).any(|above| self.has(above))
    }
}
