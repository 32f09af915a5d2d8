use speech_exit::Spoken;

fn once(spoken: Spoken) -> Spoken {
    spoken
}

fn main() {}
