//! `GET /v1/models`: what may be named as the model.

use axum::response::Response;
use http::StatusCode;

/// The model that is listed. Any name is taken: the responder is the same.
const MODEL: &str = "assistant-embedded";

#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Models {
    object: &'static str,
    data: [Model; 1],
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Model {
    id: &'static str,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
}

/// Lists the one model there is.
#[utoipa::path(get, path = "/v1/models", responses((status = 200, body = Models)))]
pub async fn list() -> Response {
    let model = Model { id: MODEL, object: "model", created: 0, owned_by: "assistant" };
    super::json(StatusCode::OK, &Models { object: "list", data: [model] })
}
