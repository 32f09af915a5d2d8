//! A recorder comes from the guard, one for each request.

use speech_exit::Recorder;

async fn handler() -> Recorder {
    Recorder::default()
}

fn main() {}
