//! Violations are closed: whoever tells them apart tells all of them apart.

use speech_kernel::{EnforcementViolation};

fn words(violation: &EnforcementViolation) -> &'static str {
    match violation {
        EnforcementViolation::Authority(_) => "authority",
        EnforcementViolation::ContextUnavailable(_) => "context",
        EnforcementViolation::Mode(_) => "mode",
    }
}

fn main() {}
