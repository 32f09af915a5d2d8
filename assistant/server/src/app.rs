//! The whole server in one list of routes.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use http::Method;
use mutation_gate::GateMode;
use speech_exit::{Exit, Label};
use tokio::sync::Semaphore;

use crate::api::{
    artifacts, chat, enforce, gated, governance, health, library, lists, metrics, models, openapi,
    receipts, responses, status, tasks,
};
use crate::gate::Gate;
use crate::respond::{Embedded, Remote, Responder};
use crate::status::{Facts, GovernanceSignal, Health, Part, Statement, StatusContract, state};
use crate::store::Store;
use crate::store::gate::KeptSignal;
use crate::table::{RoutesError, Table};
use crate::telemetry::{Measured, Metered, Meters};
use crate::tools::{TOOLS, Tool};
use crate::upstream::Upstream;
use crate::web::{self, Limits};

/// The server as a service: every response leaves through the exit, and is counted on its way.
pub type Server = Measured<speech_exit::Guard<Router>>;

/// What handlers share. Clones are the same.
#[derive(Clone)]
pub struct App(Arc<Shared>);

#[derive(Clone)]
struct Shared {
    store: Store,
    responder: Arc<dyn Responder>,
    limits: Limits,
    slots: Arc<Semaphore>,
    meters: Meters,
    contract: StatusContract,
    gate: Gate,
    /// The live signals, as they were last read.
    signals: Arc<RwLock<Vec<KeptSignal>>>,
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
        let gate = Gate::new(GateMode::Shadow, BTreeMap::new());
        let signals = Arc::default();
        let app = Self(Arc::new(Shared {
            store,
            responder,
            limits,
            slots,
            meters,
            contract,
            gate,
            signals,
            started_at,
        }));
        // The mode depends on whether it can be stated.
        app.status();
        app
    }

    /// The same app behind another gate. Without this, it is in shadow and no action is registered.
    #[must_use]
    pub fn behind(&self, gate: Gate) -> Self {
        Self(Arc::new(Shared { gate, ..self.0.as_ref().clone() }))
    }

    /// The gate before everything that changes a task, a grant or a signal.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Reads the live signals, so that they are known without another look. Where that fails, what was known stands.
    pub async fn look_at_signals(&self) {
        match self.store().live_signals(self.gate().now()).await {
            Ok(seen) => *self.0.signals.write().unwrap_or_else(PoisonError::into_inner) = seen,
            Err(error) => tracing::warn!(%error, "the signals could not be read"),
        }
    }

    /// What is in the way of changes now, as far as it was seen.
    fn blocking(&self) -> Vec<GovernanceSignal> {
        let (signals, now) = (self.0.signals.read(), self.gate().now());
        let signals = signals.unwrap_or_else(PoisonError::into_inner);
        let blocking = signals.iter().filter(|kept| kept.signal.is_in_force(now));
        blocking
            .map(|kept| GovernanceSignal::new(&kept.scope, kept.signal.kind, &kept.reason))
            .collect()
    }

    /// States how things stand, from what was last seen: nothing is waited for.
    pub fn status(&self) -> Statement {
        let Shared { store, meters, contract, started_at, .. } = self.0.as_ref();
        let facts = Facts {
            seen: store.board().seen(),
            head: store.head_seen(),
            spooled: store.spooled(),
            refusals: meters.denials(),
            gate_mode: self.gate().mode,
            signals: self.blocking(),
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

const OWN_FACTS: &str = "it states facts about the server in fixed words";
const DOCUMENTS: &str = "a document holds its author's words, not the assistant's";
const RECEIPTS: &str = "a receipt holds codes, labels and digests, no words";
const CHANGES: &str = "it answers with ids, codes and digests";
const TASKS: &str = "a task holds its maker's words, and nothing of what its run said";
const DECISIONS: &str = "a record holds ids and codes, no words";
const SIGNALS: &str = "a signal holds its recorder's words, not the assistant's";

/// Every route. What is no `GET` is a row of the gate's table.
pub fn routes() -> Table {
    let post = Method::POST;
    let documents = "/v1/library/documents";
    let document = "/v1/library/documents/{id}";
    Table::default()
        .speaks(post.clone(), "/v1/chat/completions", |routes, method, path, effect| {
            routes.speaks(method, path, effect, chat::create)
        })
        .speaks(post.clone(), "/v1/responses", |routes, method, path, effect| {
            routes.speaks(method, path, effect, responses::create)
        })
        .reads("/v1/models", OWN_FACTS, models::list)
        .writes(post.clone(), documents, DOCUMENTS, library::create)
        .reads(documents, DOCUMENTS, library::list)
        .reads(document, DOCUMENTS, library::read)
        .writes(Method::DELETE, document, DOCUMENTS, library::remove)
        .writes(
            post.clone(),
            "/v1/enforce",
            "it answers with a verdict, a code and a digest",
            enforce::decide,
        )
        .writes(post.clone(), "/api/tasks/create", CHANGES, tasks::create)
        .writes(post.clone(), "/api/tasks-mutations/delegate-taskspec", CHANGES, tasks::delegate)
        .writes(post.clone(), "/api/tasks/complete", CHANGES, tasks::complete)
        .writes(post.clone(), "/api/tasks/fail", CHANGES, tasks::fail)
        .writes(post.clone(), "/api/tasks/cancel", CHANGES, tasks::cancel)
        .writes(post.clone(), "/api/artifacts", CHANGES, tasks::emit)
        .writes(post.clone(), "/api/grants", CHANGES, governance::give)
        .writes(post, "/governance/signals", CHANGES, governance::record)
        .reads("/governance/signals", SIGNALS, governance::list)
        .reads("/api/tasks", TASKS, lists::tasks)
        .reads("/api/runs", "a run holds ids, codes and digests", lists::runs)
        .reads("/api/audit", DECISIONS, lists::audit)
        .speaks(Method::GET, "/api/artifacts/{id}", |routes, method, path, effect| {
            routes.speaks(method, path, effect, artifacts::read)
        })
        .reads("/receipts", RECEIPTS, receipts::list)
        .reads("/receipts/{id}", RECEIPTS, receipts::read)
        .reads("/status", OWN_FACTS, status::read)
        .reads("/healthz", OWN_FACTS, health::read)
        .reads("/metrics", "it counts and says nothing", metrics::read)
        .reads("/openapi.json", OWN_FACTS, openapi::read)
        .otherwise(gated::unlisted)
}

/// The server: the routes, the rules of `web` around them, the guard around all of that, and what counts outermost.
///
/// # Errors
///
/// The first route that cannot be served.
pub fn build(app: App) -> Result<Server, RoutesError> {
    let board = app.store().board().clone();
    let ledger = Arc::new(Metered::new(app.store().clone(), app.meters().clone()));
    let exit = Exit::new(move || board.mode(), labels()).keeping(ledger);
    let (around, meters, table) = (app.clone(), app.meters().clone(), routes());
    let rows = table.rows().to_vec();
    let guarded = table.guarded(app, &exit, |router| web::layers(router, &around))?;
    Ok(Measured::new(guarded, &rows, meters))
}
