//! What governs: signals, and grants that lift a tier.

use axum::extract::{Request, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use mutation_gate::{ActionPattern, SignalDecision, SignalType};
use speech_exit::Notice;
use speech_exit::strict::{At, Fault, FaultCode, Node};

use super::gated::{DenialOrError, DoneShape, gated, id, number, short};
use super::query::{Query, bad_query};
use super::{json, store_unavailable};
use crate::app::App;
use crate::gate::Wanted;
use crate::store::gate::SignalRow;
use crate::wire::written;

const SCOPE_MAX_BYTES: usize = 200;
const REASON_MAX_BYTES: usize = 500;
const ALLOW_MAX: usize = 64;
/// Who says what the values of a signal mean, where it does not say so itself.
const OWNER: &str = "governance";

/// A grant to be given.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `grant` reads")]
pub(crate) struct GrantShape {
    /// Ids of actions, or what they begin with and a dot.
    allow: Vec<String>,
    scope: GrantScopeShape,
    /// In milliseconds since the epoch.
    expires_at: i64,
    single_use: Option<bool>,
}

/// What a grant is for: one of the two.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `grant` reads")]
pub(crate) struct GrantScopeShape {
    task_id: Option<String>,
    run_id: Option<String>,
}

/// A signal to be recorded.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `signal` reads")]
pub(crate) struct SignalShape {
    /// `LAYER_STATUS`, `CI_STATUS`, `DEPLOYMENT_GATE`, `SESSION_BLOCK` or `MANUAL_OVERRIDE`.
    r#type: String,
    /// `task:…`, `run:…` or `class:…`; anything else is for everything.
    scope: String,
    /// `CLEAN`, `BLOCKED`, `WARN` or `PENDING`.
    decision: String,
    reason: String,
    constraints: Option<serde_json::Value>,
    /// In milliseconds since the epoch.
    expires_at: Option<i64>,
    semantic_owner: Option<String>,
}

/// A signal as it is listed.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ListedSignal {
    id: String,
    r#type: String,
    scope: String,
    decision: String,
    reason: String,
    #[schema(required)]
    constraints: Option<serde_json::Value>,
    recorded_by: String,
    recorded_at: i64,
    #[schema(required)]
    expires_at: Option<i64>,
    #[schema(required)]
    superseded_by: Option<String>,
    semantic_owner: String,
}

/// A page of signals.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct SignalPage {
    signals: Vec<ListedSignal>,
    /// What to ask for as `after` to get the next page; null at the end.
    next: Option<i64>,
}

/// Gives a grant.
#[utoipa::path(
    post,
    path = "/api/grants",
    request_body = GrantShape,
    responses(
        (status = 201, body = DoneShape),
        (status = 400, body = DenialOrError),
        (status = 403, body = DenialOrError),
        (status = 404, body = DenialOrError),
        (status = 409, body = DenialOrError),
        (status = 413, body = super::ErrorAnswer),
        (status = 415, body = super::ErrorAnswer),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = DenialOrError),
    )
)]
pub async fn give(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, grant).await
}

/// Records a signal in the place of the live one of its scope and type.
#[utoipa::path(
    post,
    path = "/governance/signals",
    request_body = SignalShape,
    responses(
        (status = 201, body = DoneShape),
        (status = 400, body = DenialOrError),
        (status = 403, body = DenialOrError),
        (status = 404, body = DenialOrError),
        (status = 409, body = DenialOrError),
        (status = 413, body = super::ErrorAnswer),
        (status = 415, body = super::ErrorAnswer),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = DenialOrError),
    )
)]
pub async fn record(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, signal).await
}

