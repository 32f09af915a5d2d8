use serde_json::Value;
use speech_exit::{Claims, Draft, Envelope};

fn draft(body: &Value, claims: Claims) -> Draft {
    Draft::answer(Envelope::Plain, body, claims)
}

fn main() {}
