//! `GET /status`: the mode and why it is so.

use std::cmp::Ordering;

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

/// Whether text is asked for more than JSON, or as much, by name and before it. Programs that ask for nothing in
/// particular get JSON.
fn prefers_text(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<_> = accepted.flat_map(|value| value.split(',')).map(range).collect();
    let text = wanted(&ranges, &["text/plain", "text/*", "*/*"]);
    let json = wanted(&ranges, &["application/json", "application/*", "*/*"]);
    let Some((text, text_at, name)) = text else { return false };
    let Some((json, json_at, _)) = json else { return text > 0.0 };
    match text.total_cmp(&json) {
        Ordering::Greater => true,
        Ordering::Equal => text > 0.0 && name == "text/plain" && text_at < json_at,
        Ordering::Less => false,
    }
}

/// A media range and its weight, from 0 to 1. One whose weight cannot be read is not wanted.
fn range(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let mut weights = parts.filter_map(|part| part.split_once('='));
    let weight = weights.find(|(key, _)| key.trim().eq_ignore_ascii_case("q"));
    let weight = weight.map_or(Some(1.0), |(_, weight)| weight.trim().parse().ok());
    (name, weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0))
}

/// How much is asked for what all of these names cover, where in the list, and by which of them: the first that is
/// there, as the narrowest says most.
fn wanted<'a>(ranges: &[(&str, f32)], names: &[&'a str]) -> Option<(f32, usize, &'a str)> {
    names.iter().find_map(|name| {
        let is_it = |(range, _): &(&str, f32)| range.eq_ignore_ascii_case(name);
        let at = ranges.iter().position(is_it)?;
        ranges.get(at).map(|(_, weight)| (*weight, at, *name))
    })
}
