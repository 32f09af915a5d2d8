//! Composed words are no refusal.

use speech_exit::{Draft, Envelope};

fn draft(composed: String) -> Draft {
    Draft::refusal(Envelope::Plain, &composed)
}

fn main() {}
