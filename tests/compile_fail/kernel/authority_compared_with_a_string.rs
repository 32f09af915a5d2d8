//! An authority is no string that could be misspelt.

use speech_kernel::{Response};

fn from_a_tool(response: &Response) -> bool {
    response.authority == "tool"
}

fn main() {}
