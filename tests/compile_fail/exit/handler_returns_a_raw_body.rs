//! A handler that speaks returns what was judged.

use axum::Router;
use axum::routing::post;
use speech_exit::speaks;

async fn handler() -> String {
    "so it is".to_owned()
}

fn router() -> Router {
    Router::new().route("/", post(speaks(handler)))
}

fn main() {}
