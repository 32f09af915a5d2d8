use speech_kernel::{ContextTrace, SystemMode};

fn trace() -> ContextTrace<'static> {
    ContextTrace {
        sources: &[],
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    }
}

fn main() {}
