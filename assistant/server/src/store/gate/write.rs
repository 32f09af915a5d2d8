//! The writes. Each takes a permit, and whatever the gate said, the database refuses what would contradict itself.

use futures_util::TryFutureExt as _;
use mutation_gate::{EventKind, GrantUse, MutationClass, Permit, TaskStatus, TerminalKind};
use sha2::{Digest, Sha256};

use super::{
    Applied, Effect, Ending, Fence, Gated, NewArtifact, NewGrant, NewSignal, NewTask, Unapplied,
    was_raced,
};
use crate::store::database::{Session, on};
use crate::store::{StoreError, hex, random_hex};

/// What came of a write.
type Written = sqlx::Result<Result<Applied, Unapplied>>;

impl Gated {
    /// Applies a mutation. Where it is not applied, the transaction has to be undone unless it is [`Unapplied`] for a
    /// reason that was seen before anything was written: all but [`Unapplied::Raced`] are.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn apply(
        &mut self,
        permit: Permit,
        effect: &Effect,
    ) -> Result<Result<Applied, Unapplied>, StoreError> {
        if !is_licensed(&permit, effect) {
            return Ok(Err(Unapplied::Unlicensed));
        }
        let session = &mut self.session;
        let written = match effect {
            Effect::Create(task) => create(session, task).await,
            Effect::End(ending) => end(session, ending).await,
            Effect::Emit(artifact) => emit(session, artifact).await,
            Effect::Grant(grant) => give(session, grant).await,
            Effect::Signal(signal) => record(session, signal).await,
        };
        match written {
            Err(error) if was_raced(&error) => Ok(Err(Unapplied::Raced)),
            written => self.done(written),
        }
    }
}

fn is_licensed(permit: &Permit, effect: &Effect) -> bool {
    use MutationClass::{
        ArtifactEmit, GrantChange, SignalRecord, TaskCancel, TaskComplete, TaskCreate,
        TaskDelegate, TaskFail,
    };
    let Some(class) = permit.class() else { return false };
    match effect {
        Effect::Create(_) => matches!(class, TaskCreate | TaskDelegate),
        Effect::End(Ending { kind, .. }) => match kind {
            TerminalKind::Completed => class == TaskComplete,
            TerminalKind::Failed => class == TaskFail,
            TerminalKind::Canceled => class == TaskCancel,
        },
        Effect::Emit(_) => class == ArtifactEmit,
        Effect::Grant(_) => class == GrantChange,
        Effect::Signal(_) => class == SignalRecord,
    }
}

async fn create(session: &mut Session, task: &NewTask) -> Written {
    let there = on!(session, |connection| {
        sqlx::query_as::<_, (i64,)>("SELECT number FROM tasks WHERE task_id = $1 OR run_id = $2")
            .bind(&task.task_id)
            .bind(&task.run_id)
            .fetch_optional(connection)
    })?;
    if there.is_some() {
        return Ok(Err(Unapplied::Exists));
    }
    if !spend(session, task).await? {
        return Ok(Err(Unapplied::Raced));
    }
    insert_task(session, task).await?;
    let event = NewEvent {
        ts: task.at,
        task_id: &task.task_id,
        run_id: &task.run_id,
        actor: Some(&task.by),
        epoch: 0,
        detail: None,
    };
    event.insert(session, EventKind::Created).await?;
    let next = match task.status {
        TaskStatus::Queued => Some(EventKind::Queued),
        TaskStatus::Delegated => Some(EventKind::Delegated),
        _ => None,
    };
    if let Some(next) = next {
        event.insert(session, next).await?;
    }
    let NewTask { task_id, run_id, status, authorized, .. } = task;
    let (task_id, run_id) = (task_id.clone(), run_id.clone());
    let authorization = authorized.decision;
    Ok(Ok(Applied::Task { task_id, run_id, status: *status, authorization }))
}

async fn insert_task(session: &mut Session, task: &NewTask) -> sqlx::Result<()> {
    on!(session, |connection| { sqlx::query(
        "INSERT INTO tasks (
             task_id, run_id, status, tier, action_id, title, body, question, created_by, created_at,
             authorization_decision, authorization_engine, authorization_context, authorization_at,
             authorization_by
         ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&task.task_id)
    .bind(&task.run_id)
    .bind(task.status.word())
    .bind(task.tier.word())
    .bind(task.action_id.as_deref())
    .bind(task.title.as_deref())
    .bind(task.body.as_deref())
    .bind(task.question.as_deref())
    .bind(&task.by)
    .bind(task.at)
    .bind(task.authorized.decision.word())
    .bind(task.authorized.engine)
    .bind(&task.authorized.context)
    .bind(task.at)
    .bind(&task.by)
    .execute(connection).map_ok(|done| done.rows_affected()) })
    .map(drop)
}

