//! `GET /receipts`: the chain of receipts, to be checked by whoever does not trust it.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde_json::value::RawValue;
use speech_exit::Notice;
use speech_exit::receipt::Head;

use super::query::{Page, Query, bad_query};
use super::{json, store_unavailable};
use crate::app::App;
use crate::store::Kept;

/// Where the chain ends.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct HeadShape {
    /// The hash of the last receipt; zeros when there is none.
    hash: String,
    /// How many receipts there are.
    length: u64,
}

impl From<Head> for HeadShape {
    fn from(head: Head) -> Self {
        Self { hash: head.hash().to_owned(), length: head.length() }
    }
}

/// A receipt and the hash of its bytes as they stand here.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct LinkShape {
    /// The SHA-256 of the canonical JSON (RFC 8785) of the receipt.
    hash: String,
    #[schema(value_type = Object)]
    receipt: Box<RawValue>,
}

/// A page of the chain.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ReceiptPage {
    head: HeadShape,
    receipts: Vec<LinkShape>,
    /// What to ask for as `after` to get the next page; null at the end.
    next: Option<u64>,
}

/// The receipts of one response.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ReceiptParts {
    receipts: Vec<LinkShape>,
}

/// Lists the chain, oldest first.
#[utoipa::path(
    get,
    path = "/receipts",
    params(
        ("after" = Option<u64>, Query, description = "the number of the last receipt of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 100 when absent"),
    ),
    responses(
        (status = 200, body = ReceiptPage),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Notice> {
    let page = Query::read(&uri, &["after", "limit"]).and_then(|query| query.page());
    let Page { after, limit } = page.map_err(bad_query)?;
    let kept = app.store().receipts(after, limit).await;
    let kept = kept.map_err(|error| store_unavailable(&error))?;
    // After the page, so that the head is never before its last receipt.
    let head = app.store().head().await.map_err(|error| store_unavailable(&error))?;
    let last = kept.last().map(|last| last.number);
    let next = last.filter(|last| *last < head.length());
    let receipts = shapes(kept)?;
    Ok(json(StatusCode::OK, &ReceiptPage { head: head.into(), receipts, next }))
}

/// Gives all receipts of one response.
#[utoipa::path(
    get,
    path = "/receipts/{id}",
    params(("id" = String, Path, description = "the id that travelled in the response")),
    responses(
        (status = 200, body = ReceiptParts),
        (status = 404, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn read(
    State(app): State<App>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Notice> {
    let Path(id) = id.map_err(|_| not_found())?;
    let kept = app.store().receipt(&id).await.map_err(|error| store_unavailable(&error))?;
    if kept.is_empty() {
        return Err(not_found());
    }
    Ok(json(StatusCode::OK, &ReceiptParts { receipts: shapes(kept)? }))
}

fn not_found() -> Notice {
    Notice::new(StatusCode::NOT_FOUND, "NOT_FOUND", "expected the id of a receipt")
}

/// The receipts as they were hashed, byte for byte.
fn shapes(kept: Vec<Kept>) -> Result<Vec<LinkShape>, Notice> {
    let shape = |Kept { hash, receipt, .. }| {
        Ok(LinkShape { hash, receipt: RawValue::from_string(receipt)? })
    };
    let shapes: serde_json::Result<Vec<LinkShape>> = kept.into_iter().map(shape).collect();
    shapes.map_err(|error| {
        tracing::error!(%error, "a receipt in the database is no JSON");
        let words =
            "expected every receipt in the database to be JSON; harness replay says which is not";
        Notice::new(StatusCode::INTERNAL_SERVER_ERROR, "RECEIPT_BROKEN", words)
    })
}
