//! `GET /healthz`: whether the process answers.

use axum::response::Response;
use http::StatusCode;

#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Alive {
    status: &'static str,
}

/// Says that the process answers, and nothing about its parts: those stand in `/status`.
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = Alive)))]
pub async fn read() -> Response {
    super::json(StatusCode::OK, &Alive { status: "ok" })
}
