//! A source comes from a label that was parsed.

use speech_kernel::{Source};

fn source() -> Source {
    "system".into()
}

fn main() {}
