//! `GET /openapi.json`: the description of the interface.

use axum::response::Response;
use http::StatusCode;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, PathItem, Ref, RefOr, Response as Described, ResponseBuilder};

/// Every route, from what stands at its handler.
#[derive(OpenApi)]
#[openapi(
    info(title = "assistant", description = "Every answer leaves through the exit"),
    paths(
        super::chat::create,
        super::responses::create,
        super::models::list,
        super::library::create,
        super::library::list,
        super::library::read,
        super::library::remove,
        super::enforce::decide,
        super::tasks::create,
        super::tasks::delegate,
        super::tasks::complete,
        super::tasks::fail,
        super::tasks::cancel,
        super::tasks::emit,
        super::governance::give,
        super::governance::record,
        super::governance::list,
        super::lists::tasks,
        super::lists::runs,
        super::lists::audit,
        super::artifacts::read,
        super::receipts::list,
        super::receipts::read,
        super::status::read,
        super::health::read,
        super::metrics::read,
        read,
    ),
    components(schemas(super::ErrorAnswer)),
    modifiers(&Around)
)]
struct Description;

/// What every request may get from the rules around the routes, whatever its path.
struct Around;

const EVERYWHERE: &[(&str, &str)] = &[
    ("400", "the request cannot be read"),
    ("403", "the request came under another name or from another site"),
    ("405", "the path is served with other methods, which `allow` names"),
    ("500", "nothing could leave that had a verdict"),
    (
        "503",
        "the server or a part of it is not to be had now; `retry-after` says when to come back",
    ),
];

const WITH_A_BODY: &[(&str, &str)] = &[("408", "the body came in too slowly")];

impl utoipa::Modify for Around {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        for operation in description.paths.paths.values_mut().flat_map(operations) {
            let has_body = operation.request_body.is_some();
            let with_a_body = WITH_A_BODY.iter().filter(|_| has_body);
            for (status, words) in EVERYWHERE.iter().chain(with_a_body) {
                let described = &mut operation.responses.responses;
                described.entry((*status).to_owned()).or_insert_with(|| RefOr::T(error(words)));
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn error(words: &str) -> Described {
    let schema = Ref::from_schema_name("ErrorAnswer");
    let content = Content::new(Some(schema));
    ResponseBuilder::new().description(words).content("application/json", content).build()
}

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
