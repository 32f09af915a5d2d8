use axum::http::Method;
use speech_exit::{Effect, Routes};

async fn handler() -> &'static str {
    "up"
}

fn table() -> Routes<()> {
    Routes::new().silent(Method::GET, "/", "one fixed word", Effect::Reads("a page"), handler)
}

fn main() {}
