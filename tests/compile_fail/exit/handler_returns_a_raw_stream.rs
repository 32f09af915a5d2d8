//! A stream is judged segment by segment, so a bare one does not leave.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use speech_exit::speaks;

async fn handler(body: Body) -> Body {
    Body::from_stream(body.into_data_stream())
}

fn router() -> Router {
    Router::new().route("/", post(speaks(handler)))
}

fn main() {}
