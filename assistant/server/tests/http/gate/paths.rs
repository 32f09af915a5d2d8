//! Whatever way a path is written, the gate and the router take it for the same.

use axum::http::Method;
use mutation_gate::GateMode;
use serde_json::json;

use super::{assert_denied, behind};
use crate::databases::on_each_database;
use crate::support::request;

const BODY: &str = r#"{"task_id":"t"}"#;

async fn another_form_of_a_path_is_another_path_and_writes_nothing() {
    for mode in [GateMode::Off, GateMode::Shadow, GateMode::Enforce] {
        let world = behind(mode).await;
        let before = world.kept().await;
        let mut count = 0;
        for path in [
            "/API/tasks/create",
            "/api/tasks/Create",
            "/api/tasks/create/",
            "/api//tasks/create",
            "//api/tasks/create",
            "/api/tasks/creat%65",
            "/api%2Ftasks/create",
            "/api/tasks/./create",
            "/api/x/../tasks/create",
            "/api/tasks/create;a=b",
            "/api/tasks/create%00",
            "/api/tasks/create%20",
            "/api/tasks/erase",
        ] {
            count += 1;
            let answer = world.assistant.send(request(Method::POST, path, BODY)).await;
            match mode {
                GateMode::Enforce => assert_denied(&answer, 403, "E_MUTATION_NOT_ALLOWLISTED"),
                _ => answer.assert_error(404, "NOT_FOUND", None),
            }
        }
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            count += 1;
            let answer = world.assistant.send(request(method, "/api/tasks/create", BODY)).await;
            match mode {
                GateMode::Enforce => assert_denied(&answer, 403, "E_MUTATION_NOT_ALLOWLISTED"),
                _ => {
                    answer.assert_error(405, "METHOD_NOT_ALLOWED", None);
                    assert_eq!(answer.header("allow"), Some("POST"));
                }
            }
        }
        assert_eq!(world.kept().await, before);
        let expected = if mode == GateMode::Off { 0 } else { count };
        assert_eq!(world.audit("reason=E_MUTATION_NOT_ALLOWLISTED").await.len(), expected);
    }
}

async fn a_query_changes_nothing_and_no_header_names_another_method() {
    let world = behind(GateMode::Enforce).await;
    let answer = world.assistant.send(request(Method::POST, "/api/tasks/create?x=1", BODY)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    for name in ["x-http-method-override", "x-http-method", "x-method-override", "_method"] {
        let mut asked = request(Method::GET, "/api/tasks", "");
        let name: axum::http::HeaderName = name.parse().expect("a header");
        asked.headers_mut().insert(name.clone(), "POST".parse().expect("a header"));
        assert_eq!(world.assistant.send(asked).await.status, 200);
        let mut asked = request(Method::POST, "/api/tasks/cancel", r#"{"task_id":"unknown"}"#);
        asked.headers_mut().insert(name, "GET".parse().expect("a header"));
        assert_denied(&world.assistant.send(asked).await, 404, "E_RUN_UNKNOWN");
    }
    let get = world.assistant.send(request(Method::GET, "/api/tasks/create", BODY)).await;
    get.assert_error(405, "METHOD_NOT_ALLOWED", None);
    assert_eq!(world.audit("class=task_create").await.len(), 1);
}

async fn a_document_is_removed_under_the_one_form_of_its_path_only() {
    let world = behind(GateMode::Enforce).await;
    let id = world.assistant.add("Doors", "A door is a hole in a wall.").await;
    let escaped = format!("/v1/library/documents/{}", id.replacen("doc_", "doc%5F", 1));
    let answer = world.assistant.send(request(Method::DELETE, &escaped, "")).await;
    answer.assert_error(404, "NOT_FOUND", None);
    let path = format!("/v1/library/documents/{id}");
    assert_eq!(world.assistant.get(&path).await.status, 200);
    assert_eq!(world.assistant.send(request(Method::DELETE, &path, "")).await.status, 204);
}

async fn a_denial_says_what_was_asked_and_what_was_seen() {
    let world = behind(GateMode::Enforce).await;
    world.held("t", "ada").await;
    let answer = world.post("/api/tasks/complete", &json!({ "task_id": "t" })).await;
    assert_denied(&answer, 409, "E_LEASE_HELD_BY_OTHER");
    let expected = r#"{"ok":false,"reason_code":"E_LEASE_HELD_BY_OTHER","enforcement_mode":"enforce","method":"POST","path":"/api/tasks/complete","class":"task_complete","context":{"run_id":"run-t","task_id":"t","scenario":"S_LEASE_FRESH_WITH_ACTOR","task_status":"running","terminal_event_kind":null,"holder":"ada","lease_fresh":true}}"#;
    assert_eq!(answer.text, expected);
}

on_each_database! {
    another_form_of_a_path_is_another_path_and_writes_nothing,
    a_query_changes_nothing_and_no_header_names_another_method,
    a_document_is_removed_under_the_one_form_of_its_path_only,
    a_denial_says_what_was_asked_and_what_was_seen,
}
