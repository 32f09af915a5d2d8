use speech_kernel::{ContextTrace, Response, SystemMode, enforce};

fn spoken(response: &Response) -> bool {
    let trace = ContextTrace {
        sources: &[],
        required_but_missing: 0,
        system_mode: SystemMode::Full,
    };
    enforce(response, &trace).is_ok()
}

fn main() {}