/// Spends the grant that a task rests on, if its use spends it. False when another use did.
async fn spend(session: &mut Session, task: &NewTask) -> sqlx::Result<bool> {
    let Some(GrantUse { id, single_use: true }) = &task.spends else { return Ok(true) };
    let spent = on!(session, |connection| {
        sqlx::query(
            "UPDATE grants SET spent_at = $1, spent_by = $2 WHERE id = $3 AND spent_at IS NULL",
        )
        .bind(task.at)
        .bind(&task.task_id)
        .bind(id)
        .execute(connection)
        .map_ok(|done| done.rows_affected())
    })?;
    Ok(spent == 1)
}

/// An event but for its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewEvent<'a> {
    pub(super) ts: i64,
    pub(super) task_id: &'a str,
    pub(super) run_id: &'a str,
    pub(super) actor: Option<&'a str>,
    pub(super) epoch: i64,
    pub(super) detail: Option<&'a str>,
}

impl NewEvent<'_> {
    pub(super) async fn insert(&self, session: &mut Session, kind: EventKind) -> sqlx::Result<()> {
        on!(session, |connection| {
            sqlx::query(
                "INSERT INTO run_events (ts, kind, task_id, run_id, actor, epoch, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(self.ts)
            .bind(kind.word())
            .bind(self.task_id)
            .bind(self.run_id)
            .bind(self.actor)
            .bind(self.epoch)
            .bind(self.detail)
            .execute(connection)
            .map_ok(|done| done.rows_affected())
        })
        .map(drop)
    }
}

/// The task that ids name, as far as a write depends on it.
struct Named {
    task_id: String,
    run_id: String,
    status: String,
    actor: Option<String>,
    epoch: i64,
}

impl Named {
    async fn find(
        session: &mut Session,
        task_id: Option<&str>,
        run_id: Option<&str>,
    ) -> sqlx::Result<Option<Self>> {
        type Columns = (String, String, String, Option<String>, i64);
        let row = on!(session, |connection| {
            sqlx::query_as::<_, Columns>(
            "SELECT task_id, run_id, status, actor, lease_epoch FROM tasks
             WHERE (CAST($1 AS TEXT) IS NULL OR task_id = $1) AND (CAST($2 AS TEXT) IS NULL OR run_id = $2)
                 AND (CAST($1 AS TEXT) IS NOT NULL OR CAST($2 AS TEXT) IS NOT NULL)",
        )
        .bind(task_id)
        .bind(run_id)
        .fetch_optional(connection)
        })?;
        Ok(row.map(|(task_id, run_id, status, actor, epoch)| Self {
            task_id,
            run_id,
            status,
            actor,
            epoch,
        }))
    }

    fn has_ended(&self) -> bool {
        TaskStatus::of_word(&self.status).is_none_or(TaskStatus::is_terminal)
    }

    fn is_behind(&self, fence: Option<&Fence>) -> bool {
        fence.is_some_and(|Fence { owner, epoch }| {
            self.epoch != *epoch || self.actor.as_ref() != Some(owner)
        })
    }
}

async fn end(session: &mut Session, ending: &Ending) -> Written {
    let (task_id, run_id) = (ending.task_id.as_deref(), ending.run_id.as_deref());
    let Some(named) = Named::find(session, task_id, run_id).await? else {
        return Ok(Err(Unapplied::Unknown));
    };
    if named.has_ended() {
        return Ok(Err(Unapplied::Ended));
    }
    if named.is_behind(ending.fence.as_ref()) {
        return Ok(Err(Unapplied::Stale));
    }
    let (status, kind) = match ending.kind {
        TerminalKind::Completed => (TaskStatus::Completed, EventKind::Completed),
        TerminalKind::Failed => (TaskStatus::Failed, EventKind::Failed),
        TerminalKind::Canceled => (TaskStatus::Canceled, EventKind::Canceled),
    };
    let ended = on!(session, |connection| {
        sqlx::query(
            "UPDATE tasks SET status = $1, lease_expires_at = NULL
         WHERE task_id = $2 AND lease_epoch = $3 AND status = $4",
        )
        .bind(status.word())
        .bind(&named.task_id)
        .bind(named.epoch)
        .bind(&named.status)
        .execute(connection)
        .map_ok(|done| done.rows_affected())
    })?;
    if ended != 1 {
        return Ok(Err(Unapplied::Raced));
    }
    let event = NewEvent {
        ts: ending.at,
        task_id: &named.task_id,
        run_id: &named.run_id,
        actor: Some(&ending.by),
        epoch: named.epoch,
        detail: ending.detail.as_deref(),
    };
    event.insert(session, kind).await?;
    Ok(Ok(Applied::Ended { task_id: named.task_id, run_id: named.run_id, status }))
}

