//! A document whose fields were looked at.

use super::marks::Marks;
use crate::contract::{Place, Step};
use crate::read::{NONE, Tree};

#[derive(Debug)]
pub(super) struct Checked<'d> {
    pub(super) tree: Tree<'d>,
    /// Where each of the contract's places is; `NONE` where it is not there, or has a finding.
    places: Vec<u32>,
}

impl<'d> Checked<'d> {
    /// `slots` tells where each member of the contract stands.
    pub(super) fn new(tree: Tree<'d>, marks: &Marks, slots: &[u32], places: &[Place]) -> Self {
        let has_marks = !marks.are_none();
        let place = |place: &Place| {
            let slot = slots.get(place.first).copied().filter(|slot| *slot != NONE);
            let found = slot.and_then(|slot| below(&tree, slot, &place.rest));
            found.filter(|at| !has_marks || !marks.touch(&tree, *at)).unwrap_or(NONE)
        };
        let places = places.iter().map(place).collect();
        Self { tree, places }
    }

    /// The value at one of the contract's places.
    pub(super) fn at(&self, place: usize) -> Option<u32> {
        self.places.get(place).copied().filter(|at| *at != NONE)
    }
}

/// The value that the steps lead to.
pub(super) fn below(tree: &Tree<'_>, from: u32, steps: &[Step]) -> Option<u32> {
    steps.iter().try_fold(from, |at, step| {
        tree.member(at, step.hash, &step.name).or_else(|| {
            let mut items = tree.items(at)?;
            items.nth(step.index?).map(|(item, _)| item)
        })
    })
}
