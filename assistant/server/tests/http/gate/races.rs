//! Who comes second finds it done.

use assistant::gate::{Asking, Came, Wanted, mutate};
use assistant::store::gate::Unapplied;
use mutation_gate::{GateMode, Id, TerminalKind};
use serde_json::{Value, json};

use super::{Behind, behind};
use crate::databases::on_each_database;

async fn count(world: &Behind, what: &str) -> usize {
    let mut other = world.assistant.other_connection().await;
    other.texts(&format!("SELECT task_id FROM {what}")).await.len()
}

async fn of_two_ends_of_a_run_exactly_one_wins_a_thousand_times() {
    for (mode, rounds, second) in
        [(GateMode::Enforce, 1_000, "E_RUN_TERMINAL"), (GateMode::Off, 200, "RUN_ENDED")]
    {
        let world = behind(mode).await;
        for round in 0..rounds {
            let id = format!("t{round}");
            world.held(&id, "local").await;
            let body = json!({ "task_id": id });
            let (one, two) = tokio::join!(
                world.post("/api/tasks/complete", &body),
                world.post("/api/tasks/fail", &body)
            );
            let mut statuses = [one.status.as_u16(), two.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
            let lost = if one.status == 200 { &two } else { &one };
            assert!(lost.text.contains(second), "{lost:?}");
        }
        let ends = "run_events WHERE kind IN ('task.completed', 'task.failed')";
        assert_eq!(count(&world, ends).await, rounds);
    }
}

async fn of_two_tasks_of_one_id_exactly_one_is_made() {
    let world = behind(GateMode::Enforce).await;
    for round in 0..50 {
        let body = json!({ "task_id": format!("t{round}") });
        let (one, two) = tokio::join!(
            world.post("/api/tasks/create", &body),
            world.post("/api/tasks/create", &body)
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{one:?} {two:?}");
    }
    assert_eq!(count(&world, "tasks").await, 50);
}

fn of_tier_b(id: &str, run: &str) -> Value {
    json!({ "task_id": id, "run_id": run, "tier": "B", "action_id": "mail.send",
        "disclosure": { "title": "Mail", "body": "It sends a mail." } })
}

async fn a_grant_for_one_use_is_spent_once_however_many_come() {
    let world = behind(GateMode::Enforce).await;
    for round in 0..25 {
        let run = format!("r{round}");
        let grant = json!({ "allow": ["mail."], "scope": { "run_id": run }, "expires_at": i64::MAX,
            "single_use": true });
        assert_eq!(world.post("/api/grants", &grant).await.status, 201);
        let bodies: Vec<Value> =
            (0..4).map(|one| of_tier_b(&format!("t{round}-{one}"), &run)).collect();
        let [a, b, c, d] = bodies.as_slice() else { panic!("four bodies") };
        let path = "/api/tasks/create";
        let answers = tokio::join!(
            world.post(path, a),
            world.post(path, b),
            world.post(path, c),
            world.post(path, d)
        );
        let answers = [answers.0, answers.1, answers.2, answers.3];
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "{answers:?}");
    }
    let mut other = world.assistant.other_connection().await;
    let spent = "SELECT spent_by FROM grants WHERE spent_at IS NOT NULL AND spent_by IS NOT NULL";
    assert_eq!(other.texts(spent).await.len(), 25);
    let used = world.audit("decision=allow&class=task_create").await;
    assert_eq!(used.len(), 25);
    assert!(used.iter().all(|record| record["verdict"]["grant"]["single_use"] == true));
}

async fn a_spent_grant_lifts_nothing_and_one_that_lasts_goes_on() {
    let world = behind(GateMode::Enforce).await;
    for (single_use, second) in [(true, 403), (false, 409)] {
        let task = format!("t-{single_use}");
        let grant = json!({ "allow": ["mail.send"], "scope": { "task_id": task }, "expires_at": i64::MAX,
            "single_use": single_use });
        assert_eq!(world.post("/api/grants", &grant).await.status, 201);
        let body = of_tier_b(&task, &format!("run-{task}"));
        assert_eq!(world.post("/api/tasks/create", &body).await.status, 201);
        assert_eq!(world.post("/api/tasks/create", &body).await.status, second);
    }
}

async fn what_was_done_under_an_earlier_hold_counts_for_nothing() {
    for mode in [GateMode::Off, GateMode::Shadow, GateMode::Enforce] {
        let world = behind(mode).await;
        let first = world.held("t", "worker-1").await;
        world.at(world.now() + 60_000);
        let second = world.claim("t", "worker-1", world.now() + 60_000).await;
        assert_eq!((first.fence().epoch, second.fence().epoch), (1, 2));
        let store = &world.assistant.store;
        assert!(!store.extend(&first, world.now(), world.now() + 90_000).await.expect("a store"));
        assert!(store.extend(&second, world.now(), world.now() + 90_000).await.expect("a store"));
        let came = ended(&world, first.fence().epoch).await;
        assert!(matches!(came, Came::Unapplied(Unapplied::Stale)), "{mode:?} {came:?}");
        assert_eq!(world.task("t").await["status"], "running");
        let came = ended(&world, second.fence().epoch).await;
        assert!(matches!(came, Came::Applied(_)), "{mode:?} {came:?}");
        assert_eq!(world.task("t").await["status"], "completed");
    }
}

async fn ended(world: &Behind, epoch: i64) -> Came {
    let asking = Asking {
        method: "POST".to_owned(),
        path: "/api/tasks/complete".to_owned(),
        body: json!({ "task_id": "t" }),
        principal: Id::parse("worker-1"),
    };
    let wanted = Wanted::End {
        task_id: Some("t".to_owned()),
        run_id: None,
        kind: TerminalKind::Completed,
        epoch: Some(epoch),
        detail: None,
    };
    mutate(&world.app, &asking, Ok(&wanted)).await.expect("a store")
}

async fn an_epoch_over_http_has_to_be_the_present_one() {
    let world = behind(GateMode::Enforce).await;
    world.held("t", "local").await;
    let stale =
        world.post("/api/tasks/complete", &json!({ "task_id": "t", "lease_epoch": 7 })).await;
    stale.assert_error(409, "LEASE_STALE", None);
    let done =
        world.post("/api/tasks/complete", &json!({ "task_id": "t", "lease_epoch": 1 })).await;
    assert_eq!(done.status, 200, "{done:?}");
}

async fn an_expired_hold_is_not_held_on() {
    let world = behind(GateMode::Enforce).await;
    let lease = world.held("t", "worker-1").await;
    world.at(world.now() + 60_000);
    let store = &world.assistant.store;
    assert!(!store.extend(&lease, world.now(), world.now() + 60_000).await.expect("a store"));
    assert_eq!(world.task("t").await["lease_epoch"], 1);
}

on_each_database! {
    of_two_ends_of_a_run_exactly_one_wins_a_thousand_times,
    of_two_tasks_of_one_id_exactly_one_is_made,
    a_grant_for_one_use_is_spent_once_however_many_come,
    a_spent_grant_lifts_nothing_and_one_that_lasts_goes_on,
    what_was_done_under_an_earlier_hold_counts_for_nothing,
    an_epoch_over_http_has_to_be_the_present_one,
    an_expired_hold_is_not_held_on,
}
