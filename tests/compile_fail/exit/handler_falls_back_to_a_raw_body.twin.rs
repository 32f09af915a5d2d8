use axum::Router;
use axum::routing::post;
use speech_exit::{Recorder, Refused, Spoken, speaks};

async fn judged(_recorder: Recorder) -> Result<Spoken, Refused> {
    std::future::pending().await
}

async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
    judged(recorder).await
}

fn router() -> Router {
    Router::new().route("/", post(speaks(handler)))
}

fn main() {}
