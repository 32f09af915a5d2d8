//! Server-sent events.

use serde::Serialize;

/// Room for an event with few words, so that writing one does not grow what it is written to step by step.
const EVENT_BYTES: usize = 256;

/// An event without a name.
pub(super) fn data(out: &mut Vec<u8>, body: &impl Serialize) {
    framed(out, &["data: "], body);
}

/// An event with a name.
pub(super) fn event(out: &mut Vec<u8>, name: &str, body: &impl Serialize) {
    framed(out, &["event: ", name, "\ndata: "], body);
}

/// JSON has no line breaks outside its strings and none unescaped in them, so one line holds it.
fn framed(out: &mut Vec<u8>, head: &[&str], body: &impl Serialize) {
    out.reserve(EVENT_BYTES);
    let start = out.len();
    for part in head {
        out.extend_from_slice(part.as_bytes());
    }
    match serde_json::to_writer(&mut *out, body) {
        Ok(()) => out.extend_from_slice(b"\n\n"),
        Err(_) => out.truncate(start),
    }
}

/// An event of which all but one string was written before.
pub(super) fn around(out: &mut Vec<u8>, before: &[u8], text: &str, after: &[u8]) {
    let start = out.len();
    // Two quotes, and some room for what has to be escaped.
    out.reserve(before.len() + text.len() + text.len() / 8 + after.len() + 2);
    out.extend_from_slice(before);
    match serde_json::to_writer(&mut *out, text) {
        Ok(()) => out.extend_from_slice(after),
        Err(_) => out.truncate(start),
    }
}
