//! `/v1/library/documents`: what the assistant may quote.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use speech_exit::Notice;
use speech_exit::strict::{self, At, Fault, FaultCode};

use super::body::{JSON, expect_type, read as read_body};
use super::{json, not_found, store_unavailable};
use crate::app::App;
use crate::library::{DOCUMENT_MAX_BYTES, NoDocument, document, markdown};
use crate::retrieval::Format;
use crate::store::{DocumentSummary, NewDocument};

const MARKDOWN: &str = "text/markdown";

/// What is said of a document that was added.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct AddedDocument {
    id: String,
    title: String,
    passages: u64,
}

/// A document to be added.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `parse_json` reads")]
pub(crate) struct DocumentShape {
    /// 1 to 500 bytes.
    title: String,
    /// At most 2 MiB.
    text: String,
    /// `text` (the default) or `markdown`.
    format: Option<String>,
}

/// Adds a document: 201, or 200 when the same one was there.
///
/// A plain text is not taken: pages of other sites can send one without asking first.
#[utoipa::path(
    post,
    path = "/v1/library/documents",
    request_body(content(
        (DocumentShape = "application/json"),
        (String = "text/markdown"),
    )),
    responses(
        (status = 200, description = "it was there", body = AddedDocument),
        (status = 201, description = "added", body = AddedDocument),
        (status = 413, body = super::ErrorAnswer),
        (status = 415, body = super::ErrorAnswer),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn create(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    let media_type = expect_type(request.headers(), &[JSON, MARKDOWN])?;
    let bytes = read_body(request, DOCUMENT_MAX_BYTES, &app)
        .await?
        .ok_or_else(|| Notice::from(Fault::too_large(DOCUMENT_MAX_BYTES)))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| unprocessable("INVALID_UTF8", "expected a body in UTF-8"))?;
    let document = if media_type == JSON { parse_json(text)? } else { parse_markdown(text)? };
    let added =
        app.store().add_document(&document).await.map_err(|error| store_unavailable(&error))?;
    let status = if added.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let id = added.id.as_str().to_owned();
    let NewDocument { title, .. } = document;
    Ok(json(status, &AddedDocument { id, title, passages: added.passages }))
}

fn parse_json(body: &str) -> Result<NewDocument, Notice> {
    let node = strict::read(body.as_bytes())?;
    let members = At::root(&node).closed(&["title", "text", "format"])?;
    let (title, text) = (members.required("title")?, members.required("text")?);
    let format = match members.optional("format") {
        None => Format::Text,
        Some(at) => match at.text()? {
            "text" => Format::Text,
            "markdown" => Format::Markdown,
            _ => return Err(at.fault(FaultCode::UnknownValue, "text or markdown").into()),
        },
    };
    document(title.text()?, text.text()?.to_owned(), format).map_err(|error| {
        let (code, at, expected) = match error {
            NoDocument::BadTitle | NoDocument::NoHeading => {
                ("BAD_TITLE", &title, "1 to 500 bytes without control characters")
            }
            NoDocument::EmptyText => ("EMPTY_TEXT", &text, "a text with a letter or a digit in it"),
        };
        let fault = at.fault(FaultCode::WrongType, expected);
        Notice::about(StatusCode::UNPROCESSABLE_ENTITY, code, fault)
    })
}

fn parse_markdown(text: &str) -> Result<NewDocument, Notice> {
    markdown(text.to_owned()).map_err(|error| match error {
        NoDocument::BadTitle => unprocessable(
            "BAD_TITLE",
            "expected a heading of 1 to 500 bytes without control characters",
        ),
        NoDocument::EmptyText => {
            unprocessable("EMPTY_TEXT", "expected a text with a letter or a digit in it")
        }
        NoDocument::NoHeading => {
            unprocessable("NO_HEADING", "expected a heading, whose words become the title")
        }
    })
}

fn unprocessable(code: &'static str, message: &'static str) -> Notice {
    Notice::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}

/// A document as it is listed.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Listed {
    id: String,
    title: String,
    media_type: String,
    /// Seconds since the Unix epoch.
    created_at: i64,
}

impl From<DocumentSummary> for Listed {
    fn from(summary: DocumentSummary) -> Self {
        let DocumentSummary { id, title, media_type, created_at } = summary;
        Self { id: id.as_str().to_owned(), title, media_type, created_at }
    }
}

/// A document with its text as it came in.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct WithText {
    #[schema(inline)]
    #[serde(flatten)]
    listed: Listed,
    text: String,
}

/// A page of the library.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Page {
    object: &'static str,
    data: Vec<Listed>,
    has_more: bool,
}

const PAGE_DEFAULT: u32 = 20;
const PAGE_MAX: u32 = 100;

/// Lists documents, oldest first.
#[utoipa::path(
    get,
    path = "/v1/library/documents",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 20 when absent"),
        ("after" = Option<String>, Query, description = "the last id of the page before"),
    ),
    responses(
        (status = 200, body = Page),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Notice> {
    let (limit, after) = paging(uri.query().unwrap_or_default())?;
    let found = app.store().documents(after.as_deref(), limit + 1).await;
    let found = found.map_err(|error| store_unavailable(&error))?;
    let mut data = found.ok_or_else(|| {
        unprocessable("BAD_QUERY", "expected the id of a document in the library as after")
    })?;
    let has_more = data.len() > limit as usize;
    data.truncate(limit as usize);
    let data = data.into_iter().map(Listed::from).collect();
    Ok(json(StatusCode::OK, &Page { object: "list", data, has_more }))
}

fn paging(query: &str) -> Result<(u32, Option<String>), Notice> {
    let (mut limit, mut after) = (None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("limit", value)) if limit.is_none() => limit = Some(page_size(value)?),
            Some(("after", value)) if after.is_none() => after = Some(value.to_owned()),
            _ => {
                let words = "expected limit and after, each at most once, and nothing else";
                return Err(unprocessable("BAD_QUERY", words));
            }
        }
    }
    Ok((limit.unwrap_or(PAGE_DEFAULT), after))
}

fn page_size(value: &str) -> Result<u32, Notice> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit()).then_some(value);
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|limit| (1..=PAGE_MAX).contains(limit))
        .ok_or_else(|| unprocessable("BAD_QUERY", "expected a limit of 1 to 100"))
}

/// What stands for a document in a path. What cannot be read is the id of none.
type Id = Result<Path<String>, PathRejection>;

/// Gives one document with its text.
#[utoipa::path(
    get,
    path = "/v1/library/documents/{id}",
    params(("id" = String, Path, description = "the document's id")),
    responses(
        (status = 200, body = WithText),
        (status = 404, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn read(State(app): State<App>, id: Id) -> Result<Response, Notice> {
    let Path(id) = id.map_err(|_| not_found())?;
    let found = app.store().document(&id).await.map_err(|error| store_unavailable(&error))?;
    let document = found.ok_or_else(not_found)?;
    let document = WithText { listed: document.summary.into(), text: document.text };
    Ok(json(StatusCode::OK, &document))
}

/// Removes a document and all of its passages.
#[utoipa::path(
    delete,
    path = "/v1/library/documents/{id}",
    params(("id" = String, Path, description = "the document's id")),
    responses(
        (status = 204, description = "removed"),
        (status = 404, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn remove(State(app): State<App>, id: Id) -> Result<Response, Notice> {
    let Path(id) = id.map_err(|_| not_found())?;
    let removed =
        app.store().remove_document(&id).await.map_err(|error| store_unavailable(&error))?;
    if removed { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(not_found()) }
}
