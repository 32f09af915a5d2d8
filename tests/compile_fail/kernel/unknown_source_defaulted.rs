//! A label that is not known does not fall back to any source.

use speech_kernel::{Source};

fn source(label: &str) -> Source {
    Source::parse(label).unwrap_or_else(|_| Source::default())
}

fn main() {}
