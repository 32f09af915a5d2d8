//! What a request asks for.

use mutation_gate::{Asked, Intent, IntentError, MutationClass, Reason, Tier};
use serde_json::{Value, json};

use super::asked;

const CREATE: &str = "/api/tasks/create";
const COMPLETE: &str = "/api/tasks/complete";

#[track_caller]
fn read(path: &str, body: &Value) -> Result<Intent, IntentError> {
    match asked("POST", path, body, None) {
        Asked::Mutates(intent) => intent,
        Asked::Reads => panic!("{path} is a mutation"),
    }
}

#[track_caller]
fn refused(path: &str, body: &Value, reason: Reason) {
    let error = read(path, body).expect_err("no intent");
    assert_eq!(error.reason(), reason, "{body}");
    assert!(error.to_string().starts_with(&format!("{}: expected ", reason.code())), "{error}");
}

#[test]
fn each_alias_says_the_same() {
    for names in [
        ["task_id", "run_id", "actor", "tier"],
        ["taskId", "runId", "agent", "action_tier"],
        ["id", "runId", "agent", "actionTier"],
    ] {
        let [task, run, actor, tier] = names;
        let body = json!({task: "t", run: "r", actor: "ada", tier: "B", "action_id": "a.b"});
        let intent = read(COMPLETE, &body).unwrap();
        assert_eq!(intent.class(), MutationClass::TaskComplete);
        assert_eq!(intent.task_id(), Some("t"));
        assert_eq!(intent.run_id(), Some("r"));
        assert_eq!(intent.actor(), Some("ada"));
        assert_eq!(intent.tier(), Some(Tier::B));
        assert_eq!(intent.action_id(), Some("a.b"));
    }
}

#[test]
fn two_fields_for_one_thing_say_the_same_or_nothing() {
    assert!(read(COMPLETE, &json!({"task_id": "t", "taskId": "t", "id": "t"})).is_ok());
    refused(COMPLETE, &json!({"task_id": "t", "taskId": "u"}), Reason::IntentInvalid);
    refused(COMPLETE, &json!({"task_id": "t", "id": "u"}), Reason::IntentInvalid);
    refused(COMPLETE, &json!({"task_id": "t", "actor": "a", "agent": "b"}), Reason::IntentInvalid);
    refused(
        COMPLETE,
        &json!({"task_id": "t", "tier": "A", "actionTier": "B"}),
        Reason::TierUnknown,
    );
}

#[test]
fn an_id_of_something_else_is_no_id_of_a_task() {
    let intent = read("/api/artifacts", &json!({"id": "artifact", "task_id": "t"})).unwrap();
    assert_eq!(intent.task_id(), Some("t"));
    refused("/api/artifacts", &json!({"id": "artifact"}), Reason::IntentInvalid);
    assert_eq!(read("/api/grants", &json!({"id": "g"})).unwrap().task_id(), None);
}

#[test]
fn a_body_is_an_object_with_texts_for_ids() {
    for body in [json!(null), json!([]), json!("t"), json!(1), json!({})] {
        refused(COMPLETE, &body, Reason::IntentInvalid);
    }
    let bad = [
        json!(""),
        json!(" "),
        json!("\t"),
        json!(" t"),
        json!("t\n"),
        json!("\u{e9}"),
        json!("\0"),
        json!(null),
        json!(1),
        json!(true),
        json!(["t"]),
        json!({"id": "t"}),
        json!("t".repeat(129)),
        json!("t".repeat(10_000_000)),
    ];
    for value in bad {
        refused(COMPLETE, &json!({"task_id": value}), Reason::IntentInvalid);
        for other in ["run_id", "actor", "action_id"] {
            refused(COMPLETE, &json!({"task_id": "t", other: value}), Reason::IntentInvalid);
        }
    }
    assert!(read(COMPLETE, &json!({"task_id": "t".repeat(128)})).is_ok());
}

#[test]
fn each_class_names_what_it_is_about() {
    for path in [CREATE, "/api/tasks-mutations/delegate-taskspec"] {
        refused(path, &json!({"run_id": "r"}), Reason::IntentInvalid);
        assert!(read(path, &json!({"task_id": "t"})).is_ok());
    }
    for path in [COMPLETE, "/api/tasks/fail", "/api/tasks/cancel", "/api/artifacts"] {
        refused(path, &json!({"actor": "ada"}), Reason::IntentInvalid);
        assert!(read(path, &json!({"task_id": "t"})).is_ok());
        assert!(read(path, &json!({"run_id": "r"})).is_ok());
    }
    for path in ["/api/grants", "/governance/signals", "/policy_packs"] {
        assert!(read(path, &json!({})).is_ok());
    }
}

