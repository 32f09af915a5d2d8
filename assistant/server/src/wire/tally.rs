//! Conservation: what comes in is classified or rejected, and nothing is lost between.

/// How many items a transcript has, and what became of them.
///
/// `items` is counted by the shape of the input alone; the two others by the code that reads the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tally {
    /// The items that came in.
    pub items: usize,
    /// Those that were read as what they are.
    pub classified: usize,
    /// Those that were not: an item with a fault, and what in it was not reached.
    pub rejected: usize,
}

impl Tally {
    pub(super) const NONE: Self = Self { items: 0, classified: 0, rejected: 0 };

    /// Whether nothing was lost and nothing invented.
    #[must_use]
    pub const fn is_conserved(self) -> bool {
        self.items == self.classified + self.rejected
    }
}
