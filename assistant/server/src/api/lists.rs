//! What is to be seen of tasks, runs and decisions.

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use mutation_gate::{Invariants, Row, Scenario, project};
use serde_json::value::RawValue;
use speech_exit::Notice;

use super::query::{Query, bad_query, bounded};
use super::{json, store_unavailable};
use crate::app::App;
use crate::store::StoreError;
use crate::store::gate::{ArtifactSummary, AuditFilter, AuditRecord, TaskRow};

/// A task as it is listed.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ListedTask {
    task_id: String,
    run_id: String,
    status: String,
    #[schema(required)]
    actor: Option<String>,
    lease_epoch: i64,
    /// In milliseconds since the epoch.
    #[schema(required)]
    lease_expires_at: Option<i64>,
    tier: String,
    #[schema(required)]
    action_id: Option<String>,
    #[schema(required)]
    title: Option<String>,
    created_by: String,
    created_at: i64,
    authorization: ListedAuthorization,
}

/// Whether a task may run, as it was decided when it was made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ListedAuthorization {
    /// Only `GRANTED` runs; null does not.
    #[schema(required)]
    decision: Option<String>,
    #[schema(required)]
    engine: Option<String>,
    #[schema(required, value_type = Option<Object>)]
    context: Option<Box<RawValue>>,
    #[schema(required)]
    at: Option<i64>,
    #[schema(required)]
    by: Option<String>,
}

/// A page of tasks.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct TaskPage {
    tasks: Vec<ListedTask>,
    /// What to ask for as `after` to get the next page; null at the end.
    next: Option<i64>,
}

/// A run: what the gate sees of it, and what it made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ListedRun {
    /// The columns of `harness gate project`.
    #[schema(value_type = Object)]
    row: Option<Row>,
    #[schema(value_type = String)]
    scenario: Scenario,
    #[schema(value_type = Vec<String>)]
    violated_invariants: Invariants,
    artifacts: Vec<ListedArtifact>,
}

/// An artifact without its words. `GET /api/artifacts/{id}` speaks them.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ListedArtifact {
    id: String,
    name: String,
    sha256: String,
    #[schema(required)]
    receipt: Option<String>,
    created_at: i64,
}

/// A page of runs.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct RunPage {
    runs: Vec<ListedRun>,
    /// What to ask for as `after` to get the next page; null at the end.
    next: Option<i64>,
}

/// A record of a decision.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ListedDecision {
    seq: i64,
    id: String,
    recorded_at: i64,
    mode: String,
    #[schema(required)]
    class: Option<String>,
    method: String,
    path: String,
    decision: String,
    reason: String,
    outcome: String,
    http: i64,
    #[schema(required)]
    actor: Option<String>,
    #[schema(required)]
    task_id: Option<String>,
    #[schema(required)]
    run_id: Option<String>,
    /// The line for `harness gate decide`.
    #[schema(value_type = Object)]
    input: Box<RawValue>,
    /// The line that it gives.
    #[schema(value_type = Object)]
    verdict: Box<RawValue>,
}

/// A page of records.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct AuditPage {
    decisions: Vec<ListedDecision>,
    /// What to ask for as `after` to get the next page; null at the end.
    next: Option<i64>,
}

