//! What is recorded, and what happens when it cannot be.

use mutation_gate::GateMode;
use serde_json::json;

use super::{assert_denied, behind};
use crate::databases::on_each_database;

const BREAK: &str = "ALTER TABLE gate_audit RENAME TO elsewhere";
const MEND: &str = "ALTER TABLE elsewhere RENAME TO gate_audit";

async fn without_its_record_shadow_passes_and_enforce_rejects() {
    for mode in [GateMode::Off, GateMode::Shadow, GateMode::Enforce] {
        let world = behind(mode).await;
        world.create("there").await;
        let mut other = world.assistant.other_connection().await;
        other.run(BREAK).await.expect("a table");
        let created = world.post("/api/tasks/create", &json!({ "task_id": "t" })).await;
        let denied = world.post("/api/tasks/cancel", &json!({ "task_id": "unknown" })).await;
        let unlisted = world.post("/api/tasks/erase", &json!({})).await;
        if mode == GateMode::Enforce {
            for answer in [&created, &denied, &unlisted] {
                assert_denied(answer, 503, "E_AUDIT_UNAVAILABLE");
            }
            assert_eq!(created.json()["class"], "task_create");
        } else {
            assert_eq!(created.status, 201, "{created:?}");
            denied.assert_error(404, "RUN_UNKNOWN", None);
            unlisted.assert_error(404, "NOT_FOUND", None);
        }
        other.run(MEND).await.expect("a table");
        let is_made = world.task("t").await.is_object();
        assert_eq!(is_made, mode != GateMode::Enforce);
        assert_eq!(world.assistant.get("/status").await.json()["store"], "up");
        assert_eq!(
            world.post("/api/tasks/create", &json!({ "task_id": "next" })).await.status,
            201
        );
    }
}

async fn records_are_found_by_what_they_say() {
    let world = behind(GateMode::Enforce).await;
    world.create("a").await;
    world.at(super::START + 5);
    world.create("b").await;
    world.post("/api/tasks/create", &json!({ "task_id": "a" })).await;
    world.post("/api/tasks/cancel", &json!({ "task_id": "b" })).await;
    world.post("/api/tasks/erase", &json!({})).await;
    let since = format!("since={}", super::START + 5);
    let until = format!("until={}", super::START + 5);
    for (query, found) in [
        ("", 5),
        ("reason=E_TASK_EXISTS", 1),
        ("reason=ALLOW", 3),
        ("decision=deny", 2),
        ("decision=deny&class=task_create", 1),
        ("mode=enforce", 5),
        ("mode=shadow", 0),
        ("class=task_cancel", 1),
        ("task_id=b", 2),
        ("task_id=b&class=task_cancel", 1),
        (&since, 4),
        (&until, 1),
        ("after=4", 1),
    ] {
        assert_eq!(world.audit(query).await.len(), found, "{query}");
    }
    let page = world.assistant.get("/api/audit?limit=2").await.json();
    assert_eq!((page["decisions"].as_array().map(Vec::len), &page["next"]), (Some(2), &json!(2)));
    for (query, pointer) in [
        ("reason=a&reason=b", "/reason"),
        ("since=x", "/since"),
        ("limit=0", "/limit"),
        ("x=1", "/x"),
    ] {
        let answer = world.assistant.get(&format!("/api/audit?{query}")).await;
        answer.assert_error(422, "BAD_QUERY", Some(pointer));
    }
}

async fn a_record_has_no_words_of_the_disclosure_and_no_unknown_field() {
    let world = behind(GateMode::Enforce).await;
    let body = json!({ "task_id": "t", "tier": "B", "action_id": "site.deploy", "question": "SECRET-Q",
        "disclosure": { "title": "SECRET-T", "body": "SECRET-B" }, "other": "SECRET-O" });
    assert_eq!(world.post("/api/tasks/create", &body).await.status, 201);
    let text = world.assistant.get("/api/audit").await.text;
    assert!(text.contains("site.deploy") && !text.contains("SECRET"), "{text}");
}

on_each_database! {
    without_its_record_shadow_passes_and_enforce_rejects,
    records_are_found_by_what_they_say,
    a_record_has_no_words_of_the_disclosure_and_no_unknown_field,
}