#[test]
fn a_body_that_asks_for_something_else_contradicts_its_route() {
    let fine = [
        (CREATE, "status", "created"),
        (CREATE, "status", "queued"),
        (CREATE, "kind", "task.created"),
        (CREATE, "decision", "create"),
        (COMPLETE, "status", "completed"),
        (COMPLETE, "status", "done"),
        (COMPLETE, "kind", "completed"),
        (COMPLETE, "kind", "task.complete"),
        (COMPLETE, "decision", "complete"),
        ("/api/tasks/fail", "decision", "fail"),
        ("/api/tasks/cancel", "status", "cancelled"),
        ("/api/artifacts", "kind", "answer"),
        ("/governance/signals", "decision", "BLOCKED"),
    ];
    for (path, field, value) in fine {
        assert!(read(path, &json!({"task_id": "t", field: value})).is_ok(), "{path} {value}");
    }
    for (path, field, value) in [
        (CREATE, "status", "completed"),
        (CREATE, "status", "running"),
        (CREATE, "decision", "GRANTED"),
        (COMPLETE, "status", "failed"),
        (COMPLETE, "status", "Completed"),
        (COMPLETE, "status", ""),
        (COMPLETE, "kind", "task.failed"),
        (COMPLETE, "kind", "heartbeat"),
        (COMPLETE, "decision", "fail"),
        (COMPLETE, "decision", "allow"),
        ("/api/tasks/fail", "status", "done"),
        ("/api/tasks/cancel", "kind", "task.completed"),
        ("/api/artifacts", "status", "done"),
        ("/api/artifacts", "kind", "task.completed"),
        ("/governance/signals", "status", "completed"),
    ] {
        refused(path, &json!({"task_id": "t", field: value}), Reason::IntentContradictsRoute);
    }
    for field in ["status", "kind", "decision"] {
        refused(COMPLETE, &json!({"task_id": "t", field: 1}), Reason::IntentInvalid);
    }
}

#[test]
fn a_tier_is_one_of_three_letters() {
    for tier in [json!("D"), json!("a"), json!(" A"), json!(""), json!("AB"), json!(1), json!(null)]
    {
        refused(CREATE, &json!({"task_id": "t", "tier": tier}), Reason::TierUnknown);
    }
    assert_eq!(read(CREATE, &json!({"task_id": "t"})).unwrap().tier(), None);
}

#[test]
fn a_disclosure_has_a_title_and_a_body_with_something_in_them() {
    let disclosed = |disclosure: Value| {
        let intent = read(CREATE, &json!({"task_id": "t", "disclosure": disclosure})).unwrap();
        intent.disclosure().map(|told| format!("{}: {}", told.title(), told.body()))
    };
    assert_eq!(disclosed(json!({"title": "a", "body": "b"})), Some("a: b".to_owned()));
    for part in [json!({}), json!({"title": "a"}), json!({"title": "a", "body": " "})] {
        assert_eq!(disclosed(part), None);
    }
    for wrong in [json!(null), json!("a"), json!(["a", "b"]), json!({"title": 1, "body": "b"})] {
        let body = json!({"task_id": "t", "disclosure": wrong});
        refused(CREATE, &body, Reason::IntentInvalid);
    }
}

#[test]
fn the_first_fault_of_a_body_is_told() {
    let body = json!({"task_id": "", "status": "failed", "tier": "D"});
    refused(COMPLETE, &body, Reason::IntentInvalid);
    let body = json!({"task_id": "t", "status": "failed", "tier": "D"});
    refused(COMPLETE, &body, Reason::IntentContradictsRoute);
    let body = json!({"task_id": "t", "status": "done", "tier": "D"});
    refused(COMPLETE, &body, Reason::TierUnknown);
}

#[test]
fn an_actor_is_who_was_authenticated_and_nobody_else() {
    let actor = |body: &Value, principal| match asked("POST", COMPLETE, body, principal) {
        Asked::Mutates(Ok(intent)) => Ok(intent.actor().map(str::to_owned)),
        Asked::Mutates(Err(error)) => Err(error.reason()),
        Asked::Reads => panic!("a mutation"),
    };
    let ada = Ok(Some("ada".to_owned()));
    assert_eq!(actor(&json!({"task_id": "t"}), Some("ada")), ada);
    assert_eq!(actor(&json!({"task_id": "t", "actor": "ada"}), Some("ada")), ada);
    assert_eq!(actor(&json!({"task_id": "t", "actor": "ada"}), None), ada);
    let other = actor(&json!({"task_id": "t", "agent": "bob"}), Some("ada"));
    assert_eq!(other, Err(Reason::IntentInvalid));
}

#[test]
fn what_is_in_no_row_of_the_table_is_not_allowlisted() {
    refused("/api/tasks/erase", &json!({"task_id": "t"}), Reason::MutationNotAllowlisted);
    assert_eq!(read("/api/tasks/erase", &json!(null)).unwrap_err().class(), None);
    let class = read(CREATE, &json!(null)).unwrap_err().class();
    assert_eq!(class, Some(MutationClass::TaskCreate));
    assert_eq!(asked("POST", "/v1/enforce", &json!(null), None), Asked::Reads);
    assert_eq!(asked("GET", "/api/tasks", &json!(null), None), Asked::Reads);
    assert_ne!(asked("GET", COMPLETE, &json!({"task_id": "t"}), None), Asked::Reads);
}
