//! A trace cannot be kept when its sources are gone.

use speech_kernel::{ContextTrace, Source, SystemMode};

fn trace() -> ContextTrace<'static> {
    let sources = vec![Source::Tool];
    ContextTrace {
        sources: &sources,
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    }
}

fn main() {}
