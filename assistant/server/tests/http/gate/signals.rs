//! What governs from outside.

use mutation_gate::GateMode;
use serde_json::{Value, json};

use super::{Behind, assert_denied, behind};
use crate::databases::on_each_database;

async fn signal(
    world: &Behind,
    kind: &str,
    scope: &str,
    decision: &str,
    expires_at: Option<i64>,
) -> Value {
    let body = json!({ "type": kind, "scope": scope, "decision": decision, "reason": "because",
        "expires_at": expires_at, "constraints": { "b": 1, "a": [2] } });
    let answer = world.post("/governance/signals", &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

async fn created(world: &Behind, id: &str) -> u16 {
    world.post("/api/tasks/create", &json!({ "task_id": id })).await.status.as_u16()
}

async fn blocked_and_pending_block_what_they_cover_until_they_end_or_are_superseded() {
    let world = behind(GateMode::Enforce).await;
    for (number, (scope, elsewhere)) in [
        ("task:x", 201),
        ("class:task_create", 409),
        ("everything", 409),
        ("class:task_cancel", 201),
    ]
    .iter()
    .enumerate()
    {
        for (decision, blocks) in
            [("BLOCKED", true), ("PENDING", true), ("WARN", false), ("CLEAN", false)]
        {
            signal(&world, "CI_STATUS", scope, decision, None).await;
            let id = format!("y-{number}-{decision}");
            let expected = if blocks { *elsewhere } else { 201 };
            assert_eq!(created(&world, &id).await, expected, "{scope} {decision}");
        }
    }
    signal(&world, "SESSION_BLOCK", "everything", "BLOCKED", Some(world.now() + 10)).await;
    assert_eq!(created(&world, "later").await, 409);
    world.at(world.now() + 10);
    assert_eq!(created(&world, "later").await, 201);
}

async fn one_signal_of_a_scope_and_type_is_live_and_the_others_say_by_which_they_were_superseded() {
    let world = behind(GateMode::Enforce).await;
    let first = signal(&world, "CI_STATUS", "task:t", "BLOCKED", None).await;
    let other = signal(&world, "LAYER_STATUS", "task:t", "WARN", Some(world.now() + 5)).await;
    let second = signal(&world, "CI_STATUS", "task:t", "CLEAN", None).await;
    assert_eq!((&first["supersedes"], &second["supersedes"]), (&Value::Null, &first["id"]));
    let page = world.assistant.get("/governance/signals").await.json();
    let all = page["signals"].as_array().expect("signals");
    let by: Vec<_> = all.iter().map(|one| (&one["id"], &one["superseded_by"])).collect();
    assert_eq!(
        by,
        [
            (&first["id"], &second["id"]),
            (&other["id"], &Value::Null),
            (&second["id"], &Value::Null)
        ]
    );
    assert_eq!(
        (&all[0]["recorded_by"], &all[0]["semantic_owner"]),
        (&json!("local"), &json!("governance"))
    );
    assert_eq!(all[0]["constraints"], json!({ "b": 1, "a": [2] }));
    let live = async || {
        let page = world.assistant.get("/governance/signals?live=true").await.json();
        page["signals"].as_array().expect("signals").len()
    };
    assert_eq!(live().await, 2);
    world.at(world.now() + 5);
    assert_eq!(live().await, 1);
    world.assistant.get("/governance/signals?live=maybe").await.assert_error(
        422,
        "BAD_QUERY",
        Some("/live"),
    );
}

async fn a_signal_can_be_lifted_while_everything_is_blocked() {
    let world = behind(GateMode::Enforce).await;
    signal(&world, "MANUAL_OVERRIDE", "class:signal_record", "BLOCKED", None).await;
    signal(&world, "MANUAL_OVERRIDE", "everything", "BLOCKED", None).await;
    assert_denied(
        &world.post("/api/tasks/create", &json!({ "task_id": "t" })).await,
        409,
        "E_GOVERNANCE_BLOCKED",
    );
    signal(&world, "MANUAL_OVERRIDE", "everything", "CLEAN", None).await;
    assert_eq!(created(&world, "t").await, 201);
}

async fn the_status_names_the_mode_and_what_is_in_the_way_now() {
    for mode in GateMode::ALL {
        let world = behind(*mode).await;
        let status = async || world.assistant.get("/status").await.json();
        assert_eq!(status().await["gate_mode"], json!(mode.word()));
        assert_eq!(status().await["governance_signals"], json!([]));
        signal(&world, "CI_STATUS", "task:t", "BLOCKED", Some(world.now() + 5)).await;
        signal(&world, "LAYER_STATUS", "task:t", "WARN", None).await;
        let found = status().await;
        assert_eq!(
            found["governance_signals"],
            json!([{ "scope": "task:t", "type": "CI_STATUS", "reason": "because" }])
        );
        assert_eq!(found["reasons"], json!([]), "the document holds its contract");
        world.at(world.now() + 5);
        assert_eq!(status().await["governance_signals"], json!([]));
    }
}

on_each_database! {
    blocked_and_pending_block_what_they_cover_until_they_end_or_are_superseded,
    one_signal_of_a_scope_and_type_is_live_and_the_others_say_by_which_they_were_superseded,
    a_signal_can_be_lifted_while_everything_is_blocked,
    the_status_names_the_mode_and_what_is_in_the_way_now,
}
