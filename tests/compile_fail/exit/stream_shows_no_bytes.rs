//! A stream leaves through the guard, not through its caller.

use axum::body::Body;
use speech_exit::SpokenStream;

fn send(spoken: SpokenStream) -> Body {
    Body::from_stream(spoken.outgoing)
}

fn main() {}
