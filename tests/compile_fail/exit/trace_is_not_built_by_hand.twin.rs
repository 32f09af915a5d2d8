use speech_exit::{Recorder, SealedTrace};

fn trace(recorder: Recorder) -> SealedTrace {
    recorder.seal()
}

fn main() {}
