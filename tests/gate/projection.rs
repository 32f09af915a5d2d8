//! The projection of a task and its events, and what holds of it.

use mutation_gate::{
    Authorization, Event, EventId, EventKind, Invariant, Reason, Row, RunView, Scenario, Task,
    TaskStatus, TerminalKind, Verdict, project,
};
use serde_json::json;

use super::{NOW, decided, denied};

fn task() -> Task {
    Task {
        task_id: "t".to_owned(),
        status: TaskStatus::Running,
        actor: Some("ada".to_owned()),
        run_id: Some("r".to_owned()),
        lease_expires_at: Some(NOW + 5),
        lease_epoch: Some(3),
    }
}

fn event(ts: i64, id: i64, kind: &str) -> Event {
    Event {
        ts,
        id: EventId::Number(id),
        kind: EventKind::read(kind).expect("a kind"),
        task_id: "t".to_owned(),
        run_id: Some("r".to_owned()),
        actor: None,
    }
}

#[track_caller]
fn row(task: Option<&Task>, events: &[Event]) -> Row {
    let mut rows = project(task, events, NOW).rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

#[test]
fn a_row_has_what_its_task_and_its_events_say() {
    let events = [event(10, 1, "created"), event(20, 2, "heartbeat"), event(15, 3, "started")];
    let expected = Row {
        run_id: Some("r".to_owned()),
        task_id: Some("t".to_owned()),
        actor: Some("ada".to_owned()),
        lease_epoch: Some(3),
        lease_expires_at: Some(NOW + 5),
        lease_fresh: true,
        lease_ttl_ms: Some(5),
        last_heartbeat_ts: Some(20),
        heartbeat_age_ms: Some(NOW - 20),
        last_event_id: Some(EventId::Number(2)),
        last_event_ts: Some(20),
        last_event_kind: Some(EventKind::Heartbeat),
        task_status: Some(TaskStatus::Running),
        ..Row::default()
    };
    assert_eq!(row(Some(&task()), &events), expected);
    assert!(project(Some(&task()), &events, NOW).violated().is_empty());
    assert_eq!(project(None, &[], NOW), RunView::default());
}

#[test]
fn a_lease_ends_at_its_moment_and_lasts_no_negative_time() {
    for (expiry, fresh, ttl) in [(NOW + 1, true, 1), (NOW, false, 0), (NOW - 7, false, 0)] {
        let row = row(Some(&Task { lease_expires_at: Some(expiry), ..task() }), &[]);
        assert_eq!((row.lease_fresh, row.lease_ttl_ms), (fresh, Some(ttl)), "{expiry}");
    }
    for expiry in [i64::MIN, i64::MAX] {
        let leased = Task { lease_expires_at: Some(expiry), ..task() };
        assert!(
            project(Some(&leased), &[event(i64::MIN, 1, "heartbeat")], NOW).violated().is_empty()
        );
    }
}

#[test]
fn the_first_end_wins_and_ids_decide_within_a_moment() {
    let ends = |events: &[Event]| {
        let row = row(Some(&task()), events);
        (row.terminal_event_kind, row.terminal_event_id, row.last_event_id)
    };
    let number = |id| Some(EventId::Number(id));
    let later = [event(30, 1, "completed"), event(20, 2, "failed")];
    assert_eq!(ends(&later), (Some(TerminalKind::Failed), number(2), number(1)));
    let same = [event(20, 10, "cancelled"), event(20, 9, "task.completed")];
    assert_eq!(ends(&same), (Some(TerminalKind::Completed), number(9), number(10)));
    let text = Event { id: EventId::Text("1".to_owned()), ..event(20, 0, "failed") };
    assert_eq!(ends(&[text, event(20, 9, "completed")]).1, number(9));
}

#[test]
fn a_heartbeat_from_the_future_breaks_the_view() {
    let view = project(Some(&task()), &[event(NOW + 1, 1, "heartbeat")], NOW);
    assert_eq!(broken(&view), [Invariant::HeartbeatAgeNotNegative]);
    let on_time = project(Some(&task()), &[event(NOW, 1, "task.heartbeat")], NOW);
    assert_eq!(broken(&on_time), []);
}

#[test]
fn other_runs_and_other_tasks_stay_out_unless_they_claim_the_same_run() {
    let other_run = Event { run_id: Some("q".to_owned()), ..event(50, 5, "failed") };
    let other_task = Event { task_id: "u".to_owned(), ..other_run.clone() };
    let of_no_run = Event { run_id: None, ..event(5, 4, "created") };
    let row = row(Some(&task()), &[other_run, other_task, of_no_run]);
    assert_eq!((row.last_event_id, row.is_terminal), (Some(EventId::Number(4)), false));
    let same_run = Event { task_id: "u".to_owned(), ..event(50, 5, "progress") };
    let view = project(Some(&task()), &[same_run], NOW);
    assert_eq!(view.rows.len(), 2);
    assert_eq!(broken(&view), [Invariant::OneRowPerRun]);
    assert_eq!(view.row().and_then(|row| row.task_id.as_deref()), Some("t"));
}

#[test]
fn a_run_is_that_of_the_task_or_else_of_its_last_event() {
    let runless = Task { run_id: None, ..task() };
    let older = Event { run_id: Some("q".to_owned()), ..event(10, 9, "created") };
    let run = |events: &[Event]| row(Some(&runless), events).run_id;
    assert_eq!(run(&[older.clone(), event(20, 1, "started")]).as_deref(), Some("r"));
    assert_eq!(run(&[]), None);
    assert_eq!(broken(&project(Some(&runless), &[], NOW)), [Invariant::RunIdPresent]);
    let alone = row(None, &[older, event(20, 1, "started")]);
    assert_eq!((alone.run_id.as_deref(), alone.task_status), (Some("r"), None));
}

#[test]
fn a_status_that_has_ended_without_an_event_breaks_the_view() {
    let done = Task { status: TaskStatus::Completed, ..task() };
    let view = project(Some(&done), &[], NOW);
    assert_eq!(view.scenario(), Scenario::Terminal);
    let missing = [Invariant::TerminalHasKind, Invariant::TerminalHasTs, Invariant::TerminalHasId];
    assert_eq!(broken(&view), missing);
    assert_eq!(broken(&project(Some(&done), &[event(1, 1, "done")], NOW)), []);
}

fn broken(view: &RunView) -> Vec<Invariant> {
    view.violated().iter().collect()
}

fn sound() -> Row {
    row(Some(&task()), &[event(10, 1, "heartbeat")])
}

fn ended() -> Row {
    row(Some(&task()), &[event(10, 1, "completed")])
}

#[test]
fn each_invariant_is_seen_by_itself() {
    let rows = [
        (Invariant::RunIdPresent, Row { run_id: None, ..sound() }),
        (Invariant::RunIdPresent, Row { run_id: Some(" ".to_owned()), ..sound() }),
        (Invariant::TaskIdPresent, Row { task_id: None, ..sound() }),
        (Invariant::TaskIdPresent, Row { task_id: Some(String::new()), ..sound() }),
        (Invariant::TerminalHasKind, Row { terminal_event_kind: None, ..ended() }),
        (Invariant::TerminalHasTs, Row { terminal_event_ts: None, ..ended() }),
        (Invariant::TerminalHasId, Row { terminal_event_id: None, ..ended() }),
        (
            Invariant::OpenHasNoTerminalEvent,
            Row { terminal_event_kind: Some(TerminalKind::Failed), ..sound() },
        ),
        (Invariant::OpenHasNoTerminalEvent, Row { terminal_event_ts: Some(1), ..sound() }),
        (
            Invariant::OpenHasNoTerminalEvent,
            Row { terminal_event_id: Some(EventId::Number(1)), ..sound() },
        ),
        (Invariant::FreshLeaseHasExpiry, Row { lease_expires_at: None, ..sound() }),
        (Invariant::LeaseTtlNotNegative, Row { lease_ttl_ms: Some(-1), ..sound() }),
        (Invariant::HeartbeatAgeNotNegative, Row { heartbeat_age_ms: Some(-1), ..sound() }),
        (Invariant::LastIdHasTsAndKind, Row { last_event_ts: None, ..sound() }),
        (Invariant::LastIdHasTsAndKind, Row { last_event_kind: None, ..sound() }),
        (
            Invariant::LastTsOrKindHasId,
            Row { last_event_id: None, last_event_kind: None, ..sound() },
        ),
        (Invariant::LastTsOrKindHasId, Row { last_event_id: None, last_event_ts: None, ..sound() }),
        (
            Invariant::NoStatusIsNotTerminal,
            Row { task_status: None, lease_fresh: false, lease_expires_at: None, ..ended() },
        ),
        (Invariant::NoStatusHasNoLease, Row { task_status: None, lease_fresh: false, ..sound() }),
    ];
    let nothing = Authorization::default();
    for (invariant, row) in rows {
        let view = RunView::of(row);
        assert_eq!(broken(&view), [invariant]);
        let body = json!({"task_id": "t", "run_id": "r", "actor": "ada"});
        for path in ["/api/tasks/complete", "/api/tasks/cancel", "/api/artifacts"] {
            let verdict = decided(path, &body, &view, &nothing, &[]).verdict();
            assert_eq!(verdict, denied(Reason::ProjectionInvariant), "{invariant:?} {path}");
        }
    }
    assert_eq!(broken(&RunView { rows: vec![sound(), sound()] }), [Invariant::OneRowPerRun]);
    assert_eq!(broken(&RunView::of(sound())), []);
    assert_eq!(broken(&RunView::of(ended())), []);
    assert_eq!(Invariant::ALL.len(), 14);
}

#[test]
fn a_view_of_another_run_says_nothing_about_the_one_that_is_named() {
    let nothing = Authorization::default();
    let verdict =
        |path: &str, body| decided(path, &body, &RunView::of(sound()), &nothing, &[]).verdict();
    for path in ["/api/tasks/complete", "/api/tasks/cancel", "/api/artifacts"] {
        let unknown = denied(Reason::RunUnknown);
        assert_eq!(verdict(path, json!({"task_id": "u", "actor": "ada"})), unknown);
        assert_eq!(verdict(path, json!({"task_id": "t", "run_id": "q"})), unknown);
        let own = json!({"task_id": "t", "run_id": "r", "actor": "ada"});
        assert_eq!(verdict(path, own), Verdict::Allow);
    }
    let create = |body| verdict("/api/tasks/create", body);
    assert_eq!(create(json!({"task_id": "u"})), Verdict::Allow);
    assert_eq!(create(json!({"task_id": "u", "run_id": "r"})), denied(Reason::TaskExists));
    assert_eq!(create(json!({"task_id": "t", "run_id": "q"})), denied(Reason::TaskExists));
}

#[test]
fn an_unknown_kind_or_status_is_none() {
    for text in [
        "",
        "task.",
        "Completed",
        "task.Completed",
        "task.task.completed",
        "ended",
        "tasks.completed",
    ] {
        assert_eq!(EventKind::read(text), None, "{text}");
        assert_eq!(TaskStatus::read(text), None, "{text}");
    }
    assert_eq!(EventKind::read("artifact.emitted"), Some(EventKind::ArtifactEmitted));
    assert_eq!(EventKind::read("emitted"), None);
}
