//! What the server records of its decisions is decided again from the record alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use assistant::app::{App, Server, build};
use assistant::gate::Gate;
use assistant::status::{Board, StatusContract};
use assistant::store::Store;
use assistant::store::gate::{AuditFilter, AuditRecord};
use assistant::web::Limits;
use axum::body::Body;
use axum::http::Request;
use mutation_gate::{GateMode, Reason, Tier};
use serde_json::{Value, json};
use speech_harness::gate::{Verb, lines};
use tower::ServiceExt as _;

const START: i64 = 1_700_000_000_000;

async fn send(server: &Server, method: &str, path: &str, body: &str) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    server.clone().oneshot(request).await.unwrap();
}

/// Fields that the gate looks at, in values that it reads and that it does not.
fn bodies() -> Vec<Value> {
    let values = [
        json!("t1"),
        json!("t2"),
        json!("local"),
        json!("ada"),
        json!("A"),
        json!("B"),
        json!("C"),
        json!("Z"),
        json!("site.deploy"),
        json!("mail.send"),
        json!("queued"),
        json!("completed"),
        json!("x".repeat(200)),
        json!(""),
        json!(7),
        json!(null),
        json!({ "title": "a title", "body": "a body" }),
        json!({ "title": "a title", "body": " " }),
    ];
    let names = [
        "task_id",
        "taskId",
        "id",
        "run_id",
        "actor",
        "agent",
        "tier",
        "actionTier",
        "action_id",
        "disclosure",
        "status",
        "kind",
        "decision",
        "other",
    ];
    let mut bodies = vec![json!([]), json!(null), json!({})];
    for name in names {
        for value in &values {
            let mut body = json!({ "task_id": "t1" });
            body[name] = value.clone();
            bodies.push(body);
        }
    }
    for (tier, action) in [("B", "mail.send"), ("B", "site.deploy"), ("C", "mail.send")] {
        bodies.push(json!({ "task_id": "t3", "run_id": "r3", "tier": tier, "action_id": action,
            "disclosure": { "title": "a", "body": "b" } }));
    }
    bodies
}

const PATHS: [&str; 7] = [
    "/api/tasks/create",
    "/api/tasks/complete",
    "/api/artifacts",
    "/api/tasks-mutations/delegate-taskspec",
    "/api/tasks/fail",
    "/api/tasks/cancel",
    "/api/tasks/erase",
];

/// Takes the run of the first task that waits, so that leases are in what is seen.
async fn claim(store: &Store, now: i64) {
    let mut gated = store.begin_gated().await.unwrap();
    for (candidate, owner) in gated.candidates(now, 2).await.unwrap().iter().zip(["local", "ada"]) {
        gated.claim(candidate, owner, now, now + 60_000).await.unwrap();
    }
    gated.commit().await.unwrap();
}

async fn records(mode: GateMode) -> Vec<AuditRecord> {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), Arc::new(Board::new())).await.unwrap();
    let clock = Arc::new(AtomicI64::new(START));
    let time = Arc::clone(&clock);
    let actions = [("site.deploy".to_owned(), Tier::B)].into();
    let gate = Gate { mode, actions, clock: Arc::new(move || time.load(Ordering::SeqCst)) };
    let contract = StatusContract::embedded().unwrap();
    let app = App::embedded(store.clone(), Limits::default(), contract).behind(gate);
    let server = build(app).unwrap();
    for (id, run) in [("t1", "r1"), ("t2", "r2")] {
        let body = json!({ "task_id": id, "run_id": run, "question": "What is 1 + 1?" });
        send(&server, "POST", "/api/tasks/create", &body.to_string()).await;
    }
    let grant = json!({ "allow": ["mail."], "scope": { "task_id": "t3" }, "expires_at": START + 500_000,
        "single_use": true });
    send(&server, "POST", "/api/grants", &grant.to_string()).await;
    claim(&store, START).await;
    let signal = |decision: &str| {
        json!({ "type": "CI_STATUS", "scope": "task:t2", "decision": decision, "reason": "r",
            "expires_at": START + 900_000 })
    };
    for path in PATHS {
        if path == "/api/tasks/complete" {
            claim(&store, clock.load(Ordering::SeqCst)).await;
        }
        for (number, body) in bodies().into_iter().enumerate() {
            if number % 50 == 0 {
                let decision = if number % 100 == 0 { "BLOCKED" } else { "CLEAN" };
                send(&server, "POST", "/governance/signals", &signal(decision).to_string()).await;
            }
            send(&server, "POST", path, &body.to_string()).await;
            clock.fetch_add(1_000, Ordering::SeqCst);
        }
        send(&server, "PUT", "/projects/p/policy?x=1", "{}").await;
        send(&server, "DELETE", "/api//tasks", "").await;
    }
    let filter = AuditFilter { limit: u32::MAX, ..AuditFilter::default() };
    store.audit(&filter).await.unwrap()
}

#[tokio::test]
async fn every_record_replays_to_its_verdict() {
    let mut seen = std::collections::BTreeSet::new();
    for mode in [GateMode::Shadow, GateMode::Enforce] {
        let records = records(mode).await;
        assert!(records.len() > 1_500, "{}", records.len());
        for record in records {
            let mut output = Vec::new();
            lines(Verb::Decide, &mut record.input.as_bytes(), &mut output).unwrap();
            let expected = format!("{}\n", record.verdict);
            assert_eq!(String::from_utf8(output).unwrap(), expected, "{}", record.input);
            let verdict: Value = serde_json::from_str(&record.verdict).unwrap();
            assert_eq!(verdict["reason"], json!(record.reason));
            assert_eq!(
                (&verdict["decision"], &verdict["outcome"]),
                (&json!(record.decision), &json!(record.outcome))
            );
            assert_eq!(verdict["class"], json!(record.class));
            assert_eq!(record.mode, mode.word());
            seen.insert(record.reason);
        }
    }
    let reasons = [
        "ALLOW",
        Reason::MutationNotAllowlisted.code(),
        Reason::IntentInvalid.code(),
        Reason::IntentContradictsRoute.code(),
        Reason::TierUnknown.code(),
        Reason::TierDisclosureRequired.code(),
        Reason::TierNotAuthorized.code(),
        Reason::TaskExists.code(),
        Reason::RunUnknown.code(),
        Reason::RunTerminal.code(),
        Reason::LeaseHeldByOther.code(),
        Reason::LeaseExpired.code(),
        Reason::GovernanceBlocked.code(),
    ];
    for reason in reasons {
        assert!(seen.contains(reason), "{reason} is not among what was recorded: {seen:?}");
    }
}
