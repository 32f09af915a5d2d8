use axum::response::{IntoResponse, Response};
use speech_exit::SpokenStream;

fn send(spoken: SpokenStream) -> Response {
    spoken.into_response()
}

fn main() {}
