use speech_exit::{Recorder, SealedTrace};

fn seal(recorder: Recorder) -> SealedTrace {
    recorder.seal()
}

fn main() {}
