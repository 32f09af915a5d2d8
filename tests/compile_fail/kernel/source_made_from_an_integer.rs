//! A kind of source is not made from its bit.

use speech_kernel::{Source};

fn source(bit: u8) -> Source {
    bit as Source
}

fn main() {}
