//! `POST /v1/enforce`: the verdict for backends in other languages. The trace is the caller's word.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use sha2::{Digest, Sha256};
use speech_exit::DENIED_STATUS;
use speech_exit::door::{self, CASE_MAX_BYTES, Outcome};
use speech_exit::strict::Fault;

use super::body::{JSON, expect_type, read};
use crate::app::App;
use crate::store::hex;

/// What stands in the answer beside the outcome: an allow is bound to the bytes that it allows.
#[derive(serde::Serialize)]
struct Verdict<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_sha256: Option<String>,
}

/// A verdict, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "it stands for the shape of `Verdict`, whose outcome is the exit's type"
)]
pub(crate) struct VerdictShape {
    /// `allow`, `deny` or `malformed`.
    outcome: String,
    /// The violation or the fault.
    code: Option<String>,
    /// The place of the fault.
    pointer: Option<String>,
    /// What was expected.
    message: Option<String>,
    /// The digest of the body that was allowed.
    request_sha256: Option<String>,
}

/// A verdict, or why the request was not looked at.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands for the two shapes that share a status")]
pub(crate) enum VerdictOrError {
    /// The case was decided.
    Verdict(VerdictShape),
    /// The request came from where it may not.
    Error(super::ErrorAnswer),
}

/// Decides one case. Only 200 is an allow.
#[utoipa::path(
    post,
    path = "/v1/enforce",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "allow", body = VerdictShape),
        (status = 403, description = "deny", body = VerdictOrError),
        (status = 413, description = "malformed: too large", body = VerdictShape),
        (status = 415, body = super::ErrorAnswer),
        (status = 422, description = "malformed", body = VerdictShape),
    )
)]
pub async fn decide(State(app): State<App>, request: Request) -> Response {
    if let Err(notice) = expect_type(request.headers(), &[JSON]) {
        return notice.into_response();
    }
    let (outcome, digest) = match read(request, CASE_MAX_BYTES, &app).await {
        Ok(Some(bytes)) => (door::decide(&bytes), Some(hex(&Sha256::digest(&bytes)))),
        Ok(None) => (Fault::too_large(CASE_MAX_BYTES).into(), None),
        Err(notice) => return notice.into_response(),
    };
    let (status, request_sha256) = match &outcome {
        Outcome::Allow => (StatusCode::OK, digest),
        Outcome::Deny { .. } => (DENIED_STATUS, None),
        Outcome::Malformed { code, .. } => (code.status(), None),
    };
    super::json(status, &Verdict { outcome: &outcome, request_sha256 })
}
