use speech_exit::SpokenStream;

fn once(spoken: SpokenStream) -> (SpokenStream,) {
    (spoken,)
}

fn main() {}
