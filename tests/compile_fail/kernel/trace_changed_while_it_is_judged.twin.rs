use speech_kernel::{ContextTrace, Response, Source, SystemMode, enforce};

fn spoken(response: &Response, mut sources: Vec<Source>) -> bool {
    sources.clear();
    let trace = ContextTrace {
        sources: &sources,
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    };
    enforce(response, &trace).is_ok()
}

fn main() {}
