//! A document whose fields were looked at.

use super::marks::Marks;
use crate::contract::Place;
use crate::read::{NONE, Tree};

#[derive(Debug)]
pub(super) struct Checked<'d> {
    pub(super) tree: Tree<'d>,
    /// Where each member of the contract stands; `NONE` where it does not.
    pub(super) slots: Vec<u32>,
    pub(super) marks: Marks,
}

impl Checked<'_> {
    /// The value at a place of this document.
    pub(super) fn at(&self, place: &Place) -> Option<u32> {
        let slot = self.slots.get(place.first).copied().filter(|slot| *slot != NONE)?;
        self.below(slot, &place.rest)
    }

    /// The value that the steps lead to.
    pub(super) fn below(&self, from: u32, steps: &[String]) -> Option<u32> {
        steps.iter().try_fold(from, |at, step| {
            self.tree.member(at, step).or_else(|| {
                let index: usize = step.parse().ok()?;
                let mut items = self.tree.items(at)?;
                items.nth(index).map(|(item, _)| item)
            })
        })
    }
}
