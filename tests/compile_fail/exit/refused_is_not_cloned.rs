//! One refusal leaves once.

use speech_exit::Refused;

fn twice(refused: Refused) -> (Refused, Refused) {
    (refused.clone(), refused)
}

fn main() {}
