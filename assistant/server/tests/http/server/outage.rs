//! A database server that stops to answer is down in time, and up again by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use assistant::app::App;
use assistant::status::Board;
use assistant::store::{Place, Store};
use assistant::web::Limits;
use serde_json::{Value, json};
use speech_exit::receipt::Ledger as _;
use tempfile::TempDir;

use super::way::Way;
use crate::databases::{on_postgres, url};
use crate::ledger::{assert_chained, whole};
use crate::outage::until_reasons_are;
use crate::support::{Assistant, contract};

/// What one look at the database takes when it does not answer: for a connection, or for an outcome.
const IN_TIME: Duration = Duration::from_secs(7);

async fn on_the_way() -> (Assistant, Way) {
    let directory = TempDir::new().expect("a directory");
    let (way, url) = Way::to(&url(directory.path()).expect("a server")).await;
    let place = Place::server(&url).expect("an address");
    let store = Store::open_at(&place, directory.path(), Arc::new(Board::new())).await;
    let store = store.expect("a store");
    (Assistant::of(App::embedded(store, Limits::default(), contract()), directory), way)
}

async fn goes_on_without(assistant: &Assistant) {
    let started = Instant::now();
    assert!(assistant.store.ping().await.is_err());
    assert!(started.elapsed() < 2 * IN_TIME, "{:?}", started.elapsed());
    let started = Instant::now();
    let answer = assistant.ask("What is a door?").await;
    assert!(started.elapsed() < 2 * IN_TIME, "{:?}", started.elapsed());
    answer.assert_answers_as("system");
    assert_eq!(answer.header("x-speech-mode"), Some("minimal"));
    assert_eq!(answer.json()["conversation"], Value::Null);
    assert_eq!(assistant.get("/status").await.json()["store"], "down");
    assistant.store.keep(whole(7), None).await.expect("kept beside the database");
    assert_eq!(assistant.store.spooled(), 2);
}

async fn comes_back(assistant: &Assistant) {
    until_reasons_are(assistant, &json!([])).await;
    crate::upstream::until("what waited is linked", async || assistant.store.spooled() == 0).await;
    assistant.ask("What is a door?").await.assert_answers_as("memory");
    assert_chained(&assistant.store).await;
}

async fn one_that_hangs_is_down_in_time_and_up_again_by_itself() {
    let (assistant, way) = on_the_way().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    way.block();
    goes_on_without(&assistant).await;
    let _watching = assistant.watched();
    way.unblock();
    comes_back(&assistant).await;
}

async fn one_that_is_gone_is_down_in_time_and_up_again_by_itself() {
    let (assistant, mut way) = on_the_way().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    way.tear_down().await;
    goes_on_without(&assistant).await;
    let _watching = assistant.watched();
    way.build_again().await;
    comes_back(&assistant).await;
}

async fn the_probe_notices_one_that_hangs_when_nobody_asks() {
    let (assistant, way) = on_the_way().await;
    let _watching = assistant.watched();
    way.block();
    until_reasons_are(&assistant, &json!(["STORE_DOWN", "LIBRARY_DOWN"])).await;
    way.unblock();
    until_reasons_are(&assistant, &json!([])).await;
}

async fn one_that_hangs_does_not_keep_the_store_from_closing() {
    let (assistant, way) = on_the_way().await;
    way.block();
    assert!(assistant.store.ping().await.is_err());
    let closed = tokio::time::timeout(2 * IN_TIME, assistant.store.close()).await;
    assert!(closed.is_ok(), "it waits for good");
}

async fn one_that_hangs_in_the_middle_of_a_statement_is_not_waited_for() {
    let (assistant, way) = on_the_way().await;
    let mut other = assistant.hold_the_write_lock().await;
    let store = assistant.store.clone();
    let waiting = tokio::spawn(async move { store.ping().await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    way.block();
    let ended = tokio::time::timeout(2 * IN_TIME, waiting).await;
    assert!(ended.expect("it waits for good").expect("no panic").is_err());
    other.release().await;
}

/// As when a machine on the way was exchanged: nobody is told, and only new connections work.
async fn connections_that_nobody_answers_any_more_make_room_for_new_ones() {
    let (assistant, mut way) = on_the_way().await;
    let mut other = assistant.hold_the_write_lock().await;
    let given_up = (0..20).map(|_| async {
        let write = assistant.store.ping();
        assert!(tokio::time::timeout(Duration::from_secs(1), write).await.is_err());
    });
    futures_util::future::join_all(given_up).await;
    let late = (0..8).map(|_| assistant.store.ping());
    let stranded = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        way.strand();
    };
    futures_util::future::join(futures_util::future::join_all(late), stranded).await;
    other.release().await;
    assistant.store.ping().await.expect("a connection that works");
}

on_postgres! {
    one_that_hangs_is_down_in_time_and_up_again_by_itself,
    one_that_is_gone_is_down_in_time_and_up_again_by_itself,
    the_probe_notices_one_that_hangs_when_nobody_asks,
    one_that_hangs_does_not_keep_the_store_from_closing,
    one_that_hangs_in_the_middle_of_a_statement_is_not_waited_for,
    connections_that_nobody_answers_any_more_make_room_for_new_ones,
}
