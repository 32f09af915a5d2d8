//! `GET /openapi.json`: the description of the interface.

use axum::response::Response;
use http::StatusCode;
use utoipa::OpenApi;

/// Every route, from what stands at its handler.
#[derive(OpenApi)]
#[openapi(
    info(title = "assistant", description = "Every answer leaves through the exit"),
    paths(
        super::chat::create,
        super::models::list,
        super::library::create,
        super::library::list,
        super::library::read,
        super::library::remove,
        super::enforce::decide,
        super::status::read,
        super::health::read,
        read,
    )
)]
struct Description;

/// The description of the interface.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Gives the description of the interface.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, body = serde_json::Value)))]
pub async fn read() -> Response {
    super::json(StatusCode::OK, &description())
}
