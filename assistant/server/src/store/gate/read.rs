//! What the gate looks at, read in the transaction of what it decides about.

use super::{Gated, unread};
use crate::status::Part;
use crate::store::database::{Session, on};
use crate::store::{Store, StoreError};
use mutation_gate::{
    ActionPattern, Event, EventId, EventKind, Grant, GrantScope, Signal, SignalDecision,
    SignalScope, SignalType, Task, TaskStatus,
};

/// A task and what happened to it and to its run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The task, if there is one.
    pub task: Option<Task>,
    /// The events, oldest first.
    pub events: Vec<Event>,
}

/// A grant, with the texts from which it is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptGrant {
    /// As the gate takes it.
    pub grant: Grant,
    /// The actions, as a JSON array of texts.
    pub allow: String,
    /// `run_id` or `task_id`, and the id.
    pub scope: (&'static str, String),
}

/// A signal, with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSignal {
    /// As the gate takes it.
    pub signal: Signal,
    /// Its id.
    pub id: String,
    /// Its scope, as it was recorded.
    pub scope: String,
    /// Why it was recorded.
    pub reason: String,
}

type TaskColumns = (String, String, String, Option<String>, Option<i64>, i64);
type EventColumns = (i64, i64, String, String, String, Option<String>);
type GrantColumns = (String, String, String, String, i64, i64, Option<i64>);
type SignalColumns = (String, String, String, String, String, Option<i64>);

impl Gated {
    /// The task of that id or, where there is none, that of the run; and its events with those of the run.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn subject(
        &mut self,
        task_id: Option<&str>,
        run_id: Option<&str>,
    ) -> Result<Subject, StoreError> {
        let outcome = subject(&mut self.session, task_id, run_id).await;
        self.done(outcome)
    }

    /// The grants for that task or run.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn grants(
        &mut self,
        task_id: Option<&str>,
        run_id: Option<&str>,
    ) -> Result<Vec<KeptGrant>, StoreError> {
        let outcome = on!(&mut self.session, |connection| {
            sqlx::query_as::<_, GrantColumns>(
            "SELECT id, allow, scope_kind, scope_id, expires_at, single_use, spent_at FROM grants
             WHERE (scope_kind = 'task_id' AND scope_id = $1) OR (scope_kind = 'run_id' AND scope_id = $2)
             ORDER BY number",
        )
        .bind(task_id)
        .bind(run_id)
        .fetch_all(connection)
        });
        let rows = self.done(outcome)?;
        let grants: sqlx::Result<_> = rows.into_iter().map(grant).collect();
        self.done(grants)
    }

    /// The signals that are live at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn live_signals(&mut self, now: i64) -> Result<Vec<KeptSignal>, StoreError> {
        let outcome = live_signals(&mut self.session, now).await;
        self.done(outcome)
    }
}

impl Store {
    /// A task and what happened to it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn subject(&self, task_id: &str) -> Result<Subject, StoreError> {
        let outcome = async {
            let mut session = self.database.session().await?;
            subject(&mut session, Some(task_id), None).await
        };
        let outcome = outcome.await;
        self.noted(Part::Reads, outcome)
    }
}

pub(super) async fn live_signals(session: &mut Session, now: i64) -> sqlx::Result<Vec<KeptSignal>> {
    let rows = on!(session, |connection| {
        sqlx::query_as::<_, SignalColumns>(
            "SELECT id, type, scope, decision, reason, expires_at FROM governance_signals
         WHERE superseded_by IS NULL AND (expires_at IS NULL OR expires_at > $1)
         ORDER BY number",
        )
        .bind(now)
        .fetch_all(connection)
    })?;
    rows.into_iter().map(signal).collect()
}

async fn subject(
    session: &mut Session,
    task_id: Option<&str>,
    run_id: Option<&str>,
) -> sqlx::Result<Subject> {
    let row = on!(session, |connection| {
        sqlx::query_as::<_, TaskColumns>(
        "SELECT task_id, run_id, status, actor, lease_expires_at, lease_epoch FROM tasks
         WHERE task_id = $1 OR run_id = $2 ORDER BY CASE WHEN task_id = $1 THEN 0 ELSE 1 END LIMIT 1",
    )
    .bind(task_id)
    .bind(run_id)
    .fetch_optional(connection)
    })?;
    let task = row.map(task).transpose()?;
    let run = task.as_ref().and_then(|task| task.run_id.as_deref()).or(run_id);
    let task_id = task.as_ref().map(|task| task.task_id.as_str()).or(task_id);
    let rows = on!(session, |connection| {
        sqlx::query_as::<_, EventColumns>(
            "SELECT id, ts, kind, task_id, run_id, actor FROM run_events
         WHERE task_id = $1 OR run_id = $2 ORDER BY ts, id",
        )
        .bind(task_id)
        .bind(run)
        .fetch_all(connection)
    })?;
    let events: sqlx::Result<_> = rows.into_iter().map(event).collect();
    Ok(Subject { events: events?, task })
}

fn task(columns: TaskColumns) -> sqlx::Result<Task> {
    let (task_id, run_id, status, actor, lease_expires_at, epoch) = columns;
    let status = TaskStatus::of_word(&status).ok_or_else(|| unread("tasks.status"))?;
    let (run_id, lease_epoch) = (Some(run_id), Some(epoch));
    Ok(Task { task_id, status, actor, run_id, lease_expires_at, lease_epoch })
}

fn event((id, ts, kind, task_id, run_id, actor): EventColumns) -> sqlx::Result<Event> {
    let kind = EventKind::of_word(&kind).ok_or_else(|| unread("run_events.kind"))?;
    Ok(Event { ts, id: EventId::Number(id), kind, task_id, run_id: Some(run_id), actor })
}

fn grant(columns: GrantColumns) -> sqlx::Result<KeptGrant> {
    let (id, allow, kind, scope_id, expires_at, single_use, spent_at) = columns;
    let actions: Vec<String> = serde_json::from_str(&allow).map_err(|_| unread("grants.allow"))?;
    let patterns = actions.iter().map(|text| ActionPattern::parse(text));
    let patterns = patterns.collect::<Option<Vec<_>>>().ok_or_else(|| unread("grants.allow"))?;
    let (kind, scope) = match kind.as_str() {
        "run_id" => ("run_id", GrantScope::Run(scope_id.clone())),
        "task_id" => ("task_id", GrantScope::Task(scope_id.clone())),
        _ => return Err(unread("grants.scope_kind")),
    };
    let (single_use, spent) = (single_use != 0, spent_at.is_some());
    let grant = Grant { id, allow: patterns, scope, expires_at, single_use, spent };
    Ok(KeptGrant { grant, allow, scope: (kind, scope_id) })
}

fn signal(columns: SignalColumns) -> sqlx::Result<KeptSignal> {
    let (id, kind, scope, decision, reason, expires_at) = columns;
    let kind = SignalType::of_word(&kind).ok_or_else(|| unread("governance_signals.type"))?;
    let decision = SignalDecision::of_word(&decision);
    let decision = decision.ok_or_else(|| unread("governance_signals.decision"))?;
    let signal =
        Signal { kind, scope: SignalScope::read(&scope), decision, expires_at, superseded: false };
    Ok(KeptSignal { signal, id, scope, reason })
}
