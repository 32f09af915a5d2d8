//! A code that the contract does not know.

use assistant::app::App;
use assistant::status::{StatusContract, Upstream};
use assistant::telemetry::Metered;
use assistant::web::Limits;
use speech_exit::receipt::{Ledger as _, Verdict};

use super::{Drill, Promise, SERVING};
use crate::ledger::whole;
use crate::support::{Assistant, assistant, contract, store};

const INVALID: Promise = Promise::minimal("STATUS_INVALID", &[]);

#[tokio::test]
async fn a_refusal_for_an_unknown_code_makes_the_status_invalid_until_the_next_start() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    let mut receipt = whole(1);
    let opening = receipt.opening.as_mut().expect("an opening");
    (opening.outcome, opening.code) = (Verdict::Deny, Some("NO_SUCH_CODE".to_owned()));
    let ledger = Metered::new(assistant.store.clone(), assistant.app.meters().clone());
    ledger.keep(receipt, None).await.expect("kept");
    drill.shows(INVALID).await;

    let again = App::embedded(assistant.store.clone(), Limits::default(), contract());
    let directory = tempfile::TempDir::new().expect("a directory");
    let again = Assistant::of(again, directory);
    Drill::of(&again).shows(SERVING).await;
}

/// A contract as it was before somebody renamed a reason.
fn older() -> StatusContract {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/status/assistant/manifest.json");
    let manifest = std::fs::read_to_string(path).expect("the contract");
    let older = manifest.replace("UPSTREAM_DOWN", "UPSTREAM_ABSENT");
    StatusContract::parse(older.as_bytes()).expect("a contract")
}

#[tokio::test]
async fn a_reason_that_an_older_contract_does_not_know_is_not_stated_and_answers_know_that() {
    let (store, directory) = store().await;
    let app = App::embedded(store, Limits::default(), older());
    let assistant = Assistant::of(app, directory);
    let _watching = assistant.watched();
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    assistant.store.board().note_upstream(Upstream::Down);
    drill.shows(INVALID).await;
    let said = assistant.text_of("/status").await;
    assert!(said.text.starts_with("mode: minimal\nwhy: STATUS_INVALID: "), "{said:?}");
    assistant.store.board().note_upstream(Upstream::Up);
    drill.shows(SERVING).await;
}

#[tokio::test]
async fn the_mode_is_minimal_within_an_interval_though_nobody_asks_for_the_status() {
    let (store, directory) = store().await;
    let app = App::embedded(store, Limits::default(), older());
    let assistant = Assistant::of(app, directory);
    let _watching = assistant.watched();
    assistant.store.board().note_upstream(Upstream::Down);
    let until = std::time::Instant::now() + super::SOON;
    while assistant.ask("hello").await.header("x-speech-mode") != Some("minimal") {
        assert!(std::time::Instant::now() < until, "nobody noticed");
    }
}
