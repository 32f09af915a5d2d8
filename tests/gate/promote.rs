//! What was recorded in shadow is counted, and recommended only when it is evidence enough.

use std::path::Path;
use std::sync::Arc;

use assistant::status::Board;
use assistant::store::{FILE_NAME, Place, Store};
use serde_json::{Value, json};
use speech_harness::gate::promote::{Evidence, From, evidence};
use speech_harness::gate::upper_bound;
use speech_harness::report::{End, Format};
use speech_harness::trouble::Trouble;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection, raw_sql};
use tempfile::TempDir;

use crate::receipts::databases::{run, schema};

/// The chance of at most `seen` of `of`, term by term.
fn at_most(seen: u64, of: u64, share: f64) -> f64 {
    let term = |count: u64| {
        let ways: f64 = (0..count).map(|taken| (of - taken) as f64 / (taken + 1) as f64).product();
        ways * share.powf(count as f64) * (1.0 - share).powf((of - count) as f64)
    };
    (0..=seen).map(term).sum()
}

#[test]
fn a_bound_is_the_share_with_which_so_few_are_seen_in_one_of_twenty_times() {
    for of in 1..=80 {
        for seen in 0..of {
            let chance = at_most(seen, of, upper_bound(seen, of));
            assert!((chance - 0.05).abs() < 1e-9, "{seen} of {of}: {chance}");
        }
        assert_eq!(upper_bound(of, of), 1.0);
    }
    assert_eq!(upper_bound(0, 0), 1.0);
}

#[test]
fn the_bound_is_that_of_the_tables() {
    let million = 1_000_000;
    for (seen, of, expected) in [
        (1, 10, 0.394_163),
        (0, 298, 0.010_002_432),
        (0, 299, 0.009_969_147),
        (0, million, 2.995_728e-6),
        (million - 1, million, 1.0 - 5.129_329e-8),
    ] {
        let bound = upper_bound(seen, of);
        assert!((bound - expected).abs() < 1e-6 * expected.max(1e-3), "{seen} of {of}: {bound}");
    }
    // Far from the ends, it is the share and some of its own spread.
    let half = upper_bound(million / 2, million);
    assert!((half - (0.5 + 1.645 * 0.000_5)).abs() < 2e-6, "{half}");
}

const MOMENT: i64 = 1_700_000_000_000;

/// Statements that add records from `first` on, of this mode, decision and reason.
fn added(numbers: std::ops::Range<u32>, mode: &str, reason: &str) -> String {
    let decision = if reason == "ALLOW" { "allow" } else { "deny" };
    let row = |number: u32| {
        let moment = MOMENT + i64::from(number);
        format!(
            "('{}', {moment}, '{mode}', 'POST', '/api/tasks/create', '{decision}', '{reason}', 'pass_recorded', 200, '{{}}', '{{}}')",
            id(number)
        )
    };
    let rows: Vec<_> = numbers.map(row).collect();
    format!(
        "INSERT INTO gate_audit (id, recorded_at, mode, method, path, decision, reason, outcome, http, input, verdict)
         VALUES {};",
        rows.join(", ")
    )
}

fn id(number: u32) -> String {
    format!("audit_{number:032x}")
}

fn labelled(number: u32, label: &str) -> String {
    format!("INSERT INTO gate_audit_labels VALUES ('{}', '{label}', 'ada', 1);", id(number))
}

/// A thousand decisions in shadow, four of which would have blocked, and others in enforce.
fn thousand() -> String {
    [
        added(0..996, "shadow", "ALLOW"),
        added(996..999, "shadow", "E_LEASE_EXPIRED"),
        added(999..1000, "shadow", "E_TASK_EXISTS"),
        added(1000..1010, "enforce", "E_RUN_TERMINAL"),
        labelled(996, "right"),
        labelled(997, "right"),
        labelled(998, "wrong"),
        labelled(999, "right"),
        labelled(5, "wrong"),
        labelled(1000, "wrong"),
    ]
    .concat()
}

fn counted() -> Value {
    json!({
        "from": "shadow",
        "decisions": 1000,
        "would_block": 4,
        "would_block_by_reason": { "E_LEASE_EXPIRED": 3, "E_TASK_EXISTS": 1 },
        "labelled_wrong": 1,
        "labelled_right": 3,
        "unlabelled": 0,
        "allowed_labelled_wrong": 1,
        "oldest": "2023-11-14T22:13:20Z",
        "newest": "2023-11-14T22:13:20.999Z",
        "recommended": true,
    })
}

/// Off the runtime of the test, as the command runs.
async fn found(audit: String, accepted: &str) -> Result<Evidence, Trouble> {
    let accepted = accepted.parse().unwrap();
    let counting = tokio::task::spawn_blocking(move || evidence(From::Shadow, &audit, accepted));
    counting.await.unwrap()
}

fn written(evidence: &Evidence) -> Value {
    let mut output = Vec::new();
    evidence.write(Format::Json, &mut output).unwrap();
    serde_json::from_slice(&output).unwrap()
}

/// The file of a store, after these statements.
async fn file(directory: &Path, statements: &str) -> String {
    let store = Store::open(directory, Arc::new(Board::new())).await.unwrap();
    store.close().await;
    let file = directory.join(FILE_NAME).display().to_string();
    let mut connection = SqliteConnection::connect(&format!("sqlite://{file}")).await.unwrap();
    connection.execute(raw_sql(AssertSqlSafe(statements.to_owned()))).await.unwrap();
    connection.close().await.unwrap();
    file
}

