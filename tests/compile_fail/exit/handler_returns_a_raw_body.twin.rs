use axum::Router;
use axum::routing::post;
use speech_exit::{Recorder, Refused, Spoken, speaks};

async fn handler(_recorder: Recorder) -> Result<Spoken, Refused> {
    loop {
        std::future::pending::<()>().await;
    }
}

fn router() -> Router {
    Router::new().route("/", post(speaks(handler)))
}

fn main() {}
