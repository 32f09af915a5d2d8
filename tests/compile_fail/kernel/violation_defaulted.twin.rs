use speech_kernel::{EnforcementViolation, ModeViolation, SystemMode};

fn violation() -> EnforcementViolation {
    EnforcementViolation::Mode(ModeViolation {
        claimed: SystemMode::Full,
        actual: SystemMode::Minimal,
    })
}

fn main() {}
