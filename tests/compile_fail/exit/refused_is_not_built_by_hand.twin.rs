use speech_exit::{Draft, Refused, SealedTrace, speak};

fn refuse(draft: Draft, sealed: SealedTrace) -> Option<Refused> {
    speak(draft, sealed).err()
}

fn main() {}
