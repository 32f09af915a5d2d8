//! The decision about a mutation, and what is read and projected before it.

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use mutation_gate::{
    ActionPattern, Asked, Authorization, Decision, Event, EventId, EventKind, Grant, GrantScope,
    Intent, IntentError, ROUTES, RouteTable, RunView, Signal, SignalDecision, SignalScope,
    SignalType, Task, TaskStatus, Tier, Verdict, ask, decide, project,
};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_000;

fn main() {
    divan::main();
}

fn table() -> RouteTable {
    RouteTable::new(ROUTES).unwrap_or_default()
}

/// The holder completes a run, with an action that rests on the last of its grants.
fn body() -> Value {
    json!({
        "task_id": "task-4f1c2a9e", "run_id": "run-77b0c1d2", "actor": "worker-3",
        "action_id": "deploy.site.eu", "tier": "B",
    })
}

fn asked(body: &Value) -> Asked {
    ask(&table(), "POST", "/api/tasks/complete", body, None)
}

fn events(count: i64) -> Vec<Event> {
    let event = |id| Event {
        ts: NOW - count + id,
        id: EventId::Number(id),
        kind: EventKind::Heartbeat,
        task_id: "task-4f1c2a9e".to_owned(),
        run_id: Some("run-77b0c1d2".to_owned()),
        actor: Some("worker-3".to_owned()),
    };
    (0..count).map(event).collect()
}

fn task() -> Task {
    Task {
        task_id: "task-4f1c2a9e".to_owned(),
        status: TaskStatus::Running,
        actor: Some("worker-3".to_owned()),
        run_id: Some("run-77b0c1d2".to_owned()),
        lease_expires_at: Some(NOW + 30_000),
        lease_epoch: Some(2),
    }
}

fn authorization(grants: usize) -> Authorization {
    let grant = |number| Grant {
        id: format!("grant-{number}"),
        allow: ActionPattern::parse("deploy.site.").into_iter().collect(),
        scope: GrantScope::Run("run-77b0c1d2".to_owned()),
        expires_at: if number + 1 == grants { NOW + 1 } else { NOW },
        single_use: false,
        spent: false,
    };
    let actions = (0..100).map(|number| (format!("archive.page.{number}"), Tier::B));
    Authorization {
        actions: BTreeMap::from_iter(actions),
        grants: (0..grants).map(grant).collect(),
    }
}

fn signals(count: usize) -> Vec<Signal> {
    let signal = |number| Signal {
        kind: SignalType::CiStatus,
        scope: SignalScope::Task(format!("task-{number}")),
        decision: SignalDecision::Blocked,
        expires_at: Some(NOW + 1),
        superseded: false,
    };
    (0..count).map(signal).collect()
}

fn decided(
    intent: &Result<Intent, IntentError>,
    view: &RunView,
    with: &(Authorization, Vec<Signal>),
) -> Decision {
    decide(intent, view, &with.0, &with.1, NOW)
}

/// The longest way through the table: nothing denies, so every row is looked at.
#[divan::bench(args = [1, 16], sample_size = 1_000)]
fn allowed(bencher: Bencher<'_, '_>, many: usize) {
    let Asked::Mutates(intent) = asked(&body()) else { return };
    let view = project(Some(&task()), &events(4), NOW);
    let with = (authorization(many), signals(many));
    assert_eq!(decided(&intent, &view, &with).verdict(), Verdict::Allow);
    bencher.bench_local(|| decided(black_box(&intent), black_box(&view), black_box(&with)));
}

#[divan::bench(sample_size = 1_000)]
fn denied(bencher: Bencher<'_, '_>) {
    let Asked::Mutates(intent) = asked(&json!({"task_id": ""})) else { return };
    let view = project(Some(&task()), &events(4), NOW);
    let with = (Authorization::default(), Vec::new());
    bencher.bench_local(|| decided(black_box(&intent), black_box(&view), black_box(&with)));
}

#[divan::bench(sample_size = 1_000)]
fn request_read(bencher: Bencher<'_, '_>) {
    let (table, body) = (table(), body());
    bencher.bench_local(|| {
        ask(black_box(&table), "POST", "/api/tasks/complete", black_box(&body), None)
    });
}

#[divan::bench(args = [4, 64, 1_024], sample_size = 100)]
fn run_projected(bencher: Bencher<'_, '_>, count: i64) {
    let (task, events) = (task(), events(count));
    bencher.bench_local(|| project(Some(black_box(&task)), black_box(&events), NOW));
}
