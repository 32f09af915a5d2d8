//! What the routes of mutations share: the request comes in, the gate is asked, and what came of it is written.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use mutation_gate::{Decision, Denial, Id, Reason};
use serde_json::{Value, json};
use speech_exit::Notice;
use speech_exit::strict::{self, At, Fault, FaultCode, Members};

use super::body::{JSON, expect_type, read as read_body};
use super::{json as answer, store_unavailable};
use crate::app::App;
use crate::gate::{Asking, Came, Wanted, mutate, note_unlisted, principal};
use crate::store::gate::{Applied, Unapplied};

/// The largest body, in bytes. It has room for an artifact.
pub(super) const BODY_MAX_BYTES: usize = 1 << 20;

/// A denial, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape of `mutation_gate::Denial`")]
pub(crate) struct DenialShape {
    /// Always false.
    ok: bool,
    reason_code: String,
    /// `off`, `shadow` or `enforce`.
    enforcement_mode: String,
    method: String,
    path: String,
    #[schema(required)]
    class: Option<String>,
    context: DenialContext,
}

/// What the decision saw.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape of `mutation_gate::Context`")]
pub(crate) struct DenialContext {
    #[schema(required)]
    run_id: Option<String>,
    #[schema(required)]
    task_id: Option<String>,
    scenario: String,
    #[schema(required)]
    task_status: Option<String>,
    #[schema(required)]
    terminal_event_kind: Option<String>,
    #[schema(required)]
    holder: Option<String>,
    lease_fresh: bool,
    violated_invariants: Option<Vec<String>>,
}

/// A denial of the gate, or why the request was not looked at or cannot be done.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands for the two shapes that share a status")]
pub(crate) enum DenialOrError {
    /// The gate denied it.
    Denial(DenialShape),
    /// It is none, or cannot be done.
    Error(super::ErrorAnswer),
}

/// What was done.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shapes that `done` writes")]
pub(crate) struct DoneShape {
    /// Always true.
    ok: bool,
    task_id: Option<String>,
    run_id: Option<String>,
    status: Option<String>,
    /// `GRANTED`, `DENIED` or `PENDING_APPROVAL`; only what is granted runs.
    authorization: Option<String>,
    id: Option<String>,
    sha256: Option<String>,
    /// The signal whose place it took.
    supersedes: Option<String>,
}

