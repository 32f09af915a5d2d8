//! Asks a question as anybody asks it: what comes back has left through the exit, and its receipt is kept.

use axum::body::{Body, to_bytes};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::Server;

const PATH: &str = "/v1/responses";
const RECEIPT: &str = "x-speech-receipt";
/// The largest answer that is kept, in bytes.
const ANSWER_MAX_BYTES: usize = 1 << 20;

/// What came of a question.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Answered {
    /// The answer or the refusal, as it left, and its receipt.
    Said { text: String, receipt_id: Option<String> },
    /// It may be asked again.
    NotNow,
    /// It cannot be answered, for the reason of that code.
    Never(&'static str),
}

pub(super) async fn ask(server: &Server, question: &str) -> Answered {
    let body = json!({ "model": "assistant", "input": question, "store": false });
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header(HOST, "localhost")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()));
    let Ok(request) = request else { return Answered::Never("QUESTION_UNSENT") };
    let Ok(response) = server.clone().oneshot(request).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let Ok(bytes) = to_bytes(response.into_body(), ANSWER_MAX_BYTES).await else {
        return Answered::NotNow;
    };
    answered(status, &headers, &bytes)
}

fn answered(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> Answered {
    if status.is_server_error() {
        return Answered::NotNow;
    }
    if !status.is_success() {
        return Answered::Never("QUESTION_REFUSED");
    }
    let text = serde_json::from_slice::<Value>(bytes).ok().and_then(|body| words(&body));
    let receipt = headers.get(RECEIPT).and_then(|value| value.to_str().ok());
    match text {
        Some(text) => Answered::Said { text, receipt_id: receipt.map(str::to_owned) },
        None => Answered::Never("ANSWER_WITHOUT_WORDS"),
    }
}

/// The words of a response, or those of its refusal.
fn words(body: &Value) -> Option<String> {
    let parts = body.get("output")?.as_array()?.iter().filter_map(|item| item.get("content"));
    let parts = parts.filter_map(Value::as_array).flatten();
    let words = parts.filter_map(|part| part.get("text").or_else(|| part.get("refusal")));
    // Not every database has a place for a zero character.
    let text = words.filter_map(Value::as_str).collect::<String>().replace('\0', " ");
    Some(text).filter(|text| !text.trim().is_empty())
}
