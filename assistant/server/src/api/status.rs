//! `GET /status`: the mode and why it is so.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::app::App;
use crate::status::{Health, StatusDocument, owner_view};

/// States what was last seen of each part. What would break the contract does not leave: `503` says only that it would.
#[utoipa::path(get, path = "/status", responses(
    (status = 200, content((StatusDocument = "application/json"), (String = "text/plain"))),
    (status = 503, content((StatusDocument = "application/json"), (String = "text/plain"))),
))]
pub async fn read(State(app): State<App>, headers: HeaderMap) -> Response {
    let statement = app.status();
    let (media_type, body) = if prefers_text(&headers) {
        ("text/plain; charset=utf-8", owner_view(&statement, app.contract()).into_bytes())
    } else {
        ("application/json", statement.bytes.clone())
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = match statement.health() {
        Health::Up => StatusCode::OK,
        Health::Down => StatusCode::SERVICE_UNAVAILABLE,
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    response
}

/// Whether text is asked for by name before JSON is. Programs that ask for nothing in particular get JSON.
fn prefers_text(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = accepted.flat_map(|value| value.split(','));
    let first = ranges.find_map(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        let is = |known: &str| essence.eq_ignore_ascii_case(known);
        let is_json = is("application/json") || is("application/*") || is("*/*");
        (is("text/plain") || is_json).then_some(!is_json)
    });
    first.unwrap_or(false)
}