/// How a body is read.
pub(super) type Read = fn(&At<'_>) -> Result<Wanted, Fault>;

/// Asks the gate about a request and answers it.
pub(super) async fn gated(app: &App, request: Request, read: Read) -> Result<Response, Notice> {
    expect_type(request.headers(), &[JSON])?;
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let bytes = read_body(request, BODY_MAX_BYTES, app)
        .await?
        .ok_or_else(|| Notice::from(Fault::too_large(BODY_MAX_BYTES)))?;
    let node = strict::read(&bytes);
    // A body that cannot be read, or that says something twice, says nothing.
    let said = node.as_ref().ok().and_then(|_| serde_json::from_slice(&bytes).ok());
    let asking = Asking { method, path, body: said.unwrap_or(Value::Null), principal: principal() };
    let wanted = node.and_then(|node| read(&At::root(&node))).map_err(Notice::from);
    let came = match wanted {
        Ok(wanted) => mutate(app, &asking, Ok(&wanted)).await,
        Err(notice) => mutate(app, &asking, Err(notice)).await,
    };
    answered(app, &asking, came.map_err(|error| store_unavailable(&error))?)
}

/// What is asked where no route is. A request that would change something is put to the gate.
pub async fn unlisted(
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
) -> Response {
    if request.method().is_safe() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let asking = Asking { method, path, body: Value::Null, principal: principal() };
    let rejected = match note_unlisted(&app, &asking).await {
        Some(came) => answered(&app, &asking, came).ok(),
        None => None,
    };
    rejected.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn answered(app: &App, asking: &Asking, came: Came) -> Result<Response, Notice> {
    match came {
        Came::Applied(applied) => Ok(done(&applied)),
        Came::Unapplied(unapplied) => Err(undone(unapplied)),
        Came::Refused(notice) => Err(notice),
        Came::Rejected(reason, decision) => Ok(denied(app, asking, reason, &decision)),
    }
}

fn denied(app: &App, asking: &Asking, reason: Reason, decision: &Decision) -> Response {
    let status = reason.http().and_then(|status| StatusCode::from_u16(status).ok());
    let Asking { method, path, .. } = asking;
    let denial = Denial::new(reason, app.gate().mode, method, path, decision);
    answer(status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE), &denial)
}

fn done(applied: &Applied) -> Response {
    let (status, body) = match applied {
        Applied::Task { task_id, run_id, status, authorization } => (
            StatusCode::CREATED,
            json!({"ok": true, "task_id": task_id, "run_id": run_id, "status": status,
                "authorization": authorization.word()}),
        ),
        Applied::Ended { task_id, run_id, status } => (
            StatusCode::OK,
            json!({"ok": true, "task_id": task_id, "run_id": run_id, "status": status}),
        ),
        Applied::Artifact { id, sha256 } => {
            (StatusCode::CREATED, json!({"ok": true, "id": id, "sha256": sha256}))
        }
        Applied::Grant { id } => (StatusCode::CREATED, json!({"ok": true, "id": id})),
        Applied::Signal { id, supersedes } => {
            (StatusCode::CREATED, json!({"ok": true, "id": id, "supersedes": supersedes}))
        }
    };
    answer(status, &body)
}

/// Why something cannot be done, whatever the gate says.
fn undone(unapplied: Unapplied) -> Notice {
    let (status, code, words) = match unapplied {
        Unapplied::Exists => (StatusCode::CONFLICT, "EXISTS", "expected a name that is not taken"),
        Unapplied::Unknown => {
            (StatusCode::NOT_FOUND, "RUN_UNKNOWN", "expected a run that is there")
        }
        Unapplied::Ended => {
            (StatusCode::CONFLICT, "RUN_ENDED", "expected a run that has not ended")
        }
        Unapplied::Stale => (
            StatusCode::CONFLICT,
            "LEASE_STALE",
            "expected the epoch of the present hold on the run",
        ),
        Unapplied::Unlicensed => {
            (StatusCode::NOT_FOUND, "NOT_FOUND", "expected a path that is served")
        }
        Unapplied::Raced => {
            let words = "expected fewer writers of the same task";
            return Notice::new(StatusCode::SERVICE_UNAVAILABLE, "RACED", words).retry_after(1);
        }
    };
    Notice::new(status, code, words)
}

/// The first of these members that is there: an id.
pub(super) fn id(members: &Members<'_>, names: &[&'static str]) -> Result<Option<String>, Fault> {
    let Some(at) = names.iter().find_map(|name| members.optional(name)) else { return Ok(None) };
    let id = at.text().ok().and_then(Id::parse);
    let id = id.ok_or_else(|| at.fault(FaultCode::WrongType, "1 to 128 bytes of visible ASCII"))?;
    Ok(Some(id.as_str().to_owned()))
}

/// A whole number of 64 bits, if it is there and not null.
pub(super) fn number(members: &Members<'_>, name: &'static str) -> Result<Option<i64>, Fault> {
    let given = members.optional(name).filter(|at| *at.node() != strict::Node::Null);
    let Some(at) = given else { return Ok(None) };
    let number = match at.node() {
        strict::Node::Number(number) => number.as_i64(),
        _ => None,
    };
    let wrong = || at.fault(FaultCode::WrongType, "a whole number of 64 bits");
    number.ok_or_else(wrong).map(Some)
}

/// A text with something in it and without a zero character, for which not every database has a place.
pub(super) fn words<'a>(at: &At<'a>) -> Result<&'a str, Fault> {
    let text = at.text()?;
    let is_wrong = text.trim().is_empty() || text.contains('\0');
    let wrong = "a text with something in it, without a zero character";
    if is_wrong { Err(at.fault(FaultCode::WrongType, wrong)) } else { Ok(text) }
}

/// A text with something in it and at most so many bytes.
pub(super) fn short(at: &At<'_>, limit: usize) -> Result<String, Fault> {
    let text = words(at)?;
    let fits = text.len() <= limit;
    if fits { Ok(text.to_owned()) } else { Err(at.fault(FaultCode::TooLarge, "fewer bytes")) }
}
