//! What a response claims about itself.

use core::fmt;

/// What a response claims to speak from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Authority {
    /// Nothing: the only truthful claim of a refusal, and never that of an answer.
    None,
    /// The assistant itself, with no source behind it.
    System,
    /// What was stored: the library or an earlier conversation.
    Memory,
    /// What a tool gave.
    Tool,
}

/// Whether a response answers or declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ResponseKind {
    /// Says something in reply to the question.
    Answer,
    /// Says that it will not or cannot reply.
    Refusal,
}

/// The state that the whole system is in while it responds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SystemMode {
    /// Every part is available.
    Full,
    /// The store or the library is unavailable.
    Minimal,
    /// The upstream model is unavailable; the local responder and tools answer.
    LocalPower,
}

/// The claims of one response. Its words are not here: they cannot change the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Response {
    /// Answer or refusal.
    pub kind: ResponseKind,
    /// The authority that the response claims.
    pub authority: Authority,
    /// The mode that the response reports.
    pub system_mode: SystemMode,
}

impl Authority {
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::System => "system",
            Self::Memory => "memory",
            Self::Tool => "tool",
        }
    }
}

impl ResponseKind {
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Refusal => "refusal",
        }
    }
}

impl SystemMode {
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Minimal => "minimal",
            Self::LocalPower => "local_power",
        }
    }
}

macro_rules! displays_its_label {
    ($($name:ident),+) => {$(
        /// Writes the label that stands on the wire.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.label())
            }
        }
    )+};
}

displays_its_label!(Authority, ResponseKind, SystemMode);
