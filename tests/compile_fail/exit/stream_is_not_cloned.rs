//! A verdict on a stream lets it out once.

use speech_exit::SpokenStream;

fn twice(spoken: SpokenStream) -> (SpokenStream, SpokenStream) {
    (spoken.clone(), spoken)
}

fn main() {}
