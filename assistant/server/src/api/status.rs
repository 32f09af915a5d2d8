//! `GET /status`: the mode and why it is so.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use speech_exit::receipt::RULES_SHA256;

use crate::app::App;
use crate::status::{Health, Probes, Upstream, mode, reasons};

#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct StatusDocument {
    system_mode: String,
    reasons: Vec<&'static str>,
    #[schema(value_type = String)]
    store: Health,
    #[schema(value_type = String)]
    library: Health,
    #[schema(value_type = String)]
    upstream: Upstream,
    receipts: ReceiptsState,
    /// The digest of the rules that verdicts are reached by.
    rules: &'static str,
    build: &'static str,
    generated_at: String,
}

/// Where the chain of receipts ends: who keeps this elsewhere can tell whether it was rewritten.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct ReceiptsState {
    /// The hash of the last receipt; zeros when there is none.
    head: String,
    /// How many receipts there are.
    length: u64,
    /// How many wait until the database can take them.
    spooled: usize,
}

/// States what was last seen of each part.
#[utoipa::path(get, path = "/status", responses((status = 200, body = StatusDocument)))]
pub async fn read(State(app): State<App>) -> Response {
    // Read once: a document whose mode and reasons come from two readings could contradict itself.
    let probes = app.store().board().probes();
    let Probes { store, library, upstream } = probes;
    let head = app.store().head_seen();
    let receipts = ReceiptsState {
        head: head.hash().to_owned(),
        length: head.length(),
        spooled: app.store().spooled(),
    };
    let document = StatusDocument {
        system_mode: mode(probes).to_string(),
        reasons: reasons(probes),
        store,
        library,
        upstream,
        receipts,
        rules: RULES_SHA256,
        build: env!("CARGO_PKG_VERSION"),
        generated_at: jiff::Timestamp::now().to_string(),
    };
    super::json(StatusCode::OK, &document)
}