async fn emit(session: &mut Session, artifact: &NewArtifact) -> Written {
    let (task_id, run_id) = (artifact.task_id.as_deref(), artifact.run_id.as_deref());
    let Some(named) = Named::find(session, task_id, run_id).await? else {
        return Ok(Err(Unapplied::Unknown));
    };
    if named.has_ended() {
        return Ok(Err(Unapplied::Ended));
    }
    if named.is_behind(artifact.fence.as_ref()) {
        return Ok(Err(Unapplied::Stale));
    }
    let there = on!(session, |connection| {
        sqlx::query_as::<_, (i64,)>("SELECT number FROM artifacts WHERE run_id = $1 AND name = $2")
            .bind(&named.run_id)
            .bind(&artifact.name)
            .fetch_optional(connection)
    })?;
    if there.is_some() {
        return Ok(Err(Unapplied::Exists));
    }
    let id = drawn("art_")?;
    let sha256 = hex(&Sha256::digest(&artifact.content));
    on!(session, |connection| {
        sqlx::query(
        "INSERT INTO artifacts (id, task_id, run_id, name, content, sha256, receipt_id, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&id)
    .bind(&named.task_id)
    .bind(&named.run_id)
    .bind(&artifact.name)
    .bind(&artifact.content)
    .bind(&sha256)
    .bind(artifact.receipt_id.as_deref())
    .bind(&artifact.by)
    .bind(artifact.at)
    .execute(connection).map_ok(|done| done.rows_affected())
    })?;
    let event = NewEvent {
        ts: artifact.at,
        task_id: &named.task_id,
        run_id: &named.run_id,
        actor: Some(&artifact.by),
        epoch: named.epoch,
        detail: Some(&id),
    };
    event.insert(session, EventKind::ArtifactEmitted).await?;
    Ok(Ok(Applied::Artifact { id, sha256 }))
}

async fn give(session: &mut Session, grant: &NewGrant) -> Written {
    let id = drawn("grant_")?;
    let allow =
        serde_json::to_string(&grant.allow).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let (kind, scope) = &grant.scope;
    on!(session, |connection| {
        sqlx::query(
        "INSERT INTO grants (id, allow, scope_kind, scope_id, expires_at, single_use, granted_by, granted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(allow)
    .bind(*kind)
    .bind(scope)
    .bind(grant.expires_at)
    .bind(i64::from(grant.single_use))
    .bind(&grant.by)
    .bind(grant.at)
    .execute(connection).map_ok(|done| done.rows_affected())
    })?;
    Ok(Ok(Applied::Grant { id }))
}

async fn record(session: &mut Session, signal: &NewSignal) -> Written {
    let id = drawn("signal_")?;
    let live = on!(session, |connection| {
        sqlx::query_as::<_, (String,)>(
            "UPDATE governance_signals SET superseded_by = $1
         WHERE scope = $2 AND type = $3 AND superseded_by IS NULL RETURNING id",
        )
        .bind(&id)
        .bind(&signal.scope)
        .bind(signal.kind.word())
        .fetch_optional(connection)
    })?;
    on!(session, |connection| {
        sqlx::query(
            "INSERT INTO governance_signals (
             id, type, scope, decision, reason, constraints, recorded_by, recorded_at, expires_at,
             semantic_owner
         ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&id)
        .bind(signal.kind.word())
        .bind(&signal.scope)
        .bind(signal.decision.word())
        .bind(&signal.reason)
        .bind(signal.constraints.as_deref())
        .bind(&signal.by)
        .bind(signal.at)
        .bind(signal.expires_at)
        .bind(&signal.semantic_owner)
        .execute(connection)
        .map_ok(|done| done.rows_affected())
    })?;
    Ok(Ok(Applied::Signal { id, supersedes: live.map(|(id,)| id) }))
}

/// A new id that nobody can guess.
pub(super) fn drawn(prefix: &str) -> sqlx::Result<String> {
    let drawn = random_hex().map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?;
    Ok(format!("{prefix}{drawn}"))
}
