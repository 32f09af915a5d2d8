//! The four rules, each a leaf: no loop, no call, no state.

use crate::response::{Authority, SystemMode};
use crate::violation::{
    AuthorityViolation, ContextUnavailable, ModeViolation, RefusalAuthorityViolation,
};

/// Rule 1: an answer claims exactly the authority that its sources give.
pub(crate) const fn authority_consistency(
    claimed: Authority,
    required: Authority,
) -> Result<(), AuthorityViolation> {
    if claimed as u8 == required as u8 {
        Ok(())
    } else {
        Err(AuthorityViolation { claimed, required })
    }
}

/// Rule 2: an answer lacks nothing that it was required to have.
pub(crate) const fn required_context(missing: usize) -> Result<(), ContextUnavailable> {
    if missing == 0 { Ok(()) } else { Err(ContextUnavailable { missing }) }
}

/// Rule 3: every response reports the mode that the system is in.
pub(crate) const fn mode_honesty(
    claimed: SystemMode,
    actual: SystemMode,
) -> Result<(), ModeViolation> {
    if claimed as u8 == actual as u8 { Ok(()) } else { Err(ModeViolation { claimed, actual }) }
}

/// Rule 4: a refusal claims no authority.
pub(crate) const fn refusal_integrity(claimed: Authority) -> Result<(), RefusalAuthorityViolation> {
    if matches!(claimed, Authority::None) {
        Ok(())
    } else {
        Err(RefusalAuthorityViolation { claimed })
    }
}
