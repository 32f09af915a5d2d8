use speech_exit::Refused;

fn once(refused: Refused) -> Refused {
    refused
}

fn main() {}
