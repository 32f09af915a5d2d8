use speech_exit::{Refused, Spoken};

fn say(judged: Result<Spoken, Refused>) -> Result<Spoken, Refused> {
    judged
}

fn main() {}
