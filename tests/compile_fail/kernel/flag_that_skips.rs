//! The kernel takes no switch.

use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    enforce(response, trace, false).is_ok()
}

fn main() {}
