use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    enforce(response, trace).is_ok()
}

fn main() {}
