use speech_exit::Spoken;

struct Exchange;

fn claim(spoken: Spoken, exchange: Exchange) -> Spoken {
    spoken.remembering(exchange)
}

fn main() {}
