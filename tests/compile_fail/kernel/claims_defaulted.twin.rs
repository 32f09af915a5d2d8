use speech_kernel::{Authority, Response, ResponseKind, SystemMode};

fn response() -> Response {
    Response {
        kind: ResponseKind::Answer,
        authority: Authority::System,
        system_mode: SystemMode::Full,
    }
}

fn main() {}
