//! A recorder is used up by its seal.

use speech_exit::{Recorder, SealedTrace};

fn seals(recorder: Recorder) -> [SealedTrace; 2] {
    [recorder.seal(), recorder.seal()]
}

fn main() {}
