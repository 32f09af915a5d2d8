//! An answer from outside before its owner has interpreted it.

use std::fmt;

/// Something that came from outside, closed until the interpretation opens it.
///
/// INVARIANT: what came from outside is read by its interpretation alone. Held by privacy.
#[must_use = "what nobody interprets, nobody answers with"]
pub struct Raw<T>(T);

impl<T> Raw<T> {
    /// Closes over what came.
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    pub(super) fn open(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw")
    }
}

#[cfg(test)]
mod tests {
    use super::Raw;

    #[test]
    fn what_is_closed_is_not_shown() {
        let shown = format!("{:?}", Raw::new("words"));
        assert_eq!(shown, "Raw");
    }
}