/// Lists tasks in the order in which they came.
#[utoipa::path(
    get,
    path = "/api/tasks",
    params(
        ("status" = Option<String>, Query, description = "only those that stand there"),
        ("after" = Option<i64>, Query, description = "what `next` of the page before says"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 100 when absent"),
    ),
    responses(
        (status = 200, body = TaskPage),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn tasks(State(app): State<App>, uri: Uri) -> Result<Response, Notice> {
    let (tasks, next) = found(&app, &uri).await?;
    let tasks = tasks.into_iter().map(listed).collect();
    Ok(json(StatusCode::OK, &TaskPage { tasks, next }))
}

/// Lists the runs of tasks, as the gate sees them now.
#[utoipa::path(
    get,
    path = "/api/runs",
    params(
        ("status" = Option<String>, Query, description = "only those whose task stands there"),
        ("after" = Option<i64>, Query, description = "what `next` of the page before says"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 100 when absent"),
    ),
    responses(
        (status = 200, body = RunPage),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn runs(State(app): State<App>, uri: Uri) -> Result<Response, Notice> {
    let (tasks, next) = found(&app, &uri).await?;
    let mut runs = Vec::with_capacity(tasks.len());
    for task in tasks {
        runs.push(run(&app, &task).await.map_err(|error| store_unavailable(&error))?);
    }
    Ok(json(StatusCode::OK, &RunPage { runs, next }))
}

/// Lists decisions, oldest first.
#[utoipa::path(
    get,
    path = "/api/audit",
    params(
        ("reason" = Option<String>, Query, description = "`ALLOW` or a code"),
        ("decision" = Option<String>, Query, description = "`allow` or `deny`"),
        ("mode" = Option<String>, Query, description = "`shadow` or `enforce`"),
        ("class" = Option<String>, Query, description = "the class of the mutation"),
        ("task_id" = Option<String>, Query, description = "the task"),
        ("since" = Option<i64>, Query, description = "decided then or later, in milliseconds"),
        ("until" = Option<i64>, Query, description = "decided before that, in milliseconds"),
        ("after" = Option<i64>, Query, description = "what `next` of the page before says"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 100 when absent"),
    ),
    responses(
        (status = 200, body = AuditPage),
        (status = 422, body = super::ErrorAnswer),
        (status = 503, body = super::ErrorAnswer),
    )
)]
pub async fn audit(State(app): State<App>, uri: Uri) -> Result<Response, Notice> {
    let query = Query::read(
        &uri,
        &["reason", "decision", "mode", "class", "task_id", "since", "until", "after", "limit"],
    )
    .map_err(bad_query)?;
    let page = query.page().map_err(bad_query)?;
    let filter = AuditFilter {
        reason: query.text("reason").map_err(bad_query)?,
        decision: query.text("decision").map_err(bad_query)?,
        mode: query.text("mode").map_err(bad_query)?,
        class: query.text("class").map_err(bad_query)?,
        task_id: query.text("task_id").map_err(bad_query)?,
        since: query.number("since").map_err(bad_query)?.map(bounded),
        until: query.number("until").map_err(bad_query)?.map(bounded),
        after: page.place(),
        limit: page.limit,
    };
    let found = app.store().audit(&filter).await.map_err(|error| store_unavailable(&error))?;
    let next = page.next(found.last().map(|last| last.seq), found.len());
    let decisions: serde_json::Result<_> = found.into_iter().map(decided).collect();
    let decisions = decisions.map_err(|error| {
        tracing::error!(%error, "a record of a decision is no JSON");
        let words = "expected every record in the database to be JSON";
        Notice::new(StatusCode::INTERNAL_SERVER_ERROR, "AUDIT_BROKEN", words)
    })?;
    Ok(json(StatusCode::OK, &AuditPage { decisions, next }))
}

async fn found(app: &App, uri: &Uri) -> Result<(Vec<TaskRow>, Option<i64>), Notice> {
    let query = Query::read(uri, &["status", "after", "limit"]).map_err(bad_query)?;
    let (status, page) = (query.text("status").map_err(bad_query)?, query.page());
    let page = page.map_err(bad_query)?;
    let found = app.store().tasks(status.as_deref(), page.place(), page.limit).await;
    let found = found.map_err(|error| store_unavailable(&error))?;
    let next = page.next(found.last().map(|last| last.number), found.len());
    Ok((found, next))
}

async fn run(app: &App, task: &TaskRow) -> Result<ListedRun, StoreError> {
    let subject = app.store().subject(&task.task_id).await?;
    let artifacts = app.store().artifacts_of(&task.run_id).await?;
    let view = project(subject.task.as_ref(), &subject.events, app.gate().now());
    Ok(ListedRun {
        scenario: view.scenario(),
        violated_invariants: view.violated(),
        row: view.rows.into_iter().next(),
        artifacts: artifacts.into_iter().map(artifact).collect(),
    })
}

fn artifact(kept: ArtifactSummary) -> ListedArtifact {
    let ArtifactSummary { id, name, sha256, receipt_id, created_at } = kept;
    ListedArtifact { id, name, sha256, receipt: receipt_id, created_at }
}

fn listed(row: TaskRow) -> ListedTask {
    let context = row.authorization_context.and_then(|text| RawValue::from_string(text).ok());
    ListedTask {
        task_id: row.task_id,
        run_id: row.run_id,
        status: row.status,
        actor: row.actor,
        lease_epoch: row.lease_epoch,
        lease_expires_at: row.lease_expires_at,
        tier: row.tier,
        action_id: row.action_id,
        title: row.title,
        created_by: row.created_by,
        created_at: row.created_at,
        authorization: ListedAuthorization {
            decision: row.authorization_decision,
            engine: row.authorization_engine,
            context,
            at: row.authorization_at,
            by: row.authorization_by,
        },
    }
}

fn decided(record: AuditRecord) -> serde_json::Result<ListedDecision> {
    Ok(ListedDecision {
        seq: record.seq,
        id: record.id,
        recorded_at: record.recorded_at,
        mode: record.mode,
        class: record.class,
        method: record.method,
        path: record.path,
        decision: record.decision,
        reason: record.reason,
        outcome: record.outcome,
        http: record.http,
        actor: record.actor,
        task_id: record.task_id,
        run_id: record.run_id,
        input: RawValue::from_string(record.input)?,
        verdict: RawValue::from_string(record.verdict)?,
    })
}
