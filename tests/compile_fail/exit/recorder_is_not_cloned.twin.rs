use speech_exit::Recorder;

fn one(recorder: Recorder) -> [Recorder; 1] {
    [recorder]
}

fn main() {}
