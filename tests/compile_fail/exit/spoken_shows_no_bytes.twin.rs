use axum::response::{IntoResponse, Response};
use speech_exit::Spoken;

fn send(spoken: Spoken) -> Response {
    spoken.into_response()
}

fn main() {}
