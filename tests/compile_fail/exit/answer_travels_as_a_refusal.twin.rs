use speech_exit::{Draft, Envelope};

fn draft() -> Draft {
    Draft::refusal(Envelope::Plain, "I have no document on that.")
}

fn main() {}
