use axum::Router;
use axum::routing::post;
use speech_exit::{
    Envelope, Recorder, Refused, Segment, Segments, SpokenStream, speak_stream, speaks,
};

struct Nothing;

impl Segments for Nothing {
    async fn next(&mut self, _recorder: Recorder) -> Option<Segment> {
        None
    }
}

async fn handler(recorder: Recorder) -> Result<SpokenStream, Refused> {
    speak_stream(Envelope::Plain, Nothing, recorder).await
}

fn router() -> Router {
    Router::new().route("/", post(speaks(handler)))
}

fn main() {}
