//! The envelope of a refusal has room for names and none for an answer.

use speech_exit::{Envelope, Heading};

fn envelope(composed: String) -> Envelope {
    Envelope::Chat(Heading { id: composed, created: 0, model: composed, conversation: None, previous: None, begins: false })
}

fn main() {}
