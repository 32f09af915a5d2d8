//! Whatever moment the process dies at, there is no effect without its record, no record without its effect, and none
//! of either twice.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::databases::{Other, on_each_database, other_connection_to};
use crate::support::{command, started, wire};

/// How many kills there are where nobody asks for more.
const KILLS: u64 = 20;
/// The variable that asks for more.
const KILLS_VARIABLE: &str = "GATE_TEST_KILLS";

/// Makes tasks and ends some of them until the program is gone; the ids of those whose making was confirmed.
fn load(address: &str, name: &str) -> Vec<String> {
    let mut confirmed = Vec::new();
    for number in 0.. {
        let id = format!("{name}-{number}");
        let body = json!({ "task_id": id, "question": "What is 1 + 1?" }).to_string();
        match wire(address, "POST", "/api/tasks/create", &body) {
            Ok((201, ..)) => confirmed.push(id.clone()),
            Ok((status, _, body)) => panic!("{status} {body}"),
            Err(_) => break,
        }
        if number % 2 == 0 {
            let body = json!({ "task_id": id }).to_string();
            if wire(address, "POST", "/api/tasks/cancel", &body).is_err() {
                break;
            }
        }
    }
    confirmed
}

/// A moment that differs from kill to kill, in milliseconds.
fn moment(kill: u64) -> u64 {
    30 + kill.wrapping_mul(2_654_435_761) % 250
}

async fn a_process_killed_amid_writes_leaves_each_effect_with_its_record_once() {
    let asked = std::env::var(KILLS_VARIABLE).ok().map(|kills| kills.parse().expect("a number"));
    let directory = TempDir::new().expect("a directory");
    let mut confirmed = Vec::new();
    for kill in 0..asked.unwrap_or(KILLS) {
        let mut command = command(directory.path(), &[]);
        command.env("ENFORCEMENT_MODE", "enforce").stderr(std::process::Stdio::null());
        let mut program = started(command);
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (address, name) = (program.address.clone(), format!("k{kill}-{writer}"));
                std::thread::spawn(move || load(&address, &name))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(moment(kill)));
        program.child.kill().expect("a kill that cannot be caught");
        program.child.wait().expect("its end");
        confirmed.extend(writers.into_iter().flat_map(|writer| writer.join().expect("a writer")));
    }
    assert!(confirmed.len() > 20, "{} tasks are too few to show anything", confirmed.len());
    let mut other = other_connection_to(directory.path()).await;
    let effects = counted(&mut other, EFFECTS).await;
    let records = counted(&mut other, RECORDS).await;
    assert!(effects.values().all(|count| *count == 1), "{effects:?}");
    for (effect, count) in &records {
        // An answer that is there is emitted once more where its worker was killed before it ended the run.
        let may_repeat = effect.starts_with("artifact_emit ");
        assert!(effects.contains_key(effect) && (*count == 1 || may_repeat), "{effect:?} {count}");
    }
    for effect in effects.keys() {
        assert!(records.contains_key(effect), "{effect:?}");
    }
    for id in &confirmed {
        assert!(effects.contains_key(&format!("task_create {id}")), "{id} was confirmed");
    }
    assert!(effects.keys().any(|effect| effect.starts_with("task_cancel ")));
}

/// What was changed: the class of the mutation and the task.
const EFFECTS: &str = "SELECT class || ' ' || task_id FROM (
        SELECT 'task_create' AS class, task_id FROM tasks
        UNION ALL SELECT 'task_cancel', task_id FROM run_events WHERE kind = 'task.canceled'
        UNION ALL SELECT 'task_complete', task_id FROM run_events WHERE kind = 'task.completed'
        UNION ALL SELECT 'task_fail', task_id FROM run_events WHERE kind = 'task.failed'
        UNION ALL SELECT 'artifact_emit', task_id FROM artifacts
    ) AS effects";

/// What was recorded as allowed.
const RECORDS: &str = "SELECT class || ' ' || task_id FROM gate_audit WHERE decision = 'allow'";

async fn counted(other: &mut Other, select: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in other.texts(select).await {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

on_each_database! {
    a_process_killed_amid_writes_leaves_each_effect_with_its_record_once,
}
