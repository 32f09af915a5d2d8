use axum::http::StatusCode;
use speech_exit::Notice;

fn notice() -> Notice {
    Notice::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such document")
}

fn main() {}
