//! A source has no way in but the recorder.

use speech_exit::Sourced;

fn length(document: &Sourced<String>) -> usize {
    document.len()
}

fn main() {}
