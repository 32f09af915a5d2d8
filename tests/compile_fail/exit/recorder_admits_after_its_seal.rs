//! Nothing is admitted once the trace is sealed.

use speech_exit::{Recorder, SealedTrace, Sourced};

fn late(mut recorder: Recorder, document: Sourced<String>) -> (SealedTrace, String) {
    let sealed = recorder.seal();
    (sealed, recorder.admit(document))
}

fn main() {}