#[track_caller]
fn is_counted(evidence: &Evidence) {
    let mut written = written(evidence);
    let members = written.as_object_mut().unwrap();
    let bound = members.remove("upper_bound").unwrap().as_f64().unwrap();
    assert_eq!(members.remove("accepted_bound"), Some(json!(0.01)));
    assert!((at_most(1, 1000, bound) - 0.05).abs() < 1e-9, "{bound}");
    assert_eq!((written, evidence.end()), (counted(), End::Kept));
}

#[tokio::test]
async fn what_was_recorded_in_shadow_is_counted_by_reason_and_label() {
    let directory = TempDir::new().unwrap();
    let file = file(directory.path(), &thousand()).await;
    for audit in [file.clone(), format!("sqlite://{file}")] {
        is_counted(&found(audit, "0.01").await.unwrap());
    }
    let strict = found(file, "0.004").await.unwrap();
    assert_eq!(strict.end(), End::Broken);
    let mut lines = Vec::new();
    strict.write(Format::Human, &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let last = lines.lines().last().unwrap();
    assert!(last.starts_with("not recommended: expected an upper bound"), "{lines}");
    assert!(last.ends_with("1 of 4 would-blocks labelled wrong, 0 not labelled"), "{lines}");
}

#[tokio::test]
async fn a_database_server_is_counted_as_a_file_is() {
    let Some((mut connection, url, schema)) = schema("a_database_server_is_counted").await else {
        return;
    };
    let directory = TempDir::new().unwrap();
    let place = Place::server(&url).unwrap();
    let store = Store::open_at(&place, directory.path(), Arc::new(Board::new())).await.unwrap();
    store.close().await;
    run(&mut connection, thousand()).await;
    let evidence = found(url.clone(), "0.01").await;
    run(&mut connection, "DROP TABLE gate_audit_labels".to_owned()).await;
    let absent = found(url, "0.01").await;
    run(&mut connection, format!("DROP SCHEMA {schema} CASCADE")).await;
    is_counted(&evidence.unwrap());
    assert!(absent.unwrap_err().to_string().contains("gate_audit_labels"));
}

#[tokio::test]
async fn a_would_block_that_nobody_looked_at_is_taken_as_wrong() {
    let directory = TempDir::new().unwrap();
    let denied = added(0..20, "shadow", "E_RUN_TERMINAL");
    let file = file(directory.path(), &(denied + &added(20..1000, "shadow", "ALLOW"))).await;
    let evidence = found(file, "0.01").await.unwrap();
    let written = written(&evidence);
    assert_eq!((&written["unlabelled"], &written["labelled_wrong"]), (&json!(20), &json!(0)));
    assert_eq!(evidence.end(), End::Broken);
}

#[tokio::test]
async fn too_few_records_recommend_nothing() {
    for (records, end) in [(0, End::Broken), (298, End::Broken), (299, End::Kept)] {
        let directory = TempDir::new().unwrap();
        let statements =
            if records == 0 { String::new() } else { added(0..records, "shadow", "ALLOW") };
        let evidence = found(file(directory.path(), &statements).await, "0.01").await.unwrap();
        assert_eq!(evidence.end(), end, "{records}");
    }
}

const TABLES: &str = "CREATE TABLE gate_audit (id, recorded_at INTEGER, mode, method, path, decision, reason, outcome, http, input, verdict);
    CREATE TABLE gate_audit_labels (audit_id, label, labelled_by, labelled_at);";

#[tokio::test]
async fn words_that_are_not_known_and_tables_that_are_absent_are_not_counted() {
    let allowed = added(0..400, "shadow", "ALLOW");
    let with = |more: String| [TABLES, &allowed, &more].concat();
    for (statements, expected) in [
        (with(labelled(3, "maybe")), "the label wrong or right"),
        (with(labelled(400, "wrong")), "labels of records"),
        (with(added(400..401, "trial", "ALLOW")), "the mode"),
        (with(added(400..401, "shadow", "E_MADE_UP")), "a decision and its reason"),
        (with(allowed.replace("'allow'", "'perhaps'")), "a decision and its reason"),
        (with("UPDATE gate_audit SET recorded_at = 9000000000000000000".into()), "milliseconds"),
        ("CREATE TABLE gate_audit (id)".into(), "expected to read"),
        (String::new(), "expected to read"),
    ] {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("audit.sqlite").display().to_string();
        let url = format!("sqlite://{path}?mode=rwc");
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        connection.execute(raw_sql(AssertSqlSafe(statements))).await.unwrap();
        connection.close().await.unwrap();
        let trouble = found(path, "0.01").await.unwrap_err().to_string();
        assert!(trouble.contains(expected), "{trouble}");
    }
    let directory = TempDir::new().unwrap();
    let text = directory.path().join("text");
    std::fs::write(&text, "no database".repeat(100)).unwrap();
    for path in [text, directory.path().join("absent"), directory.path().to_owned()] {
        assert!(found(path.display().to_string(), "0.01").await.is_err(), "{}", path.display());
    }
}

#[test]
fn a_bound_that_says_nothing_is_not_taken() {
    for text in ["0", "1", "-0.1", "nan", "inf", "", "1 %"] {
        assert!(text.parse::<speech_harness::gate::promote::Accepted>().is_err(), "{text}");
    }
}
