//! `POST /v1/chat/completions`.

mod fields;
mod request;
mod shape;

use axum::Extension;
use axum::extract::State;
use speech_exit::{Either, Notice, Recorder, Refused};

use super::body::JsonBody;
use super::exchange::{self, Protocol, REQUEST_MAX_BYTES};
use crate::app::App;
use crate::web::Slot;

/// Answers the last message of a chat.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    request_body(content = request::RequestShape, content_type = "application/json"),
    responses(
        (status = 200, description = "an answer or a refusal; provenance says which. With `stream`, its chunks as \
            server-sent events", body = shape::ChatAnswer,
            headers(
                ("x-speech-authority" = String, description = "the authority that it claims"),
                ("x-speech-mode" = String, description = "the mode that it reports"),
                ("x-speech-receipt" = String, description = "the id of what is kept about it"),
                ("x-speech-code" = Option<String>, description = "the rule that a denied answer would have broken"),
                ("x-should-retry" = Option<String>, description = "false where the same request would be denied again"),
            )),
        (status = 413, body = super::ErrorAnswer),
        (status = 415, body = super::ErrorAnswer),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn create(
    State(app): State<App>,
    Extension(slot): Extension<Slot>,
    recorder: Recorder,
    body: Result<JsonBody<REQUEST_MAX_BYTES>, Notice>,
) -> Result<Either, Refused> {
    let JsonBody(body) = body.map_err(Refused::Malformed)?;
    let request = request::parse(&body).map_err(Refused::Malformed)?;
    exchange::answer(&app, slot, recorder, request, Protocol::Chat).await
}
