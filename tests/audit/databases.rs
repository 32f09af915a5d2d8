//! The command over a database, where the records lie.

use std::sync::Arc;

use assistant::status::Board;
use assistant::store::{FILE_NAME, Place, Store};
use mutation_gate::GateMode;
use speech_harness::gate::replay::{Code, Report, replay};
use speech_harness::report::{End, Format};
use speech_harness::trouble::Trouble;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection, raw_sql};
use tempfile::TempDir;

use super::fill;
use crate::receipts::databases::{run, schema};

/// Off the runtime of the test, as the command runs.
async fn replayed(audit: String) -> Result<Report, Trouble> {
    tokio::task::spawn_blocking(move || replay(&audit)).await.unwrap()
}

#[track_caller]
fn is_kept(report: &Report) {
    assert_eq!((report.differences(), report.end()), (&[][..], End::Kept));
    assert!(report.records() > 1_500, "{}", report.records());
}

/// What is set in which records, and what it is found as.
const CHANGES: [(&str, &str, Code); 14] = [
    (
        "verdict = replace(verdict, 'E_RUN_UNKNOWN', 'ALLOW')",
        "seq % 2 = 0 AND reason = 'E_RUN_UNKNOWN'",
        Code::Drift,
    ),
    ("verdict = verdict || ' '", "seq = 3", Code::Drift),
    ("verdict = CAST(x'ff00' AS TEXT)", "seq = 3", Code::Drift),
    ("input = replace(input, '\"now\":', '\"then\":')", "seq = 3", Code::Drift),
    ("input = ''", "seq = 3", Code::Drift),
    ("mode = 'shadow'", "seq = 3", Code::Inconsistent),
    ("class = NULL", "seq = 3", Code::Inconsistent),
    ("method = 'PUT'", "seq = 3", Code::Inconsistent),
    ("path = '/'", "seq = 3", Code::Inconsistent),
    ("decision = 'allow'", "decision = 'deny'", Code::Inconsistent),
    ("reason = 'ALLOW'", "decision = 'deny'", Code::Inconsistent),
    ("outcome = 'pass_recorded'", "outcome = 'reject'", Code::Inconsistent),
    ("http = 201", "decision = 'allow'", Code::Inconsistent),
    ("http = 200", "decision = 'deny'", Code::Inconsistent),
];

#[tokio::test]
async fn what_a_server_recorded_is_replayed_where_it_lies() {
    let directory = TempDir::new().unwrap();
    let store = Store::open(directory.path(), Arc::new(Board::new())).await.unwrap();
    fill(&store, GateMode::Enforce).await;
    let file = directory.path().join(FILE_NAME).display().to_string();
    for source in [file.clone(), format!("sqlite://{file}")] {
        is_kept(&replayed(source).await.unwrap());
    }
    store.close().await;
    let mut connection = SqliteConnection::connect(&format!("sqlite://{file}")).await.unwrap();
    connection.execute("DROP TRIGGER gate_audit_is_not_changed").await.unwrap();
    for (set, whether, code) in CHANGES {
        let select = format!("SELECT id FROM gate_audit WHERE {whether} ORDER BY seq");
        let ids: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(&mut connection).await.unwrap();
        assert!(!ids.is_empty(), "{set}");
        let statement = format!(
            "CREATE TABLE kept AS SELECT * FROM gate_audit;
             UPDATE gate_audit SET {set} WHERE {whether};"
        );
        connection.execute(raw_sql(AssertSqlSafe(statement))).await.unwrap();
        let report = replayed(file.clone()).await.unwrap();
        let found = report.differences().iter().map(|found| (found.id.clone(), found.code));
        let expected = ids.into_iter().take(100).map(|id| (id, code));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{set}");
        assert_eq!(report.end(), End::Broken);
        let back = "UPDATE gate_audit SET (mode, class, method, path, decision, reason, outcome, http, input, verdict) =
                (SELECT mode, class, method, path, decision, reason, outcome, http, input, verdict
                 FROM kept WHERE kept.seq = gate_audit.seq);
            DROP TABLE kept;";
        connection.execute(raw_sql(back)).await.unwrap();
    }
    is_kept(&replayed(file).await.unwrap());
}

#[tokio::test]
async fn what_a_server_recorded_in_a_database_server_is_replayed_too() {
    let Some((mut connection, url, schema)) = schema("what_a_server_recorded").await else {
        return;
    };
    let directory = TempDir::new().unwrap();
    let place = Place::server(&url).unwrap();
    let store = Store::open_at(&place, directory.path(), Arc::new(Board::new())).await.unwrap();
    fill(&store, GateMode::Shadow).await;
    store.close().await;
    let whole = replayed(url.clone()).await;
    let id: String = sqlx::query_scalar("SELECT id FROM gate_audit ORDER BY seq LIMIT 1")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    run(&mut connection, "ALTER TABLE gate_audit DISABLE TRIGGER USER".to_owned()).await;
    let change = format!("UPDATE gate_audit SET verdict = verdict || ' ' WHERE id = '{id}'");
    run(&mut connection, change).await;
    let changed = replayed(url.clone()).await;
    run(&mut connection, "DROP TABLE gate_audit CASCADE".to_owned()).await;
    let absent = replayed(url).await;
    run(&mut connection, format!("DROP SCHEMA {schema} CASCADE")).await;
    is_kept(&whole.unwrap());
    let changed = changed.unwrap();
    let [difference] = changed.differences() else { panic!("{:?}", changed.differences()) };
    assert_eq!((&difference.id, difference.code), (&id, Code::Drift));
    assert_eq!(absent.unwrap().end(), End::Unchecked);
}

#[tokio::test]
async fn records_that_cannot_be_read_are_no_finding_and_no_pass() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("audit.sqlite").display().to_string();
    assert!(replayed(path.clone()).await.is_err());
    let url = format!("sqlite://{path}?mode=rwc");
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE other (id)").await.unwrap();
    let report = replayed(path).await.unwrap();
    assert_eq!(report.end(), End::Unchecked);
    let mut lines = Vec::new();
    report.write(Format::Human, &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.starts_with("unread: expected to read every row of gate_audit"), "{lines}");
}
