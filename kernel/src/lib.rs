#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

mod response;
mod rules;
mod trace;
mod violation;
#[cfg(feature = "serde")]
mod wire;

pub use response::{Authority, Response, ResponseKind, SystemMode};
pub use trace::{ContextTrace, LabelError, Source};
pub use violation::{
    AuthorityViolation, ContextUnavailable, EnforcementViolation, ModeViolation,
    RefusalAuthorityViolation,
};

/// Decides whether `response` may be spoken truthfully, given what `trace` recorded.
///
/// The order in which rules are tried is the order of the arms below: a refusal is held to rule 4 and
/// rule 3, an answer to rule 1, rule 2 and rule 3. Rules 1 and 2 do not apply to refusals.
///
/// # Errors
///
/// The first rule that does not hold, with what was claimed and what the trace gives.
///
/// Source of the rules: `contracts/speech/rules.json`.
pub const fn enforce(
    response: &Response,
    trace: &ContextTrace<'_>,
) -> Result<(), EnforcementViolation> {
    match response.kind {
        ResponseKind::Refusal => {
            if let Err(broken) = rules::refusal_integrity(response.authority) {
                return Err(EnforcementViolation::RefusalAuthority(broken));
            }
        }
        ResponseKind::Answer => {
            let derived = trace::derived_authority(trace.sources);
            if let Err(broken) = rules::authority_consistency(response.authority, derived) {
                return Err(EnforcementViolation::Authority(broken));
            }
            if let Err(broken) = rules::required_context(trace.required_but_missing) {
                return Err(EnforcementViolation::ContextUnavailable(broken));
            }
        }
    }
    match rules::mode_honesty(response.system_mode, trace.system_mode) {
        Ok(()) => Ok(()),
        Err(broken) => Err(EnforcementViolation::Mode(broken)),
    }
}
