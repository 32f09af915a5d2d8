use speech_exit::Recorder;

async fn handler(recorder: Recorder) -> Recorder {
    recorder
}

fn main() {}
