use speech_exit::{Envelope, Heading, Name};

fn envelope(id: Name, model: Name) -> Envelope {
    Envelope::Chat(Heading { id, created: 0, model, conversation: None, previous: None, begins: false })
}

fn main() {}
