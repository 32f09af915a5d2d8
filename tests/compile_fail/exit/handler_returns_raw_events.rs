//! Events of a handler's own are judged by nobody.

use axum::body::BodyDataStream;
use axum::response::Sse;
use speech_exit::{Recorder, Refused, speaks};

async fn handler(
    _recorder: Recorder,
    events: Sse<BodyDataStream>,
) -> Result<Sse<BodyDataStream>, Refused> {
    Ok(events)
}

fn main() {
    let _ = speaks(handler);
}
