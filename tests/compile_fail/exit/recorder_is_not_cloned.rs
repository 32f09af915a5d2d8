//! One request has one recorder.

use speech_exit::Recorder;

fn two(recorder: Recorder) -> [Recorder; 2] {
    [recorder.clone(), recorder]
}

fn main() {}
