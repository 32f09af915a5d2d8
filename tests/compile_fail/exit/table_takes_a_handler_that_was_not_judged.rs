//! A row of the table speaks with a verdict or is declared silent.

use axum::http::Method;
use speech_exit::{Effect, Routes};

async fn handler() -> &'static str {
    "so it is"
}

fn table() -> Routes<()> {
    Routes::new().speaks(Method::GET, "/", Effect::Reads("a page"), handler)
}

fn main() {}
