//! What is spoken leaves through the guard, not through its caller.

use axum::body::Body;
use speech_exit::Spoken;

fn send(spoken: Spoken) -> Body {
    Body::from(spoken.0.body)
}

fn main() {}
