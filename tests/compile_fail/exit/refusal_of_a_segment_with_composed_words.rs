//! A refusal in mid-stream has words that were fixed at compile time.

use speech_exit::{SealedTrace, Segment};

fn refuse(sealed: SealedTrace, composed: &str) -> Segment {
    Segment::refusal(sealed, composed)
}

fn main() {}
