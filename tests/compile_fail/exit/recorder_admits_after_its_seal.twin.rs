use speech_exit::{Recorder, SealedTrace, Sourced};

fn early(mut recorder: Recorder, document: Sourced<String>) -> (SealedTrace, String) {
    let text = recorder.admit(document);
    (recorder.seal(), text)
}

fn main() {}
