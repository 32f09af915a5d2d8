//! Mode, route and decision: each with each, over HTTP, from the gate's own table.

use std::collections::BTreeSet;

use assistant::gate::TABLE;
use axum::http::Method;
use mutation_gate::{Effect, GateMode, MutationClass, Reason};
use serde_json::{Value, json};

use super::{Behind, assert_denied, behind, without_drawn};
use crate::databases::on_each_database;
use crate::support::{Answer, request};

/// Routes of the gate's table that nothing serves, and why.
const NOT_SERVED: &[(MutationClass, &str)] =
    &[(MutationClass::PolicyChange, "the server has no policies")];

/// What is the matter, or nothing.
type Case = Option<Reason>;

/// Whether a request of that class can be denied for that reason.
fn can_be(class: MutationClass, reason: Reason) -> bool {
    use MutationClass::{
        ArtifactEmit, SignalRecord, TaskCancel, TaskComplete, TaskCreate, TaskDelegate, TaskFail,
    };
    let makes = matches!(class, TaskCreate | TaskDelegate);
    let says_how = matches!(class, TaskComplete | TaskFail);
    let ends = says_how || class == TaskCancel;
    match reason {
        Reason::IntentInvalid
        | Reason::IntentContradictsRoute
        | Reason::TierUnknown
        | Reason::TierNotAuthorized => true,
        Reason::TierDisclosureRequired | Reason::TaskExists => makes,
        Reason::RunUnknown => ends,
        Reason::ProjectionInvariant | Reason::RunTerminal => ends || class == ArtifactEmit,
        Reason::LeaseHeldByOther
        | Reason::LeaseOrphan
        | Reason::LeaseExpired
        | Reason::TransitionIllegal => says_how,
        Reason::GovernanceBlocked => class != SignalRecord,
        // The first is of no class and the other two are of none of the rules.
        Reason::MutationNotAllowlisted | Reason::AuditUnavailable | Reason::ModeInvalid => false,
    }
}

fn cases(class: MutationClass) -> Vec<Case> {
    let reasons = Reason::ALL.iter().copied().filter(|reason| can_be(class, *reason));
    std::iter::once(None).chain(reasons.map(Some)).collect()
}

/// A body that nothing is the matter with, for the task `id`.
fn good(class: MutationClass, id: &str) -> Value {
    let run = format!("run-{id}");
    match class {
        MutationClass::TaskCreate | MutationClass::TaskDelegate => {
            json!({ "task_id": id, "run_id": run, "question": "What is 1 + 1?" })
        }
        MutationClass::TaskComplete | MutationClass::TaskFail | MutationClass::TaskCancel => {
            json!({ "task_id": id })
        }
        MutationClass::ArtifactEmit => json!({ "task_id": id, "name": "note", "content": "words" }),
        MutationClass::GrantChange => {
            json!({ "task_id": id, "allow": ["mail.send"], "scope": { "task_id": id }, "expires_at": i64::MAX })
        }
        MutationClass::SignalRecord => {
            json!({ "task_id": id, "type": "CI_STATUS", "scope": format!("task:{id}"), "decision": "WARN",
                "reason": "slow" })
        }
        MutationClass::PolicyChange => json!({}),
    }
}

