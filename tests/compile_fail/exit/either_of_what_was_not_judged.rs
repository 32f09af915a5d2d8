//! A response that is whole or streamed was judged either way.

use axum::body::Body;
use speech_exit::Either;

fn send(body: Body) -> Either {
    Either::Stream(body)
}

fn main() {}
