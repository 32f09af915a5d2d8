//! What the database itself refuses, whoever asks it.

use mutation_gate::GateMode;
use serde_json::json;

use super::behind;
use crate::databases::{Other, on_each_database};

async fn the_database_refuses_what_would_contradict_itself() {
    let world = behind(GateMode::Enforce).await;
    world.held("t", "local").await;
    world.create("open").await;
    world.post("/api/artifacts", &json!({ "task_id": "t", "name": "n", "content": "c" })).await;
    world.post("/api/tasks/complete", &json!({ "task_id": "t" })).await;
    let grant = json!({ "allow": ["a"], "scope": { "task_id": "t" }, "expires_at": 1 });
    world.post("/api/grants", &grant).await;
    let signal = json!({ "type": "CI_STATUS", "scope": "x", "decision": "CLEAN", "reason": "r" });
    world.post("/governance/signals", &signal).await;
    world.post("/governance/signals", &signal).await;
    let before = world.kept().await;
    let mut other = world.assistant.other_connection().await;
    for statement in REFUSED {
        assert!(other.run(statement).await.is_err(), "{statement}");
    }
    if matches!(other, Other::Sqlite(_)) {
        for statement in REFUSED_OF_A_FILE {
            assert!(other.run(statement).await.is_err(), "{statement}");
        }
    }
    assert_eq!(world.kept().await, before);
    let of_scope = "SELECT id FROM governance_signals WHERE superseded_by IS NULL";
    assert_eq!(other.texts(of_scope).await.len(), 1);
}

const REFUSED: &[&str] = &[
    "INSERT INTO run_events (ts, kind, task_id, run_id, epoch) VALUES (1, 'task.failed', 't', 'run-t', 1)",
    "INSERT INTO run_events (ts, kind, task_id, run_id, epoch) VALUES (1, 'task.erased', 't', 'run-t', 1)",
    "UPDATE run_events SET ts = 1",
    "DELETE FROM run_events",
    "UPDATE tasks SET status = 'running' WHERE task_id = 't'",
    "UPDATE tasks SET lease_epoch = 9 WHERE task_id = 't'",
    "UPDATE tasks SET authorization_decision = 'DENIED' WHERE task_id = 'open'",
    "UPDATE tasks SET lease_epoch = -1 WHERE task_id = 'open'",
    "UPDATE tasks SET status = 'erased' WHERE task_id = 'open'",
    "UPDATE tasks SET run_id = 'other' WHERE task_id = 'open'",
    "DELETE FROM tasks",
    "UPDATE artifacts SET content = 'other'",
    "DELETE FROM artifacts",
    "UPDATE grants SET expires_at = 9",
    "UPDATE grants SET single_use = 0, spent_at = 1, spent_by = 'x', allow = '[]'",
    "DELETE FROM grants",
    "UPDATE governance_signals SET decision = 'BLOCKED'",
    "UPDATE governance_signals SET superseded_by = NULL",
    "UPDATE governance_signals SET reason = 'other' WHERE superseded_by IS NULL",
    "DELETE FROM governance_signals",
    "INSERT INTO governance_signals (id, type, scope, decision, reason, recorded_by, recorded_at, semantic_owner) VALUES ('z', 'CI_STATUS', 'x', 'CLEAN', 'r', 'l', 1, 'o')",
    "UPDATE gate_audit SET reason = 'ALLOW'",
    "DELETE FROM gate_audit",
];

/// What replaces a row fires no trigger of its removal.
const REFUSED_OF_A_FILE: &[&str] = &[
    "INSERT OR REPLACE INTO run_events (ts, kind, task_id, run_id, epoch) VALUES (1, 'task.failed', 't', 'run-t', 1)",
    "INSERT OR REPLACE INTO run_events (id, ts, kind, task_id, run_id, epoch) VALUES (1, 1, 'task.progress', 't', 'run-t', 1)",
    "INSERT OR REPLACE INTO tasks (task_id, run_id, status, tier, created_by, created_at) VALUES ('t', 'r', 'queued', 'A', 'x', 1)",
    "INSERT OR REPLACE INTO tasks (task_id, run_id, status, tier, created_by, created_at) VALUES ('u', 'run-t', 'queued', 'A', 'x', 1)",
    "INSERT OR REPLACE INTO artifacts (id, task_id, run_id, name, content, sha256, actor, created_at) SELECT 'z', task_id, run_id, name, 'other', sha256, actor, 1 FROM artifacts",
    "INSERT OR REPLACE INTO governance_signals (id, type, scope, decision, reason, recorded_by, recorded_at, semantic_owner) VALUES ('z', 'CI_STATUS', 'x', 'CLEAN', 'r', 'l', 1, 'o')",
    "INSERT OR REPLACE INTO gate_audit SELECT * FROM gate_audit",
];

on_each_database! {
    the_database_refuses_what_would_contradict_itself,
}
