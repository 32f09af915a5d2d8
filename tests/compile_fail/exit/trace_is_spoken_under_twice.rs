//! A trace licenses one response.

use speech_exit::{Draft, Refused, SealedTrace, Spoken, speak};

fn say(one: Draft, two: Draft, sealed: SealedTrace) -> [Result<Spoken, Refused>; 2] {
    [speak(one, sealed), speak(two, sealed)]
}

fn main() {}
