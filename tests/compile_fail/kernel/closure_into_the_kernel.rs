//! No decision of the caller gets into the kernel as a closure.

use speech_kernel::{Response, Source, SystemMode, enforce};

fn spoken(response: &Response) -> bool {
    enforce(response, || (&[] as &[Source], 0, SystemMode::Full)).is_ok()
}

fn main() {}
