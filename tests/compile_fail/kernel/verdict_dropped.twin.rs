#![deny(unused_must_use)]

use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    let verdict = enforce(response, trace);
    verdict.is_ok()
}

fn main() {}
