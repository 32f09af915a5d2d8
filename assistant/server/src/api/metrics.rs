//! `GET /metrics`: what is counted.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use speech_exit::Notice;

use crate::app::App;
use crate::telemetry::{Gauges, MEDIA_TYPE};

/// Gives the counters, gauges and histograms in the text format of OpenMetrics, which Prometheus reads.
#[utoipa::path(get, path = "/metrics", responses(
    (status = 200, content_type = "application/openmetrics-text", body = String),
))]
pub async fn read(State(app): State<App>) -> Response {
    let store = app.store();
    let (mode, receipts) = (store.board().mode(), store.head_seen().length());
    let gauges = Gauges { mode, receipts, spooled: store.spooled() };
    let Ok(text) = app.meters().text(gauges) else {
        let words = "expected values that can be written";
        return Notice::new(StatusCode::INTERNAL_SERVER_ERROR, "NOT_WRITTEN", words)
            .into_response();
    };
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}
