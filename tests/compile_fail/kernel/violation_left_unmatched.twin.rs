use speech_kernel::{EnforcementViolation};

fn words(violation: &EnforcementViolation) -> &'static str {
    match violation {
        EnforcementViolation::Authority(_) => "authority",
        EnforcementViolation::ContextUnavailable(_) => "context",
        EnforcementViolation::Mode(_) => "mode",
        EnforcementViolation::RefusalAuthority(_) => "refusal",
    }
}

fn main() {}
