//! Names of a contract, which are looked up for each document.

use crate::read::{NONE, hash};

/// Names and the place of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    list: Vec<(u32, String)>,
    /// The places, each where its hash says or soon after; `NONE` where there is none, as in every other one at least.
    table: Vec<u32>,
}

impl Names {
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let list: Vec<_> = names.map(|name| (hash(name.as_bytes()), name.to_owned())).collect();
        let mut table = vec![NONE; (list.len() * 2 + 1).next_power_of_two()];
        for (place, (hash, _)) in (0..).zip(&list) {
            let mut probes = (*hash as usize..).map(|probe| probe & (table.len() - 1));
            let free = probes.find(|at| table.get(*at) == Some(&NONE));
            if let Some(free) = free.and_then(|at| table.get_mut(at)) {
                *free = place;
            }
        }
        Self { list, table }
    }

    /// Where a name stands; the first place, where it stands twice.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.place_of(hash(name.as_bytes()), |known| known == name)
    }

    /// Where a name stands of that hash, and which is the right one.
    #[inline(always)]
    pub(crate) fn place_of(&self, hash: u32, is_right: impl Fn(&str) -> bool) -> Option<usize> {
        let mut probe = hash as usize;
        loop {
            let place = *self.table.get(probe & self.table.len().wrapping_sub(1))?;
            let (known, other) = self.list.get(place as usize)?;
            if *known == hash && is_right(other) {
                return Some(place as usize);
            }
            probe += 1;
        }
    }
}
