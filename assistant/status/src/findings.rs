//! The list that findings are put on: bounded, and sorted at the end.

use crate::finding::Finding;

/// How many findings are told. The rest are counted.
pub const FINDINGS_MAX: usize = 100;

#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    omitted: usize,
}

impl Findings {
    /// Adds one. What would not be told is not made.
    pub(crate) fn push(&mut self, finding: impl FnOnce() -> Finding) {
        if self.list.len() < FINDINGS_MAX {
            self.list.push(finding());
        } else {
            self.omitted += 1;
        }
    }

    /// Adds the one after which nothing more is read. It is told whatever else is.
    pub(crate) fn stop(&mut self, finding: Finding) {
        if self.list.len() == FINDINGS_MAX {
            self.list.pop();
            self.omitted += 1;
        }
        self.list.push(finding);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The findings by place, and how many were left out.
    pub(crate) fn sorted(mut self) -> (Vec<Finding>, usize) {
        self.list.sort_by(|one, other| one.order().cmp(&other.order()));
        (self.list, self.omitted)
    }
}
