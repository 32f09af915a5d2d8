use speech_exit::{Refused, Spoken};

struct Mine(Result<Spoken, Refused>);

fn main() {}
