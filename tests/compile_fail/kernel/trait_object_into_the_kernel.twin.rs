use speech_kernel::{ContextTrace, Response, enforce};

trait Policy {
    fn lenient(&self) -> bool;
}

fn spoken(response: &Response, trace: &ContextTrace<'_>, _policy: &dyn Policy) -> bool {
    enforce(response, trace).is_ok()
}

fn main() {}
