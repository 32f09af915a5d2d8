use speech_exit::{Draft, Refused, SealedTrace, Spoken, speak};

fn say(drafts: [Draft; 2], one: SealedTrace, two: SealedTrace) -> [Result<Spoken, Refused>; 2] {
    let [first, second] = drafts;
    [speak(first, one), speak(second, two)]
}

fn main() {}
