//! The envelope of a refusal has room for names and none for an answer.

use speech_exit::Envelope;

fn envelope(composed: String) -> Envelope {
    Envelope::Chat { id: composed, created: 0, model: composed, conversation: None }
}

fn main() {}
