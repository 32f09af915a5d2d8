use speech_kernel::{Authority, Response};

fn right(response: &Response) -> bool {
    response.authority == Authority::Tool
}

fn main() {}
