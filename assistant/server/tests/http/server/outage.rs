//! A database server that stops to answer is down in time, and up again by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use assistant::app::{self, App};
use assistant::status::{Board, watch};
use assistant::store::{Place, Store};
use assistant::web::Limits;
use serde_json::{Value, json};
use speech_exit::receipt::Ledger as _;
use tempfile::TempDir;

use super::way::Way;
use crate::databases::{on_postgres, url};
use crate::ledger::{assert_chained, whole};
use crate::outage::until_reasons_are;
use crate::support::Assistant;

/// What one look at the database takes when it does not answer: for a connection, or for an outcome.
const IN_TIME: Duration = Duration::from_secs(7);

async fn on_the_way() -> (Assistant, Way) {
    let directory = TempDir::new().expect("a directory");
    let (way, url) = Way::to(&url(directory.path()).expect("a server")).await;
    let place = Place::server(&url).expect("an address");
    let store = Store::open_at(&place, directory.path(), Arc::new(Board::new())).await;
    let store = store.expect("a store");
    let server = app::build(App::embedded(store.clone(), Limits::default())).expect("a table");
    (Assistant::of(server, store, directory), way)
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
    let watching = tokio::spawn(watch(assistant.store.clone()));
    way.unblock();
    comes_back(&assistant).await;
    watching.abort();
}

async fn one_that_is_gone_is_down_in_time_and_up_again_by_itself() {
    let (assistant, mut way) = on_the_way().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    way.tear_down().await;
    goes_on_without(&assistant).await;
    let watching = tokio::spawn(watch(assistant.store.clone()));
    way.build_again().await;
    comes_back(&assistant).await;
    watching.abort();
}

async fn the_probe_notices_one_that_hangs_when_nobody_asks() {
    let (assistant, way) = on_the_way().await;
    let watching = tokio::spawn(watch(assistant.store.clone()));
    way.block();
    until_reasons_are(&assistant, &json!(["STORE_DOWN", "LIBRARY_DOWN"])).await;
    way.unblock();
    until_reasons_are(&assistant, &json!([])).await;
    watching.abort();
}

async fn one_that_hangs_does_not_keep_the_store_from_closing() {
    let (assistant, way) = on_the_way().await;
    way.block();
    assert!(assistant.store.ping().await.is_err());
    let closed = tokio::time::timeout(2 * IN_TIME, assistant.store.close()).await;
    assert!(closed.is_ok(), "it waits for good");
}

/// What is asked and given up is no longer in the way of the next.
async fn what_nobody_waits_for_holds_no_connection() {
    let (assistant, _way) = on_the_way().await;
    let mut other = assistant.other_connection().await;
    other.hold().await;
    for _ in 0..20 {
        let given_up = tokio::time::timeout(Duration::from_millis(20), assistant.store.ping());
        assert!(given_up.await.is_err(), "nobody held it");
    }
    other.release().await;
    assistant.store.ping().await.expect("a connection that is free");
}

on_postgres! {
    one_that_hangs_is_down_in_time_and_up_again_by_itself,
    one_that_is_gone_is_down_in_time_and_up_again_by_itself,
    the_probe_notices_one_that_hangs_when_nobody_asks,
    one_that_hangs_does_not_keep_the_store_from_closing,
    what_nobody_waits_for_holds_no_connection,
}
