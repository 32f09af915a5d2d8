use speech_exit::{Either, SpokenStream};

fn send(spoken: SpokenStream) -> Either {
    Either::Stream(spoken)
}

fn main() {}
