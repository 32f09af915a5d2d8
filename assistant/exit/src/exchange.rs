//! The identity of one request, shared by the guard, its recorder and what leaves.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use http::StatusCode;
use speech_kernel::SystemMode;

use crate::label::Label;
use crate::notice::Notice;
use crate::receipt::{Ledger, Memo, Receipt, ReceiptId, Unkept};

/// Where the exit reads the true mode at the seal.
///
/// The code that composes reads the mode that it reports elsewhere, so that rule 3 compares two readings.
pub trait TrueMode: Send + Sync + 'static {
    /// The mode that the system is in now.
    fn read(&self) -> SystemMode;
}

impl<F: Fn() -> SystemMode + Send + Sync + 'static> TrueMode for F {
    fn read(&self) -> SystemMode {
        self()
    }
}

/// One request under one guard. Two are the same only if they are clones of one another.
#[derive(Clone)]
pub(crate) struct Exchange(Arc<Inner>);

struct Inner {
    mode: Arc<dyn TrueMode>,
    labels: Arc<[Label]>,
    ledger: Option<Arc<dyn Ledger>>,
    recorder_taken: AtomicBool,
}

impl Exchange {
    pub(crate) fn new(
        mode: Arc<dyn TrueMode>,
        labels: Arc<[Label]>,
        ledger: Option<Arc<dyn Ledger>>,
    ) -> Self {
        Self(Arc::new(Inner { mode, labels, ledger, recorder_taken: AtomicBool::new(false) }))
    }

    pub(crate) fn ledger(&self) -> Option<&Arc<dyn Ledger>> {
        self.0.ledger.as_ref()
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// True for the first caller only.
    pub(crate) fn take_recorder(&self) -> bool {
        !self.0.recorder_taken.swap(true, Ordering::AcqRel)
    }

    /// The id of what is kept about the next response, if anybody keeps it.
    pub(crate) fn draw_receipt(&self) -> Result<Option<ReceiptId>, Notice> {
        let drawn = self.0.ledger.as_ref().map(|_| ReceiptId::draw()).transpose();
        drawn.map_err(|_| {
            let words = "expected the system to give random bytes";
            Notice::new(StatusCode::SERVICE_UNAVAILABLE, "NO_RANDOM", words).retry_after(1)
        })
    }

    /// Keeps a receipt, if anybody keeps them. A ledger that panics has kept nothing.
    pub(crate) async fn keep(&self, receipt: Receipt, memo: Option<Memo>) -> Result<(), Unkept> {
        let Some(ledger) = &self.0.ledger else { return Ok(()) };
        let keeping = AssertUnwindSafe(async { ledger.keep(receipt, memo).await });
        keeping.catch_unwind().await.unwrap_or(Err(Unkept))
    }

    pub(crate) fn true_mode(&self) -> SystemMode {
        self.0.mode.read()
    }

    pub(crate) fn registered(&self, label: &str) -> Option<&Label> {
        self.0.labels.iter().find(|known| known.as_str() == label)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exchange").field(&Arc::as_ptr(&self.0)).finish()
    }
}
