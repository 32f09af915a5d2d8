//! A verdict does not come from a file.

use speech_exit::Spoken;

fn say(kept: &str) -> Option<Spoken> {
    serde_json::from_str(kept).ok()
}

fn main() {}
