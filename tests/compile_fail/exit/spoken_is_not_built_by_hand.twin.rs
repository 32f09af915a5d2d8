use speech_exit::{Draft, Refused, SealedTrace, Spoken, speak};

fn say(draft: Draft, sealed: SealedTrace) -> Result<Spoken, Refused> {
    speak(draft, sealed)
}

fn main() {}
