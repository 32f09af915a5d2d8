//! A draft is used up by its verdict.

use speech_exit::{Draft, Refused, SealedTrace, Spoken, speak};

fn say(draft: Draft, one: SealedTrace, two: SealedTrace) -> [Result<Spoken, Refused>; 2] {
    [speak(draft, one), speak(draft, two)]
}

fn main() {}
