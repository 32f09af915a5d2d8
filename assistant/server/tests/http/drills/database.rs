//! The database is gone, is another one, cannot be written, or holds another chain.

use assistant::status::{Health, Part};
use assistant::store::SPOOL_NAME;
use serde_json::json;

use super::{Drill, Promise, SERVING, receipts};
use crate::support::assistant;

const GONE: Promise = Promise::minimal("STORE_DOWN", &["STORE_FILE_GONE"]);

#[tokio::test]
async fn the_database_file_goes_and_comes_back() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    let before = drill.shows(SERVING).await;
    let file = assistant.directory().join(assistant::store::FILE_NAME);
    let away = assistant.directory().join("away");
    std::fs::rename(&file, &away).expect("the file goes");

    drill.shows(GONE).await;
    let document = json!({ "title": "t", "text": "x" });
    let refused = assistant.post("/v1/library/documents", &document).await;
    refused.assert_error(503, "STORE_UNAVAILABLE", None);
    let waiting = drill.status().await;
    assert_eq!(
        waiting["latches"],
        json!(["STORE_FILE_GONE", "WRITES_IN_DOUBT", "RECEIPTS_WAITING"])
    );
    assert_eq!(
        receipts(&waiting),
        receipts(&before) + 2,
        "one for each answer, none in a lost file"
    );

    std::fs::rename(&away, &file).expect("the file comes back");
    drill.shows(SERVING).await;
    let after = drill.status().await;
    assert_eq!(
        (&after["receipts"]["spooled"], receipts(&after)),
        (&json!(0), receipts(&before) + 3)
    );
}

#[tokio::test]
async fn another_file_in_its_place_is_not_the_database_that_was_opened() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    let file = assistant.directory().join(assistant::store::FILE_NAME);
    let away = assistant.directory().join("away");
    std::fs::rename(&file, &away).expect("the file goes");
    std::fs::copy(&away, &file).expect("another file");
    drill.shows(GONE).await;
    std::fs::rename(&away, &file).expect("the file comes back");
    drill.shows(SERVING).await;
}

#[tokio::test]
async fn the_log_of_the_database_goes_and_comes_back() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    let before = drill.shows(SERVING).await;
    let log = assistant.directory().join("assistant.sqlite-wal");
    let away = assistant.directory().join("away");
    std::fs::rename(&log, &away).expect("the log goes");
    drill.shows(GONE).await;
    let waiting = drill.status().await;
    assert_eq!(waiting["receipts"]["spooled"], 1, "nothing is added to a lost file");

    std::fs::copy(&away, &log).expect("another log");
    drill.shows(GONE).await;
    std::fs::rename(&away, &log).expect("the log comes back");
    drill.shows(SERVING).await;
    assert_eq!(receipts(&drill.status().await), receipts(&before) + 4);
}

#[tokio::test]
async fn who_closes_the_database_leaves_no_log_behind() {
    let assistant = assistant().await;
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    let log = assistant.directory().join("assistant.sqlite-wal");
    assert!(log.exists());
    assistant.store.close().await;
    assert!(!log.exists(), "what it had is in the file");
}

#[tokio::test]
async fn another_process_holds_the_right_to_write_and_lets_it_go() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    let mut other = assistant.hold_the_write_lock().await;
    drill.shows(Promise::minimal("STORE_DOWN", &["WRITES_IN_DOUBT"])).await;
    other.release().await;
    let status = drill.shows(SERVING).await;
    assert_eq!(status["receipts"]["spooled"], 0);
}

#[tokio::test]
async fn the_chain_loses_its_last_receipt_and_has_it_again() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    let mut other = assistant.other_connection().await;
    let last = "number = (SELECT max(number) FROM receipts)";
    for statement in [
        "DROP TRIGGER receipts_are_not_removed".to_owned(),
        format!("CREATE TABLE aside AS SELECT * FROM receipts WHERE {last}"),
        format!("DELETE FROM receipts WHERE {last}"),
    ] {
        other.run_made(statement).await.expect("a change");
    }
    let cut = drill.shows(Promise::minimal("STORE_DOWN", &["CHAIN_REWRITTEN"])).await;
    assert_eq!(cut["receipts"]["length"], 1, "what was seen is still shown");
    other.run("INSERT INTO receipts SELECT * FROM aside").await.expect("the receipt");
    let whole = drill.shows(SERVING).await;
    assert_eq!(whole["receipts"]["length"], 2, "what came meanwhile follows what was seen");
}

#[tokio::test]
async fn a_chain_that_was_rewritten_is_not_written_to_before_anybody_looks() {
    let assistant = assistant().await;
    let mut drill = Drill::of(&assistant);
    let before = drill.shows(SERVING).await;
    let mut other = assistant.other_connection().await;
    for statement in [
        "DROP TRIGGER receipts_are_not_changed".to_owned(),
        format!("UPDATE receipts SET hash = '{}'", "0".repeat(64)),
    ] {
        other.run_made(statement).await.expect("a change");
    }
    assistant.ask("what is 17 * 23?").await;
    let status = drill.status().await;
    assert_eq!(status["latches"], json!(["CHAIN_REWRITTEN", "RECEIPTS_WAITING"]));
    let joined = assistant.store.join_spooled().await;
    assert!(joined.is_err_and(|error| error.to_string().starts_with("CHAIN_REWRITTEN: ")));
    assert_eq!(receipts(&drill.status().await), receipts(&before) + 2);
    let head = assistant.store.head().await.expect("a head");
    assert_eq!(head.length(), 1, "nothing follows another chain");
    drill.shows(Promise::minimal("STORE_DOWN", &["CHAIN_REWRITTEN"])).await;
}

#[tokio::test]
async fn receipts_that_are_taken_away_while_they_wait_are_not_forgotten() {
    let assistant = assistant().await;
    let store = &assistant.store;
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    store.board().note(Part::Writes, Health::Down);
    assistant.ask("what is 17 * 23?").await;
    let spool = assistant.directory().join(SPOOL_NAME);
    let away = assistant.directory().join("away");
    std::fs::rename(&spool, &away).expect("the receipts go");

    store.ping().await.expect("a store that writes");
    for length in [1, 2] {
        store.join_spooled().await.expect("a spool");
        let status = drill.status().await;
        assert_eq!(status["latches"], json!(["RECEIPTS_WAITING"]), "{status:#}");
        let found = (&status["receipts"]["length"], &status["receipts"]["spooled"]);
        assert_eq!(found, (&json!(length), &json!(1)), "what comes later is linked");
        assistant.ask("what is 17 * 23?").await;
    }

    std::fs::rename(&away, &spool).expect("the receipts come back");
    store.join_spooled().await.expect("a spool");
    drill.shows(SERVING).await;
    assert_eq!(drill.status().await["receipts"]["length"], 5);
}
