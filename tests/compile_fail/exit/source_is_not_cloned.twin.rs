use speech_exit::Sourced;

fn one(document: Sourced<String>) -> [Sourced<String>; 1] {
    [document]
}

fn main() {}
