//! Where receipts go before what they stand for leaves.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Receipt;

/// What a server keeps together with a receipt, such as the exchange itself. Only its ledger looks into it.
pub type Memo = Box<dyn Any + Send>;

/// A receipt on its way to where it lasts.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), Unkept>> + Send + 'a>>;

/// A receipt could not be kept, so what it stands for does not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("RECEIPT_UNAVAILABLE: expected the receipt to be kept")]
pub struct Unkept;

/// Keeps receipts. The exit has no store of its own: it asks for each receipt to be durable and waits for that.
pub trait Ledger: Send + Sync + 'static {
    /// Makes a receipt durable, and the memo with it: both or, if the memo cannot be kept, the receipt alone.
    ///
    /// The future ends well only when the receipt outlasts a crash. If it is dropped before its end, the receipt may
    /// be kept or not.
    fn keep(&self, receipt: Receipt, memo: Option<Memo>) -> Keeping<'_>;

    /// The same for a response whose reader is gone, so that nobody waits any more.
    ///
    /// Where the reader left while a closing was being kept, or where it could not be kept before, this brings a
    /// closing of the same id once more: of two, the first that was kept stands.
    fn keep_later(&self, receipt: Receipt);
}

/// A receipt that is not kept yet, and what is to be kept with it.
pub(crate) struct Unreceipted {
    pub(crate) receipt: Receipt,
    pub(crate) memo: Option<Memo>,
    /// Set once the receipt is kept.
    pub(crate) kept: Arc<AtomicBool>,
}

impl Unreceipted {
    pub(crate) fn new(receipt: Receipt) -> Self {
        Self { receipt, memo: None, kept: Arc::default() }
    }
}

impl fmt::Debug for Unreceipted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unreceipted").field(&self.receipt).finish()
    }
}
