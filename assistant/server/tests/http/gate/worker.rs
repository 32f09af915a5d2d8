//! The worker: it runs what was granted, and what it says leaves through the exit.

use std::sync::Arc;
use std::time::Duration;

use assistant::app::App;
use assistant::respond::{Answer as Composition, Composed};
use assistant::web::Limits;
use assistant::worker::{Pace, Worked, Worker};
use mutation_gate::{GateMode, TerminalKind};
use serde_json::{Value, json};
use speech_exit::Claims;
use speech_kernel::{Authority, SystemMode};

use super::{Behind, behind};
use crate::databases::on_each_database;
use crate::support::{Assistant, By, contract};

fn worker(world: &Behind) -> Worker {
    worker_at(world, Pace::default())
}

fn worker_at(world: &Behind, pace: Pace) -> Worker {
    Worker::new(world.app.clone(), world.assistant.server.clone(), pace).expect("a worker")
}

async fn run_of(world: &Behind, id: &str) -> Value {
    let page = world.assistant.get("/api/runs?limit=1000").await.json();
    let runs = page["runs"].as_array().expect("runs");
    runs.iter().find(|run| run["row"]["task_id"] == id).cloned().expect("a run")
}

async fn kinds(world: &Behind) -> Vec<String> {
    let mut other = world.assistant.other_connection().await;
    other.texts("SELECT kind FROM run_events ORDER BY id").await
}

async fn a_question_is_answered_later_with_a_receipt_and_said_again_as_memory() {
    for mode in GateMode::ALL {
        let world = behind(*mode).await;
        world.create("t").await;
        let worker = worker(&world);
        assert_eq!(worker.once().await, Ok(Worked::Ended(TerminalKind::Completed)));
        assert_eq!(worker.once().await, Ok(Worked::Nothing));
        let run = run_of(&world, "t").await;
        assert_eq!(
            (&run["scenario"], &run["violated_invariants"]),
            (&json!("S_TERMINAL"), &json!([]))
        );
        assert_eq!(run["row"]["terminal_event_kind"], "task.completed");
        assert_eq!(run["row"]["actor"], worker.name());
        let [artifact] = run["artifacts"].as_array().expect("artifacts").as_slice() else {
            panic!("{run}")
        };
        let receipt = artifact["receipt"].as_str().expect("a receipt");
        assert_eq!(world.assistant.get(&format!("/receipts/{receipt}")).await.status, 200);
        let path = format!("/api/artifacts/{}", artifact["id"].as_str().expect("an id"));
        let said = world.assistant.get(&path).await;
        assert!(said.json()["text"].as_str().expect("words").contains('2'), "{said:?}");
        said.assert_answers_as("memory");
        assert_ne!(
            said.header("x-speech-receipt"),
            Some(receipt),
            "saying it again has a verdict of its own"
        );
        assert_eq!(
            kinds(&world).await,
            [
                "task.created",
                "task.queued",
                "task.claimed",
                "task.running",
                "artifact.emitted",
                "task.completed"
            ]
        );
        let expected = if *mode == GateMode::Off { 0 } else { 3 };
        assert_eq!(world.audit("task_id=t").await.len(), expected);
        for page in ["/api/tasks", "/api/runs", "/api/audit"] {
            let text = world.assistant.get(page).await.text;
            assert!(!text.contains("1 + 1"), "{page} has words: {text}");
        }
    }
}

async fn an_unknown_artifact_is_not_said() {
    let world = behind(GateMode::Enforce).await;
    world.assistant.get("/api/artifacts/art_1").await.assert_error(404, "NOT_FOUND", None);
}

