//! A refusal has no body of its own.

use serde_json::Value;
use speech_exit::{Draft, Envelope};

fn draft(body: &Value) -> Draft {
    Draft::refusal(Envelope::Plain, body)
}

fn main() {}
