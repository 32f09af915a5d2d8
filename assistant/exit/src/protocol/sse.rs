//! Server-sent events.

use serde::Serialize;

/// An event without a name.
pub(super) fn data(out: &mut Vec<u8>, body: &impl Serialize) {
    framed(out, "data: ", body);
}

/// An event with a name.
pub(super) fn event(out: &mut Vec<u8>, name: &str, body: &impl Serialize) {
    framed(out, &format!("event: {name}\ndata: "), body);
}

/// JSON has no line breaks outside its strings and none unescaped in them, so one line holds it.
fn framed(out: &mut Vec<u8>, head: &str, body: &impl Serialize) {
    let start = out.len();
    out.extend_from_slice(head.as_bytes());
    match serde_json::to_writer(&mut *out, body) {
        Ok(()) => out.extend_from_slice(b"\n\n"),
        Err(_) => out.truncate(start),
    }
}
