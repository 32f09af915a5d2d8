//! A verdict does not turn into a bool by conversion.

use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    enforce(response, trace).into()
}

fn main() {}
