//! Tasks, their ends and what they make: the writes, each of which passes the gate.

use axum::extract::{Request, State};
use axum::response::Response;
use mutation_gate::{TaskStatus, TerminalKind, Tier};
use speech_exit::Notice;
use speech_exit::strict::{At, Fault, Members};

use super::gated::{DenialOrError, DoneShape, gated, id, number, short, words};
use crate::app::App;
use crate::gate::{Wanted, WantedTask};

const TASK: &[&str] = &["task_id", "taskId", "id"];
/// A body that has an id of its own names the task in full.
const TASK_OF: &[&str] = &["task_id", "taskId"];
const RUN: &[&str] = &["run_id", "runId"];
const NAME_MAX_BYTES: usize = 128;
const QUESTION_MAX_BYTES: usize = 64 << 10;
const DETAIL_MAX_BYTES: usize = 500;

/// A task to be made.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `new_task` reads")]
pub(crate) struct TaskShape {
    task_id: String,
    /// Drawn when it is not given.
    run_id: Option<String>,
    /// `A`, `B` or `C`; an action's own tier may be higher.
    tier: Option<String>,
    action_id: Option<String>,
    /// Needed for tiers B and C.
    disclosure: Option<DisclosureShape>,
    /// What the worker is to ask. Without one, nobody here runs the task.
    question: Option<String>,
    /// `created` or `queued`; queued when there is a question.
    status: Option<String>,
}

/// What people are told about a task.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `new_task` reads")]
pub(crate) struct DisclosureShape {
    title: String,
    body: String,
}

/// A run to be ended. One of the ids is needed.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `ending` reads")]
pub(crate) struct EndShape {
    task_id: Option<String>,
    run_id: Option<String>,
    /// By which epoch the run is held; one that is not the present one ends nothing.
    lease_epoch: Option<i64>,
    /// Why.
    detail: Option<String>,
}

/// Something that a run made.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `artifact` reads")]
pub(crate) struct ArtifactShape {
    task_id: Option<String>,
    run_id: Option<String>,
    /// What the run calls it, once.
    name: String,
    content: String,
    lease_epoch: Option<i64>,
}

/// Makes a task.
#[utoipa::path(
    post,
    path = "/api/tasks/create",
    request_body = TaskShape,
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
pub async fn create(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, |body| new_task(body, TaskStatus::Created)).await
}

/// Makes a task and hands it on.
#[utoipa::path(
    post,
    path = "/api/tasks-mutations/delegate-taskspec",
    request_body = TaskShape,
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
pub async fn delegate(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, |body| new_task(body, TaskStatus::Delegated)).await
}

/// Says that a run is done.
#[utoipa::path(
    post,
    path = "/api/tasks/complete",
    request_body = EndShape,
    responses(
        (status = 200, body = DoneShape),
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
pub async fn complete(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, |body| ending(body, TerminalKind::Completed)).await
}

/// Says that a run failed.
#[utoipa::path(
    post,
    path = "/api/tasks/fail",
    request_body = EndShape,
    responses(
        (status = 200, body = DoneShape),
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
pub async fn fail(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, |body| ending(body, TerminalKind::Failed)).await
}

/// Ends a run from outside.
#[utoipa::path(
    post,
    path = "/api/tasks/cancel",
    request_body = EndShape,
    responses(
        (status = 200, body = DoneShape),
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
pub async fn cancel(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, |body| ending(body, TerminalKind::Canceled)).await
}

/// Keeps what a run made.
#[utoipa::path(
    post,
    path = "/api/artifacts",
    request_body = ArtifactShape,
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
pub async fn emit(State(app): State<App>, request: Request) -> Result<Response, Notice> {
    gated(&app, request, artifact).await
}

fn new_task(body: &At<'_>, usual: TaskStatus) -> Result<Wanted, Fault> {
    let members = body.members()?;
    let task_id = match id(&members, TASK)? {
        Some(id) => id,
        None => members.required("task_id")?.filled_text()?.to_owned(),
    };
    let question = members.optional("question").map(|at| short(&at, QUESTION_MAX_BYTES));
    let question = question.transpose()?;
    let disclosure = members.optional("disclosure").and_then(|at| at.members().ok());
    let disclosed = |name| {
        let text = disclosure.as_ref()?.optional(name)?.text().ok()?;
        Some(text.replace('\0', " ")).filter(|text| !text.trim().is_empty())
    };
    Ok(Wanted::Task(WantedTask {
        task_id,
        run_id: id(&members, RUN)?,
        status: status(&members, usual, question.is_some()),
        tier: tier(&members),
        action_id: id(&members, &["action_id"])?,
        title: disclosed("title"),
        body: disclosed("body"),
        question,
    }))
}

/// Where a task stands at first: where it is asked to, if it can, and in the queue if there is something to run.
fn status(members: &Members<'_>, usual: TaskStatus, has_question: bool) -> TaskStatus {
    let asked = members.optional("status").and_then(|at| TaskStatus::read(at.text().ok()?));
    match asked {
        Some(status @ (TaskStatus::Created | TaskStatus::Queued)) => status,
        _ if usual == TaskStatus::Created && has_question => TaskStatus::Queued,
        _ => usual,
    }
}

/// The tier that is asked for. What is no tier is the highest: where it is let pass all the same, it does not run.
fn tier(members: &Members<'_>) -> Option<Tier> {
    let names = ["tier", "action_tier", "actionTier"];
    let given = names.into_iter().filter_map(|name| members.optional(name));
    given.map(|at| at.text().ok().and_then(Tier::of_word).unwrap_or(Tier::C)).max()
}

fn ending(body: &At<'_>, kind: TerminalKind) -> Result<Wanted, Fault> {
    let members = body.members()?;
    let (task_id, run_id) = of_run(&members, TASK)?;
    let epoch = number(&members, "lease_epoch")?;
    let detail = members.optional("detail").map(|at| short(&at, DETAIL_MAX_BYTES)).transpose()?;
    Ok(Wanted::End { task_id, run_id, kind, epoch, detail })
}

fn artifact(body: &At<'_>) -> Result<Wanted, Fault> {
    let members = body.members()?;
    let (task_id, run_id) = of_run(&members, TASK_OF)?;
    let name = short(&members.required("name")?, NAME_MAX_BYTES)?;
    let content = words(&members.required("content")?)?.to_owned();
    let (epoch, receipt_id) = (number(&members, "lease_epoch")?, None);
    Ok(Wanted::Artifact { task_id, run_id, name, content, receipt_id, epoch })
}

fn of_run(
    members: &Members<'_>,
    names: &[&'static str],
) -> Result<(Option<String>, Option<String>), Fault> {
    let (task_id, run_id) = (id(members, names)?, id(members, RUN)?);
    if task_id.is_none() && run_id.is_none() {
        members.required("task_id")?;
    }
    Ok((task_id, run_id))
}
