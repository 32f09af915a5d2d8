//! No policy of the caller gets into the kernel as a trait object.

use speech_kernel::{ContextTrace, Response, enforce};

trait Policy {
    fn lenient(&self) -> bool;
}

fn spoken(response: &Response, trace: &ContextTrace<'_>, policy: &dyn Policy) -> bool {
    enforce(response, policy).is_ok()
}

fn main() {}
