//! Sources stay as they are while a trace of them is judged.

use speech_kernel::{ContextTrace, Response, Source, SystemMode, enforce};

fn spoken(response: &Response, mut sources: Vec<Source>) -> bool {
    let trace = ContextTrace {
        sources: &sources,
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    };
    sources.clear();
    enforce(response, &trace).is_ok()
}

fn main() {}
