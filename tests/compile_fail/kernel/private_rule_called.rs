//! One rule alone is no verdict.

use speech_kernel::{ContextTrace, Response};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    speech_kernel::rules::mode_honesty(response.system_mode, trace.system_mode).is_ok()
}

fn main() {}
