//! `GET /api/artifacts/{id}`: what a run made, said again. It is assistant text, so it leaves with a verdict of its own.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::StatusCode;
use mutation_gate::Id;
use serde_json::json;
use speech_exit::{
    Claims, Draft, Envelope, Label, Notice, Recorder, Refused, Sourced, Spoken, speak,
};
use speech_kernel::Authority;

use super::store_unavailable;
use crate::app::App;

/// An artifact, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
pub(crate) struct ArtifactAnswer {
    text: String,
    provenance: serde_json::Value,
}

/// Says what is in an artifact, with the claim that it is remembered.
#[utoipa::path(
    get,
    path = "/api/artifacts/{id}",
    params(("id" = String, Path, description = "the artifact's id")),
    responses(
        (status = 200, body = ArtifactAnswer),
        (status = 404, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn read(
    State(app): State<App>,
    id: Result<Path<String>, PathRejection>,
    mut recorder: Recorder,
) -> Result<Spoken, Refused> {
    let Path(id) = id.map_err(|_| not_found())?;
    let id = Id::parse(&id).ok_or_else(not_found)?;
    let found = app.store().artifact(id.as_str()).await;
    let found = found.map_err(|error| Refused::Unavailable(store_unavailable(&error)))?;
    let kept = found.ok_or_else(not_found)?;
    let claims = Claims { authority: Authority::Memory, system_mode: app.store().board().mode() };
    let sourced = Sourced::new(Label::memory(), Some(kept.id), kept.content);
    let text = recorder.admit(sourced.ok_or_else(not_found)?);
    speak(Draft::answer(Envelope::Plain, &json!({ "text": text }), claims), recorder.seal())
}

fn not_found() -> Refused {
    let words = "expected the id of an artifact";
    Refused::Malformed(Notice::new(StatusCode::NOT_FOUND, "NOT_FOUND", words))
}
