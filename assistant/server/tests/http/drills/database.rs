//! The database is gone, is another one, cannot be written, or holds another chain.

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
