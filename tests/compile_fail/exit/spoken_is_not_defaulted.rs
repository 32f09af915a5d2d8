//! There is no response that is fit to be spoken by default.

use speech_exit::{Refused, Spoken};

fn say(judged: Result<Spoken, Refused>) -> Spoken {
    judged.unwrap_or_else(|_| Spoken::default())
}

fn main() {}
