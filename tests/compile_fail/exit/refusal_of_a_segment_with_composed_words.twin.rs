use speech_exit::{SealedTrace, Segment};

fn refuse(sealed: SealedTrace) -> Segment {
    Segment::refusal(sealed, "I leave it at that.")
}

fn main() {}