/// Lists signals, oldest first.
#[utoipa::path(
    get,
    path = "/governance/signals",
    params(
        ("live" = Option<bool>, Query, description = "only what is neither superseded nor over"),
        ("after" = Option<i64>, Query, description = "what `next` of the page before says"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 100 when absent"),
    ),
    responses(
        (status = 200, body = SignalPage),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn list(State(app): State<App>, uri: Uri) -> Result<Response, Notice> {
    let query = Query::read(&uri, &["live", "after", "limit"]).map_err(bad_query)?;
    let live = query.flag("live").map_err(bad_query)?;
    let page = query.page().map_err(bad_query)?;
    let live_at = live.then(|| app.gate().now());
    let found = app.store().signals(live_at, page.place(), page.limit).await;
    let found = found.map_err(|error| store_unavailable(&error))?;
    let next = page.next(found.last().map(|last| last.number), found.len());
    let signals = found.into_iter().map(listed).collect();
    Ok(json(StatusCode::OK, &SignalPage { signals, next }))
}

fn listed(row: SignalRow) -> ListedSignal {
    ListedSignal {
        id: row.id,
        r#type: row.kind,
        scope: row.scope,
        decision: row.decision,
        reason: row.reason,
        constraints: row.constraints.and_then(|text| serde_json::from_str(&text).ok()),
        recorded_by: row.recorded_by,
        recorded_at: row.recorded_at,
        expires_at: row.expires_at,
        superseded_by: row.superseded_by,
        semantic_owner: row.semantic_owner,
    }
}

fn grant(body: &At<'_>) -> Result<Wanted, Fault> {
    let members = body.members()?;
    let allow = members.required("allow")?;
    let items = allow.items()?;
    if items.is_empty() || items.len() > ALLOW_MAX {
        return Err(allow.fault(FaultCode::WrongType, "1 to 64 actions"));
    }
    let pattern = |at: &At<'_>| {
        let text = short(at, SCOPE_MAX_BYTES)?;
        let wrong = "an action, or what actions begin with and a dot";
        let is_one = ActionPattern::parse(&text).is_some();
        if is_one { Ok(text) } else { Err(at.fault(FaultCode::UnknownValue, wrong)) }
    };
    let allow = items.iter().map(pattern).collect::<Result<_, _>>()?;
    let at = members.required("scope")?;
    let scope = at.closed(&["task_id", "run_id"])?;
    let scope = match (id(&scope, &["task_id"])?, id(&scope, &["run_id"])?) {
        (Some(task), None) => ("task_id", task),
        (None, Some(run)) => ("run_id", run),
        _ => return Err(at.fault(FaultCode::MissingField, "one of task_id and run_id")),
    };
    members.required("expires_at")?;
    let expires_at = number(&members, "expires_at")?.unwrap_or_default();
    let single_use = match members.optional("single_use") {
        None => false,
        Some(at) => match at.node() {
            Node::Bool(single_use) => *single_use,
            _ => return Err(at.fault(FaultCode::WrongType, "true or false")),
        },
    };
    Ok(Wanted::Grant { allow, scope, expires_at, single_use })
}

fn signal(body: &At<'_>) -> Result<Wanted, Fault> {
    let members = body.members()?;
    let (at, of) = (members.required("type")?, members.required("decision")?);
    let kind = SignalType::of_word(at.text()?)
        .ok_or_else(|| at.fault(FaultCode::UnknownValue, "a type of signal"))?;
    let decision = SignalDecision::of_word(of.text()?)
        .ok_or_else(|| of.fault(FaultCode::UnknownValue, "CLEAN, BLOCKED, WARN or PENDING"))?;
    let constraints = members.optional("constraints").map(|at| match at.node() {
        Node::Object(_) => Ok(written(at.node())),
        _ => Err(at.fault(FaultCode::WrongType, "an object")),
    });
    let owner = members.optional("semantic_owner").map(|at| short(&at, SCOPE_MAX_BYTES));
    Ok(Wanted::Signal {
        kind,
        scope: short(&members.required("scope")?, SCOPE_MAX_BYTES)?,
        decision,
        reason: short(&members.required("reason")?, REASON_MAX_BYTES)?,
        constraints: constraints.transpose()?,
        expires_at: number(&members, "expires_at")?,
        semantic_owner: owner.transpose()?.unwrap_or_else(|| OWNER.to_owned()),
    })
}
