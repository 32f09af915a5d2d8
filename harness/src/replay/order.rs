//! The order of what is kept of one response: segments one after another, one closing, and nothing after it.

use std::collections::HashMap;

use speech_exit::receipt::{Ended, Verdict};
use speech_kernel::ResponseKind;

use super::canonical::{Entry, Opening};

/// The responses that were opened and not closed yet. Of those that were, nothing is kept: that an id comes back
/// after its closing is for the chain's own keeper to refuse.
#[derive(Debug, Default)]
pub(super) struct Order {
    open: HashMap<u128, Last>,
}

/// The last segment of an open response.
#[derive(Debug, Clone, Copy)]
struct Last {
    segment: u32,
    outcome: Verdict,
    is_refusal: bool,
}

impl Last {
    fn of(opening: &Opening<'_>) -> Self {
        let kind = opening.response.map(|response| response.kind);
        let is_refusal = kind == Some(ResponseKind::Refusal);
        Self { segment: opening.segment, outcome: opening.outcome, is_refusal }
    }

    /// Whether nothing of the response may follow but its closing.
    const fn is_final(self) -> bool {
        self.is_refusal || !matches!(self.outcome, Verdict::Allow)
    }
}

impl Order {
    /// How many responses were opened and not closed.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    /// Takes the next receipt.
    ///
    /// # Errors
    ///
    /// What was expected of it, given what came before.
    pub(super) fn take(&mut self, entry: &Entry<'_>) -> Result<(), &'static str> {
        let before = if self.open.is_empty() { None } else { self.open.get(&entry.id).copied() };
        let last = match (&entry.opening, before) {
            (Some(opening), before) => {
                follows(opening.segment, before)?;
                Last::of(opening)
            }
            (None, Some(before)) => before,
            (None, None) => return Err("expected an opening before the closing"),
        };
        match &entry.closing {
            None => {
                self.open.insert(entry.id, last);
            }
            Some(closing) => {
                if before.is_some() {
                    self.open.remove(&entry.id);
                }
                ends(closing.ended, last)?;
            }
        }
        Ok(())
    }
}

fn follows(segment: u32, before: Option<Last>) -> Result<(), &'static str> {
    match before {
        None if segment == 0 => Ok(()),
        None => Err("expected the segments before this one"),
        Some(before) if before.is_final() => {
            Err("expected nothing after a refusal but its closing")
        }
        Some(before) if before.segment.checked_add(1) == Some(segment) => Ok(()),
        Some(_) => Err("expected the segment after the one before"),
    }
}

fn ends(ended: Ended, last: Last) -> Result<(), &'static str> {
    match ended {
        Ended::Refused if !last.is_final() => Err("expected a refusal before it ended with one"),
        Ended::Complete if last.segment > 0 && last.outcome != Verdict::Allow => {
            Err("expected it to end with the refusal of its last segment")
        }
        Ended::Complete | Ended::Refused | Ended::Cut | Ended::ClientGone => Ok(()),
    }
}
