//! A response always reports a mode.

use speech_kernel::{Authority, Response, ResponseKind};

fn response() -> Response {
    Response {
        kind: ResponseKind::Answer,
        authority: Authority::System,
    }
}

fn main() {}
