//! The ledger, counted: nothing that has a verdict leaves around it.

use speech_exit::receipt::{Closing, Keeping, Ledger, Memo, Receipt, ReceiptId, Verdict};

use super::label;
use super::meters::Meters;

/// A ledger that counts what it keeps. What could not be kept did not leave, and is not counted.
#[derive(Debug, Clone)]
pub struct Metered<L> {
    ledger: L,
    meters: Meters,
}

impl<L> Metered<L> {
    /// The same ledger, counted in `meters`.
    pub const fn new(ledger: L, meters: Meters) -> Self {
        Self { ledger, meters }
    }
}

impl<L: Ledger> Ledger for Metered<L> {
    fn keep(&self, receipt: Receipt, memo: Option<Memo>) -> Keeping<'_> {
        let seen = Seen::of(&receipt);
        let keeping = self.ledger.keep(receipt, memo);
        Box::pin(async move {
            let kept = keeping.await;
            if kept.is_ok() {
                seen.count(&self.meters);
            }
            kept
        })
    }

    fn keep_later(&self, receipt: Receipt) {
        Seen::of(&receipt).count(&self.meters);
        self.ledger.keep_later(receipt);
    }
}

/// What is counted of a receipt.
struct Seen {
    id: ReceiptId,
    judged: Option<Judged>,
    closing: Option<Closing>,
}

/// A verdict of the kernel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: &'static str,
    /// The code of a denial.
    pub(super) code: Option<&'static str>,
}

impl Seen {
    fn of(receipt: &Receipt) -> Self {
        let opening = receipt.opening.as_ref();
        let judged = opening.and_then(|opening| match opening.outcome {
            Verdict::Allow => Some(Judged { verdict: label::verdict(Verdict::Allow), code: None }),
            Verdict::Deny => {
                let code = Some(label::denial(opening.code.as_deref()));
                Some(Judged { verdict: label::verdict(Verdict::Deny), code })
            }
            // Counted where it leaves, which it does without a receipt too.
            Verdict::Malformed => None,
        });
        Self { id: receipt.id.clone(), judged, closing: receipt.closing.clone() }
    }

    fn count(&self, meters: &Meters) {
        let notes = meters.notes_of(&self.id);
        if let Some(judged) = self.judged {
            meters.verdict(judged.verdict, judged.code);
            if let Some(notes) = &notes {
                notes.judged(judged);
            }
        }
        if let Some(closing) = &self.closing {
            meters.ending(closing);
            if let Some(notes) = &notes {
                notes.ended(closing.ended);
            }
        }
    }
}
