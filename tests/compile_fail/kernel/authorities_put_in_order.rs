//! Authorities are equal or not: none is high enough for another.

use speech_kernel::{Authority, Response};

fn high_enough(response: &Response) -> bool {
    response.authority <= Authority::Tool
}

fn main() {}
