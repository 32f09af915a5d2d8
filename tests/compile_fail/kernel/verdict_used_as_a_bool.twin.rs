use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    if enforce(response, trace).is_ok() { true } else { false }
}

fn main() {}