async fn only_what_was_granted_runs() {
    let world = behind(GateMode::Shadow).await;
    let question = "What is 1 + 1?";
    let disclosure = json!({ "title": "a", "body": "b" });
    let made = [
        (
            json!({ "task_id": "pending", "question": question, "tier": "B", "action_id": "x.y", "disclosure": disclosure }),
            "PENDING_APPROVAL",
        ),
        (json!({ "task_id": "undisclosed", "question": question, "tier": "B" }), "DENIED"),
        (json!({ "task_id": "unknown-tier", "question": question, "tier": "Z" }), "DENIED"),
        (json!({ "task_id": "foreign", "question": question, "actor": "ada" }), "DENIED"),
        (
            json!({ "task_id": "registered", "question": question, "action_id": "site.deploy", "disclosure": disclosure }),
            "GRANTED",
        ),
    ];
    for (body, authorization) in &made {
        let answer = world.post("/api/tasks/create", body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["authorization"]),
            (201, &json!(authorization)),
            "{body}"
        );
        let listed = &world.task(body["task_id"].as_str().expect("an id")).await["authorization"];
        assert_eq!(
            (&listed["decision"], &listed["engine"]),
            (&json!(authorization), &json!("mutation_gate"))
        );
        assert_eq!((&listed["by"], &listed["at"]), (&json!("local"), &json!(super::START)));
    }
    let mut other = world.assistant.other_connection().await;
    other
        .run(
            "INSERT INTO tasks (task_id, run_id, status, tier, question, created_by, created_at)
             VALUES ('undecided', 'r', 'queued', 'A', 'What is 1 + 1?', 'x', 1)",
        )
        .await
        .expect("a task");
    let worker = worker(&world);
    assert_eq!(worker.once().await, Ok(Worked::Ended(TerminalKind::Completed)));
    assert_eq!(worker.once().await, Ok(Worked::Nothing));
    let page = world.assistant.get("/api/tasks?status=queued").await.json();
    assert_eq!(page["tasks"].as_array().map(Vec::len), Some(5), "{page}");
    assert_eq!(world.task("registered").await["status"], "completed");
}

async fn a_task_without_a_question_is_not_run_here() {
    let world = behind(GateMode::Enforce).await;
    let body = json!({ "task_id": "t", "status": "queued" });
    assert_eq!(world.post("/api/tasks/create", &body).await.status, 201);
    assert_eq!(worker(&world).once().await, Ok(Worked::Nothing));
}

async fn signal(world: &Behind, scope: &str, decision: &str) {
    let body = json!({ "type": "CI_STATUS", "scope": scope, "decision": decision, "reason": "r" });
    assert_eq!(world.post("/governance/signals", &body).await.status, 201);
}

async fn nothing_is_begun_that_a_signal_is_in_the_way_of() {
    for mode in GateMode::ALL {
        let world = behind(*mode).await;
        world.create("a").await;
        world.create("b").await;
        for scope in ["task:a", "run:run-a"] {
            signal(&world, scope, "PENDING").await;
            let worker = worker(&world);
            let lease = worker.claim().await.expect("a store").expect("a hold");
            assert_eq!(lease.task_id(), "b", "{mode:?} {scope}");
            world.at(world.now() + 60_000);
            signal(&world, scope, "CLEAN").await;
        }
        for scope in ["class:task_complete", "class:artifact_emit", "everything"] {
            signal(&world, scope, "BLOCKED").await;
            assert_eq!(worker(&world).once().await, Ok(Worked::Nothing), "{mode:?} {scope}");
            signal(&world, scope, "CLEAN").await;
        }
        assert_eq!(worker(&world).once().await, Ok(Worked::Ended(TerminalKind::Completed)));
    }
}

