//! A trace says what it recorded, even when that is nothing.

use speech_kernel::{ContextTrace, SystemMode};

fn trace() -> ContextTrace<'static> {
    ContextTrace {
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    }
}

fn main() {}
