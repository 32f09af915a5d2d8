//! One verdict lets one response out.

use speech_exit::Spoken;

fn twice(spoken: Spoken) -> (Spoken, Spoken) {
    (spoken.clone(), spoken)
}

fn main() {}
