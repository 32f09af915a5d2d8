//! A denial comes from a rule that does not hold.

use speech_exit::{Denied, Refused};
use speech_kernel::EnforcementViolation;

fn refuse(violation: EnforcementViolation) -> Refused {
    Refused::Denied(Denied { violation })
}

fn main() {}
