//! Why a response may not be spoken. Closed, so that a new way to fail breaks callers on purpose.

use crate::response::{Authority, SystemMode};

/// The rule that a response breaks. Carries enums and counts, never the response's words.
///
/// Each variant has a stable code, which starts its message and names it on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EnforcementViolation {
    /// Rule 1.
    #[error("AUTHORITY_MISMATCH: {0}")]
    #[cfg_attr(feature = "serde", serde(rename = "AUTHORITY_MISMATCH"))]
    Authority(AuthorityViolation),
    /// Rule 2.
    #[error("CONTEXT_UNAVAILABLE: {0}")]
    #[cfg_attr(feature = "serde", serde(rename = "CONTEXT_UNAVAILABLE"))]
    ContextUnavailable(ContextUnavailable),
    /// Rule 3.
    #[error("MODE_MISREPORTED: {0}")]
    #[cfg_attr(feature = "serde", serde(rename = "MODE_MISREPORTED"))]
    Mode(ModeViolation),
    /// Rule 4.
    #[error("REFUSAL_CLAIMS_AUTHORITY: {0}")]
    #[cfg_attr(feature = "serde", serde(rename = "REFUSAL_CLAIMS_AUTHORITY"))]
    RefusalAuthority(RefusalAuthorityViolation),
}

/// An answer claims another authority than its sources give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error("the answer claims authority {claimed}, its sources give {required}")]
pub struct AuthorityViolation {
    /// What the answer claims.
    pub claimed: Authority,
    /// What its sources give.
    pub required: Authority,
}

/// An answer was made without context that it was required to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error("required contexts that are missing: {missing}")]
pub struct ContextUnavailable {
    /// How many required contexts are missing; at least 1.
    pub missing: usize,
}

/// A response reports a mode that the system is not in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error("the response reports mode {claimed}, the system is in {actual}")]
pub struct ModeViolation {
    /// What the response reports.
    pub claimed: SystemMode,
    /// The mode that the system is in.
    pub actual: SystemMode,
}

/// A refusal claims an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error("the refusal claims authority {claimed}, a refusal has none")]
pub struct RefusalAuthorityViolation {
    /// What the refusal claims.
    pub claimed: Authority,
}
