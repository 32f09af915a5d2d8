//! A verdict is no bool: it says why not, and has to be read.

use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    if enforce(response, trace) { true } else { false }
}

fn main() {}
