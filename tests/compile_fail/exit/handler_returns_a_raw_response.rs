//! A response of any other make was not judged.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use speech_exit::speaks;

async fn handler() -> Response {
    "so it is".into_response()
}

fn router() -> Router {
    Router::new().route("/", post(speaks(handler)))
}

fn main() {}
