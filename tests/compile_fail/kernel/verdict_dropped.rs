//! A verdict that nobody reads decides nothing.

#![deny(unused_must_use)]

use speech_kernel::{ContextTrace, Response, enforce};

fn spoken(response: &Response, trace: &ContextTrace<'_>) -> bool {
    enforce(response, trace);
    true
}

fn main() {}
