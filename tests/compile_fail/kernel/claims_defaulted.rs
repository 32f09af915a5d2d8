//! A response makes each claim itself.

use speech_kernel::{Response, ResponseKind};

fn response() -> Response {
    Response {
        kind: ResponseKind::Answer,
        ..Default::default()
    }
}

fn main() {}
