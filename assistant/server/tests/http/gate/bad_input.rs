//! Input that is wrong gets the reason of the table and writes nothing.

use axum::http::Method;
use mutation_gate::GateMode;
use serde_json::{Value, json};

use super::{assert_denied, behind};
use crate::databases::on_each_database;
use crate::support::request;

const PATHS: [&str; 8] = [
    "/api/tasks/create",
    "/api/tasks-mutations/delegate-taskspec",
    "/api/tasks/complete",
    "/api/tasks/fail",
    "/api/tasks/cancel",
    "/api/artifacts",
    "/api/grants",
    "/governance/signals",
];

async fn a_body_that_is_no_object_is_no_intent() {
    let world = behind(GateMode::Enforce).await;
    let before = world.kept().await;
    let deep = "[".repeat(200) + &"]".repeat(200);
    let bodies = [
        "",
        "null",
        "[]",
        "5",
        "\"x\"",
        "true",
        "{",
        "{\"task_id\":\"a\"",
        "nul",
        "\u{feff}{}",
        r#"{"task_id":"a","task_id":"b"}"#,
        r#"{"task_id":"a"} {}"#,
        &deep,
    ];
    for path in PATHS {
        for body in bodies {
            let answer = world.assistant.send(request(Method::POST, path, body.to_owned())).await;
            assert_denied(&answer, 400, "E_INTENT_INVALID");
        }
    }
    assert_eq!(world.kept().await, before);
    assert_eq!(world.audit("reason=E_INTENT_INVALID").await.len(), PATHS.len() * bodies.len());
}

async fn fields_of_another_type_or_size_are_no_intent() {
    let world = behind(GateMode::Enforce).await;
    world.held("t", "local").await;
    let before = world.kept().await;
    let (long, huge) = ("x".repeat(129), "x".repeat(500_000));
    let wrong = [
        json!(7),
        json!(null),
        json!([]),
        json!({}),
        json!(true),
        json!(""),
        json!("  "),
        json!("a b"),
        json!("é"),
        json!("a\u{0}b"),
        json!(long),
        json!(huge),
        json!(1e300),
    ];
    for path in ["/api/tasks/create", "/api/tasks/complete", "/api/tasks/cancel", "/api/artifacts"]
    {
        for name in ["task_id", "taskId", "run_id", "runId", "actor", "agent", "action_id"] {
            for value in &wrong {
                let mut body = json!({ "name": "n", "content": "c" });
                if !name.starts_with("task") {
                    body["task_id"] = json!("t");
                }
                body[name] = value.clone();
                assert_denied(&world.post(path, &body).await, 400, "E_INTENT_INVALID");
            }
        }
    }
    for (name, value) in [
        ("disclosure", json!("words")),
        ("disclosure", json!({ "title": 5 })),
        ("status", json!(5)),
        ("kind", json!([])),
        ("decision", json!(false)),
    ] {
        let body = json!({ "task_id": "t", name: value });
        assert_denied(&world.post("/api/tasks/complete", &body).await, 400, "E_INTENT_INVALID");
    }
    assert_eq!(world.kept().await, before);
    let page = world.assistant.get("/api/audit?limit=1000").await.text;
    assert!(page.len() < 1_000_000, "records keep nothing of what is too long: {}", page.len());
}

async fn what_contradicts_itself_or_its_route_is_denied() {
    let world = behind(GateMode::Enforce).await;
    world.held("t", "local").await;
    let before = world.kept().await;
    let complete = "/api/tasks/complete";
    for (path, name, value) in [
        (complete, "status", "failed"),
        (complete, "status", "no such status"),
        (complete, "kind", "task.failed"),
        (complete, "kind", "heartbeat"),
        (complete, "decision", "fail"),
        (complete, "decision", "cancel"),
        ("/api/tasks/fail", "status", "done"),
        ("/api/tasks/cancel", "kind", "task.completed"),
        ("/api/tasks/create", "status", "running"),
        ("/api/tasks/create", "status", "completed"),
        ("/api/artifacts", "status", "completed"),
    ] {
        let answer = world.post(path, &json!({ "task_id": "t", name: value })).await;
        assert_denied(&answer, 400, "E_INTENT_CONTRADICTS_ROUTE");
    }
    for body in [
        json!({ "task_id": "t", "taskId": "u" }),
        json!({ "task_id": "t", "id": "u" }),
        json!({ "task_id": "t", "run_id": "a", "runId": "b" }),
        json!({ "task_id": "t", "actor": "ada" }),
        json!({ "task_id": "t", "agent": "ada" }),
        json!({ "task_id": "t", "actor": "local", "agent": "ada" }),
    ] {
        assert_denied(&world.post(complete, &body).await, 400, "E_INTENT_INVALID");
    }
    for tier in [json!("Z"), json!("a"), json!(1), json!(null), json!(""), json!("AB")] {
        let answer = world.post(complete, &json!({ "task_id": "t", "tier": tier })).await;
        assert_denied(&answer, 403, "E_TIER_UNKNOWN");
    }
    let two = json!({ "task_id": "t", "tier": "A", "action_tier": "B" });
    assert_denied(&world.post(complete, &two).await, 403, "E_TIER_UNKNOWN");
    assert_eq!(world.kept().await, before);
    let named = world
        .post(complete, &json!({ "task_id": "t", "actor": "local", "status": "done", "x": 1 }))
        .await;
    assert_eq!(named.status, 200, "{named:?}");
}

