//! The routes' handlers: they read a request, ask, and write what came of it.

pub mod artifacts;
pub mod body;
pub mod chat;
pub mod enforce;
mod exchange;
pub mod gated;
pub mod governance;
pub mod health;
pub mod library;
pub mod lists;
pub mod metrics;
pub mod models;
pub mod openapi;
mod provenance;
mod query;
pub mod receipts;
pub mod responses;
pub mod status;
pub mod tasks;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use speech_exit::Notice;

use crate::store::StoreError;

/// A JSON answer of a silent route.
fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let Ok(body) = serde_json::to_vec(body) else {
        let words = "expected an answer that can be written as JSON";
        return Notice::new(StatusCode::INTERNAL_SERVER_ERROR, "NOT_WRITTEN", words)
            .into_response();
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn not_found() -> Notice {
    Notice::new(StatusCode::NOT_FOUND, "NOT_FOUND", "expected the id of a document of the library")
}

fn store_unavailable(error: &StoreError) -> Notice {
    tracing::warn!(%error, "an operation on the store failed");
    let words = "expected the store to answer";
    Notice::new(StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE", words).retry_after(1)
}

/// An error answer, as it is written by the exit. It stands here for the description of the interface only.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ErrorAnswer {
    error: ErrorBody,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct ErrorBody {
    code: String,
    message: String,
    pointer: Option<String>,
    /// The pointer once more, where the clients of the vendors' protocols look for it.
    #[schema(required)]
    param: Option<String>,
    /// `invalid_request_error` or `server_error`.
    r#type: String,
}
