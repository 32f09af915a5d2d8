//! The whole server in one list of routes.

use std::sync::Arc;

use axum::Router;
use http::Method;
use speech_exit::{Effect, Exit, Label, Routes, TableError};
use tokio::sync::Semaphore;

use crate::api::{
    chat, enforce, health, library, metrics, models, openapi, receipts, responses, status,
};
use crate::respond::{Embedded, Remote, Responder};
use crate::status::{Facts, Health, Part, Statement, StatusContract, state};
use crate::store::Store;
use crate::telemetry::{Measured, Metered, Meters};
use crate::tools::{TOOLS, Tool};
use crate::upstream::Upstream;
use crate::web::{self, Limits};

/// The server as a service: every response leaves through the exit, and is counted on its way.
pub type Server = Measured<speech_exit::Guard<Router>>;

/// What handlers share. Clones are the same.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    store: Store,
    responder: Arc<dyn Responder>,
    limits: Limits,
    slots: Arc<Semaphore>,
    meters: Meters,
    contract: StatusContract,
    /// In milliseconds since the epoch.
    started_at: i64,
}

impl App {
    /// The default configuration over a store: the embedded responder, loopback names only.
    #[must_use]
    pub fn embedded(store: Store, limits: Limits, contract: StatusContract) -> Self {
        let responder = Arc::new(Embedded::new(store.clone()));
        Self::new(store, responder, limits, contract)
    }

    /// An app that asks `upstream`, and answers by itself where that one does not.
    #[must_use]
    pub fn remote(
        store: Store,
        upstream: Upstream,
        limits: Limits,
        contract: StatusContract,
    ) -> Self {
        let responder = Arc::new(Remote::new(upstream, store.clone()));
        Self::new(store, responder, limits, contract)
    }

    /// An app whose answers `responder` composes, and whose status holds `contract`.
    #[must_use]
    pub fn new(
        store: Store,
        responder: Arc<dyn Responder>,
        limits: Limits,
        contract: StatusContract,
    ) -> Self {
        let slots = Arc::new(Semaphore::new(limits.concurrent));
        let (meters, started_at) = (Meters::default(), now());
        let app = Shared { store, responder, limits, slots, meters, contract, started_at };
        let app = Self(Arc::new(app));
        // The mode depends on whether it can be stated.
        app.status();
        app
    }

    /// States how things stand, from what was last seen: nothing is waited for.
    pub fn status(&self) -> Statement {
        let Shared { store, meters, contract, started_at, .. } = self.0.as_ref();
        let facts = Facts {
            seen: store.board().seen(),
            head: store.head_seen(),
            spooled: store.spooled(),
            refusals: meters.denials(),
            started_at: *started_at,
            generated_at: now(),
        };
        let statement = state(&facts, contract);
        let (before, now) = (facts.seen.document, statement.health());
        store.board().note(Part::Document, now);
        match (before, now) {
            (Health::Up, Health::Down) => {
                let faults = statement.faults();
                tracing::error!(%faults, "STATUS_INVALID: a status was withheld");
            }
            (Health::Down, Health::Up) => tracing::info!("the status holds its contract again"),
            (Health::Up, Health::Up) | (Health::Down, Health::Down) => {}
        }
        statement
    }

    /// What the status is held to.
    #[must_use]
    pub fn contract(&self) -> &StatusContract {
        &self.0.contract
    }

    /// What is stored.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Who composes answers.
    #[must_use]
    pub fn responder(&self) -> Arc<dyn Responder> {
        Arc::clone(&self.0.responder)
    }

    /// What one request may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// What is counted.
    #[must_use]
    pub fn meters(&self) -> &Meters {
        &self.0.meters
    }

    pub(crate) fn slots(&self) -> &Arc<Semaphore> {
        &self.0.slots
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// The labels that may be required: every source there is.
#[must_use]
pub fn labels() -> Vec<Label> {
    let tools = TOOLS.into_iter().filter_map(Tool::label);
    [Label::library(), Label::memory()].into_iter().chain(tools).collect()
}

const READS_ONLY: Effect = Effect::Reads("it is read with GET");
const OWN_FACTS: &str = "it states facts about the server in fixed words";
const DOCUMENTS: &str = "a document holds its author's words, not the assistant's";
const RECEIPTS: &str = "a receipt holds codes, labels and digests, no words";

/// Every route.
pub fn routes() -> Routes<App> {
    Routes::new()
        .speaks(
            Method::POST,
            "/v1/chat/completions",
            Effect::Reads("it keeps the exchange as memory and changes no task"),
            chat::create,
        )
        .speaks(
            Method::POST,
            "/v1/responses",
            Effect::Reads("it keeps the exchange as memory and changes no task"),
            responses::create,
        )
        .silent(Method::GET, "/v1/models", OWN_FACTS, READS_ONLY, models::list)
        .silent(
            Method::POST,
            "/v1/library/documents",
            DOCUMENTS,
            Effect::Mutates("library"),
            library::create,
        )
        .silent(Method::GET, "/v1/library/documents", DOCUMENTS, READS_ONLY, library::list)
        .silent(Method::GET, "/v1/library/documents/{id}", DOCUMENTS, READS_ONLY, library::read)
        .silent(
            Method::DELETE,
            "/v1/library/documents/{id}",
            DOCUMENTS,
            Effect::Mutates("library"),
            library::remove,
        )
        .silent(
            Method::POST,
            "/v1/enforce",
            "it answers with a verdict, a code and a digest",
            Effect::Reads("it decides about what it is sent and keeps nothing"),
            enforce::decide,
        )
        .silent(Method::GET, "/receipts", RECEIPTS, READS_ONLY, receipts::list)
        .silent(Method::GET, "/receipts/{id}", RECEIPTS, READS_ONLY, receipts::read)
        .silent(Method::GET, "/status", OWN_FACTS, READS_ONLY, status::read)
        .silent(Method::GET, "/healthz", OWN_FACTS, READS_ONLY, health::read)
        .silent(Method::GET, "/metrics", "it counts and says nothing", READS_ONLY, metrics::read)
        .silent(Method::GET, "/openapi.json", OWN_FACTS, READS_ONLY, openapi::read)
}

/// The server: the routes, the rules of `web` around them, the guard around all of that, and what counts outermost.
///
/// # Errors
///
/// The first route that cannot be served.
pub fn build(app: App) -> Result<Server, TableError> {
    let board = app.store().board().clone();
    let ledger = Arc::new(Metered::new(app.store().clone(), app.meters().clone()));
    let exit = Exit::new(move || board.mode(), labels()).keeping(ledger);
    let (around, meters, table) = (app.clone(), app.meters().clone(), routes());
    let rows = table.rows().to_vec();
    let guarded = table.guarded(app, &exit, |router| web::layers(router, &around))?;
    Ok(Measured::new(guarded, &rows, meters))
}