async fn a_run_whose_holder_is_gone_is_taken_over_and_its_answer_is_there_once() {
    let world = behind(GateMode::Enforce).await;
    world.create("t").await;
    let (first, second) = (worker(&world), worker(&world));
    let lost = first.claim().await.expect("a store").expect("a hold");
    assert_eq!(second.once().await, Ok(Worked::Nothing), "it is held");
    world.at(world.now() + 30_000);
    assert_eq!(second.once().await, Ok(Worked::Ended(TerminalKind::Completed)));
    // It comes back and goes on as if nothing had happened.
    assert_eq!(first.work(&lost).await, Ok(Worked::Left));
    let run = run_of(&world, "t").await;
    assert_eq!(run["artifacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(run["row"]["actor"], second.name());
    let ends = kinds(&world).await.into_iter().filter(|kind| kind == "task.completed").count();
    assert_eq!((ends, kinds(&world).await.contains(&"task.reclaimed".to_owned())), (1, true));
}

async fn a_holder_that_lost_its_run_writes_nothing_in_any_mode() {
    for mode in GateMode::ALL {
        let world = behind(*mode).await;
        world.create("t").await;
        let (first, second) = (worker(&world), worker(&world));
        let lost = first.claim().await.expect("a store").expect("a hold");
        world.at(world.now() + 30_000);
        let held = second.claim().await.expect("a store").expect("a hold");
        let before = world.kept().await;
        assert_eq!(first.work(&lost).await, Ok(Worked::Left), "{mode:?}");
        assert_eq!(world.kept().await, before);
        assert_eq!(second.work(&held).await, Ok(Worked::Ended(TerminalKind::Completed)));
    }
}

async fn a_slow_run_is_held_on_and_a_canceled_one_is_left() {
    let world = behind(GateMode::Enforce).await;
    let slow = By(|| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let claims = Claims { authority: Authority::System, system_mode: SystemMode::Full };
        Composed::Answer(Composition::words("late".to_owned(), claims))
    });
    let app =
        App::new(world.assistant.store.clone(), Arc::new(slow), Limits::default(), contract())
            .behind(world.app.gate().clone());
    let assistant = Assistant::of(app.clone(), tempfile::TempDir::new().expect("a directory"));
    let pace = Pace { beat: Duration::from_millis(20), ..Pace::default() };
    let worker = Worker::new(app, assistant.server.clone(), pace).expect("a worker");
    world.create("slow").await;
    assert_eq!(worker.once().await, Ok(Worked::Ended(TerminalKind::Completed)));
    let beats = kinds(&world).await.into_iter().filter(|kind| kind == "task.heartbeat").count();
    assert!(beats >= 2, "{beats}");
    world.create("stopped").await;
    let stop = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.post("/api/tasks/cancel", &json!({ "task_id": "stopped" })).await
    };
    let (worked, stopped) = tokio::join!(worker.once(), stop);
    assert_eq!((worked, stopped.status.as_u16()), (Ok(Worked::Left), 200));
    assert_eq!(world.task("stopped").await["status"], "canceled");
    assert_eq!(run_of(&world, "stopped").await["artifacts"], json!([]));
}

async fn a_refusal_is_kept_as_what_was_said_and_a_question_that_cannot_be_asked_fails() {
    let world = behind(GateMode::Enforce).await;
    let refusing = By(|| async { Composed::Refusal { text: "no", claims: None } });
    let app =
        App::new(world.assistant.store.clone(), Arc::new(refusing), Limits::default(), contract())
            .behind(world.app.gate().clone());
    let assistant = Assistant::of(app.clone(), tempfile::TempDir::new().expect("a directory"));
    let worker = Worker::new(app, assistant.server.clone(), Pace::default()).expect("a worker");
    world.create("t").await;
    assert_eq!(worker.once().await, Ok(Worked::Ended(TerminalKind::Completed)));
    let run = run_of(&world, "t").await;
    assert!(run["artifacts"][0]["receipt"].is_string(), "{run}");
}

on_each_database! {
    a_question_is_answered_later_with_a_receipt_and_said_again_as_memory,
    an_unknown_artifact_is_not_said,
    only_what_was_granted_runs,
    a_task_without_a_question_is_not_run_here,
    nothing_is_begun_that_a_signal_is_in_the_way_of,
    a_run_whose_holder_is_gone_is_taken_over_and_its_answer_is_there_once,
    a_holder_that_lost_its_run_writes_nothing_in_any_mode,
    a_slow_run_is_held_on_and_a_canceled_one_is_left,
    a_refusal_is_kept_as_what_was_said_and_a_question_that_cannot_be_asked_fails,
}
