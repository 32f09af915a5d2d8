//! The codes of the kernel's violations and the words that leave with them.

use http::StatusCode;
use speech_kernel::EnforcementViolation;

/// The HTTP status of a denial outside of any vendor's protocol.
pub const DENIED_STATUS: StatusCode = StatusCode::FORBIDDEN;

/// The stable code of a violation.
#[must_use]
pub const fn code(violation: &EnforcementViolation) -> &'static str {
    match violation {
        EnforcementViolation::Authority(_) => "AUTHORITY_MISMATCH",
        EnforcementViolation::ContextUnavailable(_) => "CONTEXT_UNAVAILABLE",
        EnforcementViolation::Mode(_) => "MODE_MISREPORTED",
        EnforcementViolation::RefusalAuthority(_) => "REFUSAL_CLAIMS_AUTHORITY",
    }
}

/// The words of the refusal that leaves in the place of what broke the rule.
#[must_use]
pub const fn refusal_text(violation: &EnforcementViolation) -> &'static str {
    match violation {
        EnforcementViolation::Authority(_) => {
            "I can't give this answer: it claims another authority than its sources give it."
        }
        EnforcementViolation::ContextUnavailable(_) => {
            "I can't answer this truthfully: context that the answer requires is not available."
        }
        EnforcementViolation::Mode(_) => {
            "I can't give this answer: the mode that it reports is not the mode the system is in."
        }
        EnforcementViolation::RefusalAuthority(_) => {
            "I decline to answer. The refusal that was drafted claimed an authority, and a refusal has none."
        }
    }
}

/// Whether the same request, sent again, may be answered.
#[must_use]
pub const fn may_retry(violation: &EnforcementViolation) -> bool {
    match violation {
        EnforcementViolation::ContextUnavailable(_) | EnforcementViolation::Mode(_) => true,
        EnforcementViolation::Authority(_) | EnforcementViolation::RefusalAuthority(_) => false,
    }
}
