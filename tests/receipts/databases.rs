//! Receipts in a database: what the server keeps, read where it lies.

use std::io::Write as _;
use std::sync::Arc;

use assistant::status::Board;
use assistant::store::{FILE_NAME, Place, Store};
use speech_exit::receipt::Ledger as _;
use speech_harness::replay::{Code, Report, replay};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

use super::{chained, codes, hash, receipts};

async fn kept() -> (Store, TempDir) {
    let directory = TempDir::new().unwrap();
    let store = Store::open(directory.path(), Arc::new(Board::new())).await.unwrap();
    for receipt in receipts(10) {
        store.keep(receipt, None).await.unwrap();
    }
    (store, directory)
}

/// Off the runtime of the test, as the command runs.
async fn replayed(source: String, head: Option<speech_exit::receipt::Head>) -> Report {
    let replaying = tokio::task::spawn_blocking(move || replay(&source, head, None, &[]));
    replaying.await.unwrap().unwrap()
}

#[tokio::test]
async fn what_the_server_keeps_and_exports_is_whole_up_to_the_head_that_it_states() {
    let (store, directory) = kept().await;
    let head = store.head_seen();
    let file = directory.path().join(FILE_NAME).display().to_string();
    for source in [file.clone(), format!("sqlite://{file}")] {
        let report = replayed(source, Some(head.clone())).await;
        assert_eq!((report.findings(), report.head()), (&[][..], Some(head.clone())));
    }
    let mut lines = Vec::new();
    assert_eq!(
        assistant::export::receipts(&Place::File, directory.path(), &mut lines).await.unwrap(),
        0
    );
    let export = directory.path().join("receipts.jsonl");
    std::fs::write(&export, lines).unwrap();
    let report = replayed(export.display().to_string(), Some(head.clone())).await;
    assert_eq!((report.findings(), report.head()), (&[][..], Some(head)));
}

#[tokio::test]
async fn a_row_that_was_changed_in_the_file_is_found() {
    for (statement, expected) in [
        ("UPDATE receipts SET receipt = replace(receipt, 'library', 'memory')", Code::HashMismatch),
        ("UPDATE receipts SET hash = upper(hash) WHERE number = 3", Code::HashMismatch),
        ("UPDATE receipts SET receipt = CAST(x'ff00' AS TEXT) WHERE number = 4", Code::BadLine),
        ("UPDATE receipts SET number = number + 1 WHERE number = 13", Code::NumberGap),
        ("DELETE FROM receipts WHERE number = 7", Code::NumberGap),
    ] {
        let (store, directory) = kept().await;
        store.close().await;
        let file = directory.path().join(FILE_NAME).display().to_string();
        let mut connection = SqliteConnection::connect(&format!("sqlite://{file}")).await.unwrap();
        for trigger in ["receipts_are_not_changed", "receipts_are_not_removed"] {
            let drop = sqlx::AssertSqlSafe(format!("DROP TRIGGER {trigger}"));
            connection.execute(sqlx::raw_sql(drop)).await.unwrap();
        }
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
        let report = replayed(file, None).await;
        assert!(codes(&report).contains(&expected), "{statement}: {:?}", report.findings());
    }
}

/// A schema of the database server for tests, and the address that leads there.
async fn schema(test: &str) -> Option<(PgConnection, String, String)> {
    let Ok(url) = std::env::var("HARNESS_TEST_POSTGRES") else {
        let words = format!("SKIPPED: {test}: set HARNESS_TEST_POSTGRES to a postgres:// URL\n");
        // Past the test runner, which shows nothing of a test that passes.
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return None;
    };
    let schema = format!("{test}_{}", std::process::id());
    let separator = if url.contains('?') { '&' } else { '?' };
    let own = format!("{url}{separator}options[search_path]={schema}");
    let mut connection = PgConnection::connect(&own).await.unwrap();
    run(&mut connection, format!("CREATE SCHEMA {schema}")).await;
    Some((connection, own, schema))
}

async fn run(connection: &mut PgConnection, text: String) {
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await.unwrap();
}

#[tokio::test]
async fn what_the_server_keeps_in_a_database_server_is_whole_too() {
    let Some((mut connection, url, schema)) = schema("what_the_server_keeps").await else { return };
    let directory = TempDir::new().unwrap();
    let place = Place::server(&url).unwrap();
    let board = Arc::new(Board::new());
    let store = Store::open_at(&place, directory.path(), board).await.unwrap();
    for receipt in receipts(10) {
        store.keep(receipt, None).await.unwrap();
    }
    let head = store.head_seen();
    let report = replayed(url.clone(), Some(head.clone())).await;
    let mut lines = Vec::new();
    let waiting = assistant::export::receipts(&place, directory.path(), &mut lines).await.unwrap();
    let export = directory.path().join("receipts.jsonl");
    std::fs::write(&export, lines).unwrap();
    let exported = replayed(export.display().to_string(), Some(head.clone())).await;
    run(&mut connection, "ALTER TABLE receipts DISABLE TRIGGER USER".to_owned()).await;
    run(
        &mut connection,
        "UPDATE receipts SET receipt = receipt || ' ' WHERE number = 2".to_owned(),
    )
    .await;
    let changed = replayed(url, Some(head.clone())).await;
    store.close().await;
    run(&mut connection, format!("DROP SCHEMA {schema} CASCADE")).await;
    assert_eq!((report.findings(), report.head()), (&[][..], Some(head.clone())));
    assert_eq!((waiting, exported.findings(), exported.head()), (0, &[][..], Some(head)));
    assert_eq!(codes(&changed)[0], Code::HashMismatch);
}

#[tokio::test]
async fn a_database_server_is_read_as_a_file_is() {
    let Some((mut connection, own, schema)) = schema("a_database_server_is_read").await else {
        return;
    };
    let table = "CREATE TABLE receipts (number BIGINT PRIMARY KEY, hash TEXT, receipt TEXT)";
    run(&mut connection, table.to_owned()).await;
    for link in chained(receipts(10)) {
        let canonical = link.canonical().unwrap();
        sqlx::query("INSERT INTO receipts VALUES ($1, $2, $3)")
            .bind(i64::try_from(link.number).unwrap())
            .bind(hash(canonical.as_bytes()))
            .bind(&canonical)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    let whole = replayed(own.clone(), None).await;
    run(&mut connection, "DELETE FROM receipts WHERE number = 13".to_owned()).await;
    let cut = replayed(own.clone(), whole.head()).await;
    run(&mut connection, "UPDATE receipts SET receipt = '{}' WHERE number = 2".to_owned()).await;
    let changed = replayed(own, None).await;
    run(&mut connection, format!("DROP SCHEMA {schema} CASCADE")).await;
    assert_eq!((whole.findings(), whole.head().unwrap().length()), (&[][..], 13));
    assert_eq!(codes(&cut), [Code::TailCut]);
    assert_eq!(codes(&changed)[..2], [Code::HashMismatch, Code::BadLine]);
}
