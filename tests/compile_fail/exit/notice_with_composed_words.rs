//! An error has words that were fixed at compile time.

use axum::http::StatusCode;
use speech_exit::Notice;

fn notice(composed: &str) -> Notice {
    Notice::new(StatusCode::NOT_FOUND, "NOT_FOUND", composed)
}

fn main() {}
