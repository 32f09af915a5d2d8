use speech_kernel::{Authority, Response};

fn from_a_tool(response: &Response) -> bool {
    response.authority == Authority::Tool
}

fn main() {}
