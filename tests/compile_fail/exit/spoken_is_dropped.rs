//! A verdict that nobody returns is a mistake.

#![deny(unused_must_use)]

use speech_exit::{Draft, Refused, SealedTrace, Spoken, speak};

fn say(draft: Draft, sealed: SealedTrace) {
    speak(draft, sealed);
}

fn main() {}
