//! What can be wrong with a log of receipts.

use serde::Serialize;

/// Kinds of findings. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A line is not `{"hash":"…","receipt":…}` and a newline, or what it has is no receipt.
    BadLine,
    /// A receipt has another hash than is stated beside it.
    HashMismatch,
    /// A receipt states another hash of the one before than that has.
    ChainBroken,
    /// A receipt is not numbered one more than the one before.
    NumberGap,
    /// A receipt is not in canonical JSON.
    NotCanonical,
    /// A receipt has members that do not go with its verdict, or none that say anything.
    Inconsistent,
    /// A verdict is not what the rules of this build decide.
    Drift,
    /// A segment or a closing does not follow from what came before of the same response.
    BadOrder,
    /// The receipt at the place of the head has another hash.
    HeadMismatch,
    /// The log ends before the head.
    TailCut,
    /// A line of the access log cannot be read.
    BadAccessLine,
    /// A response of a speaking path was delivered without a receipt.
    NoReceipt,
    /// A response was delivered with a receipt that the log does not have.
    UnknownReceipt,
    /// Two responses were delivered with the same receipt.
    ReceiptReused,
    /// More bytes were delivered than the receipt closes with.
    MoreDelivered,
}

impl Code {
    /// The code as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadLine => "BAD_LINE",
            Self::HashMismatch => "HASH_MISMATCH",
            Self::ChainBroken => "CHAIN_BROKEN",
            Self::NumberGap => "NUMBER_GAP",
            Self::NotCanonical => "NOT_CANONICAL",
            Self::Inconsistent => "INCONSISTENT",
            Self::Drift => "DRIFT",
            Self::BadOrder => "BAD_ORDER",
            Self::HeadMismatch => "HEAD_MISMATCH",
            Self::TailCut => "TAIL_CUT",
            Self::BadAccessLine => "BAD_ACCESS_LINE",
            Self::NoReceipt => "NO_RECEIPT",
            Self::UnknownReceipt => "UNKNOWN_RECEIPT",
            Self::ReceiptReused => "RECEIPT_REUSED",
            Self::MoreDelivered => "MORE_DELIVERED",
        }
    }
}

/// Which log a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// The receipts; of a database, the rows in order.
    Receipts,
    /// What the socket saw.
    Access,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which kind.
    pub code: Code,
    /// In which log.
    pub log: Log,
    /// The line, from 1; for what is missing at the end, the one after the last.
    pub line: u64,
    /// What was expected, and what was found.
    pub message: String,
}

/// Only so many findings are written out; all are counted.
const SHOWN: usize = 100;

/// The findings of one replay.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) shown: Vec<Finding>,
    pub(super) count: u64,
}

impl Findings {
    pub(super) fn add(&mut self, code: Code, log: Log, line: u64, message: impl Into<String>) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(Finding { code, log, line, message: message.into() });
        }
    }
}