/// The body for a case, and the world in which that is the matter.
async fn arranged(world: &Behind, class: MutationClass, id: &str, case: Case) -> Value {
    let makes = matches!(class, MutationClass::TaskCreate | MutationClass::TaskDelegate);
    let holder = if case == Some(Reason::LeaseHeldByOther) { "ada" } else { "local" };
    match case {
        Some(Reason::TaskExists | Reason::TransitionIllegal) => world.create(id).await,
        Some(Reason::RunUnknown) => {}
        _ if makes => {}
        _ => drop(world.held(id, holder).await),
    }
    let mut body = good(class, id);
    match case {
        Some(Reason::IntentInvalid) => body["run_id"] = json!(7),
        Some(Reason::IntentContradictsRoute) => body["status"] = json!("running"),
        Some(Reason::TierUnknown) => body["tier"] = json!("Z"),
        Some(Reason::TierDisclosureRequired) => body["tier"] = json!("B"),
        Some(Reason::TierNotAuthorized) => {
            body["tier"] = json!("B");
            body["action_id"] = json!("mail.send");
            body["disclosure"] = json!({ "title": "a", "body": "b" });
        }
        Some(Reason::ProjectionInvariant) => heard_later(world, id).await,
        Some(Reason::RunTerminal) => {
            let answer = world.post("/api/tasks/cancel", &json!({ "task_id": id })).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        Some(Reason::LeaseOrphan) => forget_holder(world, id).await,
        Some(Reason::LeaseExpired) => world.at(world.now() + 60_000),
        Some(Reason::GovernanceBlocked) => block(world, id).await,
        _ => {}
    }
    body
}

/// The holder gave a sign of life, and then the clock went back.
async fn heard_later(world: &Behind, id: &str) {
    let mut other = world.assistant.other_connection().await;
    let later = world.now() + 1_000;
    let insert = format!(
        "INSERT INTO run_events (ts, kind, task_id, run_id, actor, epoch)
         SELECT {later}, 'task.heartbeat', task_id, run_id, actor, lease_epoch FROM tasks
         WHERE task_id = '{id}' RETURNING kind"
    );
    assert_eq!(other.texts(&insert).await.len(), 1);
}

async fn forget_holder(world: &Behind, id: &str) {
    let mut other = world.assistant.other_connection().await;
    let update = format!("UPDATE tasks SET actor = NULL WHERE task_id = '{id}' RETURNING task_id");
    assert_eq!(other.texts(&update).await.len(), 1);
}

async fn block(world: &Behind, id: &str) {
    let signal = json!({ "type": "DEPLOYMENT_GATE", "scope": format!("task:{id}"), "decision": "BLOCKED",
        "reason": "frozen" });
    let answer = world.post("/governance/signals", &signal).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// What a mode made of a case.
struct Seen {
    answer: Answer,
    before: String,
    after: String,
    records: Vec<Value>,
}

async fn tried(
    world: &Behind,
    method: &str,
    path: &str,
    class: MutationClass,
    case: Case,
    number: i64,
) -> Seen {
    // Time never goes back between cases.
    world.at(super::START + number * 1_000_000_000);
    let id = format!("task-{number}");
    let body = arranged(world, class, &id, case).await;
    let last =
        world.audit("").await.last().map_or(0, |record| record["seq"].as_i64().expect("a place"));
    let before = world.kept().await;
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let answer = world.assistant.send(request(method, path, body.to_string())).await;
    let records = world.audit(&format!("after={last}")).await;
    Seen { answer, before, after: world.kept().await, records }
}

async fn each_mode_does_with_each_decision_on_each_route_what_it_has_to() {
    let (off, shadow, enforce) = (
        behind(GateMode::Off).await,
        behind(GateMode::Shadow).await,
        behind(GateMode::Enforce).await,
    );
    let (mut number, mut reasons) = (0, BTreeSet::new());
    for row in TABLE.routes() {
        let Effect::Mutates(class) = row.effect else { continue };
        if NOT_SERVED.iter().any(|(not, _)| *not == class) {
            continue;
        }
        for case in cases(class) {
            number += 1;
            let what = format!("{} {} {case:?}", row.method, row.path);
            let mut seen = Vec::new();
            for world in [&off, &shadow, &enforce] {
                seen.push(tried(world, row.method, row.path, class, case, number).await);
            }
            let [off, shadow, enforced] = seen.as_slice() else { panic!("three modes") };
            assert_shadow_is_off(off, shadow, &what);
            let code = case.map_or("ALLOW", Reason::code);
            assert_recorded(&shadow.records, code, "shadow", "pass_recorded", &what);
            match case {
                Some(reason) => assert_rejected(enforced, reason, &what),
                None => {
                    assert_eq!(
                        without_drawn(&enforced.answer.text),
                        without_drawn(&off.answer.text),
                        "{what}"
                    );
                    assert!(enforced.answer.status.is_success(), "{what} {:?}", enforced.answer);
                    assert_ne!(enforced.before, enforced.after, "{what}");
                    assert_recorded(&enforced.records, code, "enforce", "pass_recorded", &what);
                }
            }
            reasons.insert(code);
        }
    }
    assert_eq!((number, reasons.len()), (70, 15), "cases, and allowances with their reasons");
}

#[track_caller]
fn assert_shadow_is_off(off: &Seen, shadow: &Seen, what: &str) {
    assert_eq!(
        off.answer.status, shadow.answer.status,
        "{what} {} {}",
        off.answer.text, shadow.answer.text
    );
    assert_eq!(without_drawn(&off.answer.text), without_drawn(&shadow.answer.text), "{what}");
    assert_eq!(off.answer.headers, shadow.answer.headers, "{what}");
    assert!((&off.before, &off.after) == (&shadow.before, &shadow.after), "{what}");
    assert!(off.records.is_empty(), "{what}");
}

#[track_caller]
fn assert_recorded(records: &[Value], reason: &str, mode: &str, outcome: &str, what: &str) {
    let [record] = records else { panic!("one record: {what} {records:?}") };
    let found = [&record["reason"], &record["mode"], &record["outcome"], &record["actor"]];
    assert_eq!(found, [&json!(reason), &json!(mode), &json!(outcome), &json!("local")], "{what}");
}

#[track_caller]
fn assert_rejected(seen: &Seen, reason: Reason, what: &str) {
    assert_denied(&seen.answer, reason.http().expect("a status"), reason.code());
    assert_eq!(seen.before, seen.after, "{what}");
    assert_recorded(&seen.records, reason.code(), "enforce", "reject", what);
}

#[test]
fn what_is_not_served_is_in_the_table_and_in_no_route() {
    let routes = assistant::app::routes();
    for (class, reason) in NOT_SERVED {
        let of_class: Vec<_> =
            TABLE.routes().iter().filter(|row| row.effect == Effect::Mutates(*class)).collect();
        assert!(!of_class.is_empty() && !reason.is_empty(), "{class:?}");
        for row in of_class {
            let is_served = routes
                .rows()
                .iter()
                .any(|other| other.method == row.method && other.path == row.path);
            assert!(!is_served, "{} {}", row.method, row.path);
        }
    }
    for row in TABLE.routes() {
        let is_served =
            routes.rows().iter().any(|other| other.method == row.method && other.path == row.path);
        let is_excused = NOT_SERVED.iter().any(|(class, _)| row.effect == Effect::Mutates(*class));
        assert!(is_served != is_excused, "{} {}", row.method, row.path);
    }
}

on_each_database! {
    each_mode_does_with_each_decision_on_each_route_what_it_has_to,
}
