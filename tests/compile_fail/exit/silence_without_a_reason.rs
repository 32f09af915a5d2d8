//! A route is silent for a reason.

use axum::http::Method;
use speech_exit::{Effect, Routes};

async fn handler() -> &'static str {
    "up"
}

fn table() -> Routes<()> {
    Routes::new().silent(Method::GET, "/", Effect::Reads("a page"), handler)
}

fn main() {}
