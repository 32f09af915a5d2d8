//! Why a transcript cannot be taken for true.

use http::StatusCode;
use speech_exit::Notice;
use speech_exit::strict::{At, Fault, FaultCode};

use super::tally::Tally;

/// What is wrong with a transcript. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A result names a call that does not stand before it.
    OrphanToolResult,
    /// An id stands twice: of two calls, of two items, or of two results of one call.
    DuplicateId,
    /// An item is of no kind that is known.
    UnknownItem,
    /// An event of a stream is missing, stands twice or comes too late.
    SequenceGap,
    /// Context that nobody here can look into.
    OpaqueContext,
    /// Something that is known, and that nobody here can do.
    Unsupported,
    /// The strict reader's own finding.
    Read(FaultCode),
}

impl Code {
    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrphanToolResult => "ORPHAN_TOOL_RESULT",
            Self::DuplicateId => "DUPLICATE_ID",
            Self::UnknownItem => "UNKNOWN_ITEM",
            Self::SequenceGap => "SEQUENCE_GAP",
            Self::OpaqueContext => "OPAQUE_CONTEXT",
            Self::Unsupported => "UNSUPPORTED",
            Self::Read(code) => code.as_str(),
        }
    }
}

/// A transcript that is refused as a whole: its first fault, and how many of its items were classified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", code.as_str(), fault.message())]
pub struct Malformed {
    code: Code,
    fault: Fault,
    tally: Tally,
}

impl Malformed {
    /// `expected` says what would have been right in the place of what `at` holds.
    pub(super) fn new(code: Code, at: &At<'_>, expected: &'static str) -> Self {
        Self::of(code, at.fault(FaultCode::UnknownValue, expected))
    }

    pub(super) const fn of(code: Code, fault: Fault) -> Self {
        Self { code, fault, tally: Tally::NONE }
    }

    pub(super) const fn with(mut self, tally: Tally) -> Self {
        self.tally = tally;
        self
    }

    /// What is wrong.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Where, and what was expected there.
    #[must_use]
    pub const fn fault(&self) -> &Fault {
        &self.fault
    }

    /// The items of the transcript: at least one of them was rejected, unless the fault lies outside of all.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }
}

impl From<Fault> for Malformed {
    fn from(fault: Fault) -> Self {
        Self::of(Code::Read(fault.code()), fault)
    }
}

impl From<Malformed> for Notice {
    fn from(malformed: Malformed) -> Self {
        let Malformed { code, fault, .. } = malformed;
        Self::about(StatusCode::UNPROCESSABLE_ENTITY, code.as_str(), fault)
    }
}
