//! The fields that an input may have are known at compile time.

use speech_exit::strict::{At, Fault};

fn check(at: &At<'_>, composed: &str) -> Result<(), Fault> {
    at.closed(&[composed]).map(drop)
}

fn main() {}