async fn a_clock_that_goes_back_and_a_run_that_nobody_knows_end_nothing() {
    let world = behind(GateMode::Enforce).await;
    let lease = world.held("t", "local").await;
    let later = world.now() + 10_000;
    assert!(world.assistant.store.extend(&lease, later, later + 60_000).await.expect("a store"));
    let before = world.kept().await;
    for path in ["/api/tasks/complete", "/api/tasks/fail", "/api/tasks/cancel"] {
        let answer = world.post(path, &json!({ "task_id": "t" })).await;
        assert_denied(&answer, 409, "E_PROJECTION_INVARIANT");
        assert_eq!(
            answer.json()["context"]["violated_invariants"],
            json!(["heartbeat_age_not_negative"])
        );
        for body in [
            json!({ "task_id": "u" }),
            json!({ "run_id": "u" }),
            json!({ "task_id": "t", "run_id": "u" }),
            json!({ "task_id": "u", "run_id": "run-t" }),
        ] {
            assert_denied(&world.post(path, &body).await, 404, "E_RUN_UNKNOWN");
        }
    }
    assert_eq!(world.kept().await, before);
    world.at(later);
    assert_eq!(world.post("/api/tasks/complete", &json!({ "run_id": "run-t" })).await.status, 200);
    let ended = world.kept().await;
    for path in ["/api/tasks/complete", "/api/tasks/fail", "/api/tasks/cancel"] {
        assert_denied(&world.post(path, &json!({ "task_id": "t" })).await, 409, "E_RUN_TERMINAL");
    }
    assert_eq!(world.kept().await, ended);
}

async fn what_the_gate_allows_and_nothing_can_be_made_of_is_said_at_its_place() {
    for mode in [GateMode::Off, GateMode::Enforce] {
        let world = behind(mode).await;
        world.create("t").await;
        let before = world.kept().await;
        let scope = json!({ "task_id": "t" });
        for (path, body, pointer) in [
            ("/api/tasks/create", json!({ "task_id": "u", "question": 5 }), "/question"),
            ("/api/tasks/create", json!({ "task_id": "u", "question": " " }), "/question"),
            ("/api/tasks/cancel", json!({ "task_id": "t", "lease_epoch": "1" }), "/lease_epoch"),
            ("/api/artifacts", json!({ "task_id": "t", "content": "c" }), "/name"),
            ("/api/artifacts", json!({ "task_id": "t", "name": "n" }), "/content"),
            ("/api/grants", json!({ "allow": [], "scope": scope, "expires_at": 1 }), "/allow"),
            (
                "/api/grants",
                json!({ "allow": [".a"], "scope": scope, "expires_at": 1 }),
                "/allow/0",
            ),
            ("/api/grants", json!({ "allow": ["a"], "scope": scope }), "/expires_at"),
            ("/api/grants", json!({ "allow": ["a"], "scope": {}, "expires_at": 1 }), "/scope"),
            (
                "/governance/signals",
                json!({ "type": "X", "scope": "s", "decision": "CLEAN", "reason": "r" }),
                "/type",
            ),
            (
                "/governance/signals",
                json!({ "type": "CI_STATUS", "scope": "s", "decision": "clean", "reason": "r" }),
                "/decision",
            ),
            (
                "/governance/signals",
                json!({ "type": "CI_STATUS", "scope": "", "decision": "CLEAN", "reason": "r" }),
                "/scope",
            ),
        ] {
            let answer = world.post(path, &body).await;
            assert_eq!(answer.status, 422, "{path} {answer:?}");
            assert_eq!(answer.json()["error"]["pointer"], json!(pointer), "{path} {answer:?}");
        }
        assert_eq!(world.kept().await, before);
    }
}

async fn what_is_no_json_or_too_long_is_not_looked_at() {
    let world = behind(GateMode::Enforce).await;
    for path in PATHS {
        let long: Value = json!({ "task_id": "t", "x": "x".repeat(1 << 20) });
        world.post(path, &long).await.assert_error(413, "TOO_LARGE", Some(""));
        let mut asked = request(Method::POST, path, "{}");
        asked.headers_mut().insert("content-type", "text/plain".parse().expect("a type"));
        world.assistant.send(asked).await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE", None);
    }
    assert_eq!(world.audit("").await.len(), 0);
}

on_each_database! {
    a_body_that_is_no_object_is_no_intent,
    fields_of_another_type_or_size_are_no_intent,
    what_contradicts_itself_or_its_route_is_denied,
    a_clock_that_goes_back_and_a_run_that_nobody_knows_end_nothing,
    what_the_gate_allows_and_nothing_can_be_made_of_is_said_at_its_place,
    what_is_no_json_or_too_long_is_not_looked_at,
}
