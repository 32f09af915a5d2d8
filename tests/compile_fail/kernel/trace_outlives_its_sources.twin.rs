use speech_kernel::{ContextTrace, Source, SystemMode};

fn trace(sources: &[Source]) -> ContextTrace<'_> {
    ContextTrace {
        sources,
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    }
}

fn main() {}
