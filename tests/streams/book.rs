//! A ledger in memory that notes what happens around it, and fails where it is told to.

use std::future::pending;
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use speech_exit::receipt::{Closing, Ended, Keeping, Ledger, Memo, Receipt, Unkept, Verdict};

/// What becomes of one call to keep a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fate {
    #[default]
    Kept,
    Lost,
    Stuck,
    Panics,
}

/// What happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// A receipt was kept while somebody waited for it.
    Kept(Receipt, Option<&'static str>),
    /// A receipt was to be kept, and was not.
    NotKept(Receipt),
    /// A receipt was left for later.
    Later(Receipt),
    /// A text was asked for its next piece.
    Asked,
    /// A frame was handed out.
    Sent(Vec<u8>),
}

/// What the server wants kept with a receipt.
pub(super) struct Remembered(pub(super) &'static str);

#[derive(Default)]
struct Pages {
    seen: Vec<Seen>,
    calls: usize,
    fates: Vec<Fate>,
}

/// The ledger. Its clones are the same.
#[derive(Clone, Default)]
pub(super) struct Book(Arc<Mutex<Pages>>);

impl Book {
    /// A ledger that deals with its calls in this way, and keeps all after these.
    pub(super) fn with(fates: &[Fate]) -> Self {
        let book = Self::default();
        book.pages(|pages| pages.fates = fates.to_vec());
        book
    }

    /// One that keeps all but this call, counted from 0.
    pub(super) fn but(call: usize, fate: Fate) -> Self {
        let mut fates = vec![Fate::Kept; call];
        fates.push(fate);
        Self::with(&fates)
    }

    fn pages<T>(&self, look: impl FnOnce(&mut Pages) -> T) -> T {
        look(&mut self.0.lock().expect("no panic while it is held"))
    }

    pub(super) fn note(&self, seen: Seen) {
        self.pages(|pages| pages.seen.push(seen));
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.pages(|pages| pages.seen.clone())
    }

    /// Each receipt that was kept, at once or later.
    pub(super) fn kept(&self) -> Vec<Receipt> {
        let receipt = |seen| match seen {
            Seen::Kept(receipt, _) | Seen::Later(receipt) => Some(receipt),
            Seen::NotKept(_) | Seen::Asked | Seen::Sent(_) => None,
        };
        self.seen().into_iter().filter_map(receipt).collect()
    }

    /// What was kept with receipts.
    pub(super) fn memos(&self) -> Vec<&'static str> {
        let memo = |seen| match seen {
            Seen::Kept(_, memo) => memo,
            _ => None,
        };
        self.seen().into_iter().filter_map(memo).collect()
    }

    /// The bytes that were handed out.
    pub(super) fn sent(&self) -> Vec<u8> {
        let bytes = |seen| match seen {
            Seen::Sent(bytes) => Some(bytes),
            _ => None,
        };
        self.seen().into_iter().filter_map(bytes).flatten().collect()
    }

    /// What was kept, in a form that reads at a glance.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.kept().iter().map(Line::of).collect()
    }

    /// Asserts that what was kept is one response of which exactly the bytes that were handed out were closed.
    #[track_caller]
    pub(super) fn assert_closed(&self, ended: Ended) {
        let kept = self.kept();
        let closings: Vec<&Closing> =
            kept.iter().filter_map(|kept| kept.closing.as_ref()).collect();
        assert_eq!(closings, [&closing(&self.sent(), ended)], "{:#?}", self.seen());
        assert!(kept.iter().all(|receipt| receipt.id == kept[0].id));
    }
}

/// A receipt without what is drawn or counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Opening(u32, Verdict),
    Closing(Ended),
    Both(u32, Verdict, Ended),
}

impl Line {
    fn of(receipt: &Receipt) -> Self {
        let Receipt { opening, closing, .. } = receipt;
        match (opening, closing) {
            (Some(opening), None) => Self::Opening(opening.segment, opening.outcome),
            (None, Some(closing)) => Self::Closing(closing.ended),
            (Some(opening), Some(closing)) => {
                Self::Both(opening.segment, opening.outcome, closing.ended)
            }
            (None, None) => panic!("an empty receipt"),
        }
    }
}

pub(super) fn closing(sent: &[u8], ended: Ended) -> Closing {
    let sha256 = Sha256::digest(sent).iter().map(|byte| format!("{byte:02x}")).collect();
    Closing { bytes: sent.len() as u64, ended, sha256 }
}

impl Ledger for Book {
    fn keep(&self, receipt: Receipt, memo: Option<Memo>) -> Keeping<'_> {
        Box::pin(async move {
            let fate = self.pages(|pages| {
                let fate = pages.fates.get(pages.calls).copied().unwrap_or_default();
                pages.calls += 1;
                fate
            });
            match fate {
                Fate::Kept => {
                    let memo = memo.map(|memo| memo.downcast::<Remembered>().expect("ours").0);
                    self.note(Seen::Kept(receipt, memo));
                    Ok(())
                }
                Fate::Lost => {
                    self.note(Seen::NotKept(receipt));
                    Err(Unkept)
                }
                Fate::Stuck => pending().await,
                Fate::Panics => panic!("the ledger panics"),
            }
        })
    }

    fn keep_later(&self, receipt: Receipt) {
        self.note(Seen::Later(receipt));
    }
}
