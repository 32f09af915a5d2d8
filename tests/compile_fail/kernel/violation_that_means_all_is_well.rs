//! A violation has no value that means that nothing is wrong.

use speech_kernel::{ContextTrace, EnforcementViolation, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    enforce(response, trace) == Err(EnforcementViolation::Nothing)
}

fn main() {}
