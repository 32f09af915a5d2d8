use speech_exit::strict::{At, Fault};

fn check(at: &At<'_>) -> Result<(), Fault> {
    at.closed(&["title", "text"]).map(drop)
}

fn main() {}
