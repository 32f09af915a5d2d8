//! The projection of a task and its events into what the gate looks at.

use std::collections::BTreeSet;

use crate::event::{Event, EventKind};
use crate::row::{Invariants, Row};
use crate::status::TaskStatus;
use crate::words::words;

/// A task as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The task.
    pub task_id: String,
    /// Where it stands.
    pub status: TaskStatus,
    /// Who holds it.
    pub actor: Option<String>,
    /// Its present run.
    pub run_id: Option<String>,
    /// When its lease ends, in milliseconds.
    pub lease_expires_at: Option<i64>,
    /// How often its lease was taken.
    pub lease_epoch: Option<i64>,
}

/// What is known of a run: no row when it is unknown, one row when all is well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunView {
    /// The rows, that of the task first.
    pub rows: Vec<Row>,
}

words! {
    /// Who may end a run, from the lease and the end of it.
    Scenario {
        /// The run has ended.
        Terminal = "S_TERMINAL",
        /// Somebody works on it.
        LeaseFreshWithActor = "S_LEASE_FRESH_WITH_ACTOR",
        /// It is leased, and nobody knows to whom.
        LeaseFreshNoActor = "S_LEASE_FRESH_NO_ACTOR",
        /// Somebody worked on it and was last heard of too long ago.
        LeaseStaleWithActor = "S_LEASE_STALE_WITH_ACTOR",
        /// Anything else.
        NoLeaseNoActor = "S_NO_LEASE_NO_ACTOR",
    }
}

impl RunView {
    /// A view of one row.
    #[must_use]
    pub fn of(row: Row) -> Self {
        Self { rows: vec![row] }
    }

    /// The row of the run, if the run is known.
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        self.rows.first()
    }

    /// Who may end the run.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        self.row().map_or(Scenario::NoLeaseNoActor, Scenario::of)
    }

    /// What does not hold of the view. Nothing is wrong with an unknown run.
    #[must_use]
    pub fn violated(&self) -> Invariants {
        Invariants::violated(&self.rows)
    }
}

impl Scenario {
    /// The scenario of a row.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let held = row.holder().is_some();
        match (row.is_terminal, row.lease_fresh) {
            (true, _) => Self::Terminal,
            (false, true) if held => Self::LeaseFreshWithActor,
            (false, true) => Self::LeaseFreshNoActor,
            (false, false) if held && row.lease_expired() => Self::LeaseStaleWithActor,
            (false, false) => Self::NoLeaseNoActor,
        }
    }
}

/// Projects the present run of a task at `now`, in milliseconds. Without a task, that of the last event.
///
/// The order in which the events come does not matter. Another task that has events of the same run gets a row of its own.
#[must_use]
pub fn project(task: Option<&Task>, events: &[Event], now: i64) -> RunView {
    let of_task = |event: &&Event| task.is_none_or(|task| event.task_id == task.task_id);
    let last = events.iter().filter(of_task).max();
    let subject = task.map(|task| &task.task_id).or_else(|| last.map(|event| &event.task_id));
    let Some(subject) = subject else { return RunView::default() };
    let of_subject = || events.iter().filter(|event| event.task_id == *subject);
    let stored = task.and_then(|task| task.run_id.as_ref());
    let run = stored
        .or_else(|| of_subject().filter(|event| event.run_id.is_some()).max()?.run_id.as_ref());
    let of_run = |event: &&Event| event.run_id.is_some() && event.run_id.as_ref() == run;
    let others: BTreeSet<_> = events.iter().filter(of_run).map(|event| &event.task_id).collect();
    let own = row(subject, run, task, events, now);
    let others = others.into_iter().filter(|other| *other != subject);
    let rows = others.map(|other| row(other, run, None, events, now));
    RunView { rows: std::iter::once(own).chain(rows).collect() }
}

fn row(
    task_id: &String,
    run: Option<&String>,
    task: Option<&Task>,
    events: &[Event],
    now: i64,
) -> Row {
    let own = || {
        events.iter().filter(|event| {
            event.task_id == *task_id && (event.run_id.is_none() || event.run_id.as_ref() == run)
        })
    };
    let heartbeat = own().filter(|event| event.kind == EventKind::Heartbeat).max();
    let last_heartbeat_ts = heartbeat.map(|event| event.ts);
    let last = own().max();
    let end = own().filter(|event| event.kind.terminal().is_some()).min();
    let status = task.map(|task| task.status);
    let expiry = task.and_then(|task| task.lease_expires_at);
    Row {
        run_id: run.cloned(),
        task_id: Some(task_id.clone()),
        actor: task.and_then(|task| task.actor.clone()),
        lease_epoch: task.and_then(|task| task.lease_epoch),
        lease_expires_at: expiry,
        lease_fresh: expiry.is_some_and(|expiry| expiry > now),
        lease_ttl_ms: expiry.map(|expiry| expiry.saturating_sub(now).max(0)),
        last_heartbeat_ts,
        heartbeat_age_ms: last_heartbeat_ts.map(|ts| now.saturating_sub(ts)),
        last_event_id: last.map(|event| event.id.clone()),
        last_event_ts: last.map(|event| event.ts),
        last_event_kind: last.map(|event| event.kind),
        task_status: status,
        is_terminal: end.is_some() || status.is_some_and(TaskStatus::is_terminal),
        terminal_event_kind: end.and_then(|event| event.kind.terminal()),
        terminal_event_ts: end.map(|event| event.ts),
        terminal_event_id: end.map(|event| event.id.clone()),
    }
}
