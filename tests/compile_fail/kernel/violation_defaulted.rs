//! There is no violation to start from: only the kernel finds one.

use speech_kernel::{EnforcementViolation};

fn violation() -> EnforcementViolation {
    EnforcementViolation::default()
}

fn main() {}
