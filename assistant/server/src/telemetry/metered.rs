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

#[cfg(test)]
mod tests {
    use super::Metered;
    use crate::telemetry::{Gauges, Meters};
    use speech_exit::receipt::{
        Closing, Ended, Keeping, Ledger, Memo, Opening, Receipt, ReceiptId, Unkept, Verdict,
    };
    use speech_kernel::SystemMode;

    /// A ledger that does with each receipt what it holds.
    struct Always(Result<(), Unkept>);

    impl Ledger for Always {
        fn keep(&self, _: Receipt, _: Option<Memo>) -> Keeping<'_> {
            Box::pin(std::future::ready(self.0))
        }

        fn keep_later(&self, _: Receipt) {}
    }

    fn receipt(code: &str) -> Option<Receipt> {
        let opening = Opening {
            attempts: Vec::new(),
            code: Some(code.to_owned()),
            outcome: Verdict::Deny,
            pointer: None,
            response: None,
            rules: String::new(),
            segment: 1,
            trace: None,
        };
        let closing = Closing { bytes: 7, ended: Ended::Refused, sha256: String::new() };
        let id = ReceiptId::try_from(format!("rcpt_{:032x}", 1)).ok()?;
        Some(Receipt { closing: Some(closing), id, opening: Some(opening) })
    }

    /// The lines that speak of verdicts, endings and bytes after one receipt.
    async fn counted(kept: Result<(), Unkept>, code: &str) -> Option<Vec<String>> {
        let meters = Meters::default();
        let ledger = Metered::new(Always(kept), meters.clone());
        assert_eq!(ledger.keep(receipt(code)?, None).await, kept);
        let text = meters.text(Gauges { mode: SystemMode::Full, receipts: 0, spooled: 0 }).ok()?;
        let names = ["speech_verdicts_total", "speech_endings_total", "speech_sent_bytes_total"];
        let is_asked = |line: &&str| names.iter().any(|name| line.starts_with(name));
        Some(text.lines().filter(is_asked).map(str::to_owned).collect())
    }

    #[tokio::test]
    async fn only_what_was_kept_is_counted_and_only_under_a_known_code() {
        let nothing = Some(vec!["speech_sent_bytes_total 0".to_owned()]);
        assert_eq!(counted(Err(Unkept), "MODE_MISREPORTED").await, nothing);
        for (code, label) in [("MODE_MISREPORTED", "MODE_MISREPORTED"), ("mode\"} 9", "OTHER")] {
            let expected = [
                format!("speech_verdicts_total{{verdict=\"deny\",code=\"{label}\"}} 1"),
                "speech_endings_total{ended=\"refused\"} 1".to_owned(),
                "speech_sent_bytes_total 7".to_owned(),
            ];
            assert_eq!(counted(Ok(()), code).await, Some(expected.into()));
        }
    }
}
