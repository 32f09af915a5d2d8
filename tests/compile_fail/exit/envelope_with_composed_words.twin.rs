use speech_exit::{Envelope, Name};

fn envelope(id: Name, model: Name) -> Envelope {
    Envelope::Chat { id, created: 0, model, conversation: None }
}

fn main() {}
