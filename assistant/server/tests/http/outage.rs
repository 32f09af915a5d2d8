//! What is said when the store cannot be used.

use assistant::respond::{Answer, Composed};
use assistant::status::{Health, Part};
use serde_json::{Value, json};
use speech_exit::Claims;
use speech_kernel::Authority;

use crate::databases::on_each_database;
use crate::support::{Assistant, By, assistant, question_of, with};

async fn without_a_store_tools_answer_and_the_library_is_said_to_be_down() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    assistant.store.close().await;

    let answer = assistant.ask("What is a door?").await;
    answer.assert_answers_as("system");
    assert_eq!(answer.header("x-speech-mode"), Some("minimal"));
    assert!(answer.content().starts_with("The library cannot be searched now"), "{answer:?}");
    let attempt = json!([{ "source": "library", "why": "the search failed" }]);
    assert_eq!(answer.json()["provenance"]["attempts"], attempt);
    assert_eq!(answer.json()["conversation"], Value::Null);

    let tool = assistant.ask("what is 17 * 23?").await;
    tool.assert_answers_as("tool");
    assert_eq!(tool.header("x-speech-mode"), Some("minimal"));

    let required = assistant.ask_with("What is a door?", json!({ "require": "library" })).await;
    required.assert_refused_for("CONTEXT_UNAVAILABLE");

    let status = assistant.get("/status").await.json();
    assert_eq!(status["system_mode"], "minimal");
    assert_eq!(status["library"], "down");
    assert!(
        status["reasons"]
            .as_array()
            .is_some_and(|reasons| reasons.contains(&json!("LIBRARY_DOWN")))
    );
}

async fn without_a_store_what_needs_it_says_come_back() {
    let assistant = assistant().await;
    let conversation = assistant.ask("hello").await.conversation();
    assistant.store.close().await;
    let document = json!({ "title": "t", "text": "x" });
    let answers = [
        assistant.post("/v1/library/documents", &document).await,
        assistant.get("/v1/library/documents").await,
        assistant.get("/v1/library/documents/doc_1").await,
        assistant.ask_with("hello", json!({ "conversation": conversation })).await,
    ];
    for answer in answers {
        answer.assert_error(503, "STORE_UNAVAILABLE", None);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(assistant.get("/healthz").await.status, 200);
}

async fn an_answer_leaves_as_it_was_judged_when_it_cannot_be_kept_afterwards() {
    let assistant = with(|store| {
        let store = store.clone();
        By(move || {
            let store = store.clone();
            async move {
                let claims =
                    Claims { authority: Authority::System, system_mode: store.board().mode() };
                store.close().await;
                Composed::Answer(Answer::words("x".to_owned(), claims))
            }
        })
    })
    .await;
    let answer = assistant.chat(&question_of("hello")).await;
    answer.assert_answers_as("system");
    assert_eq!(answer.header("x-speech-mode"), Some("full"));
    assert_eq!(assistant.get("/status").await.json()["store"], "down");
}

async fn the_board_follows_the_probes() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    assert_eq!(assistant.get("/status").await.json()["system_mode"], "full");
    assistant.store.close().await;
    until_reasons_are(&assistant, &json!(["STORE_DOWN", "LIBRARY_DOWN"])).await;
}

pub(crate) async fn until_reasons_are(assistant: &Assistant, reasons: &Value) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while assistant.get("/status").await.json()["reasons"] != *reasons {
        assert!(std::time::Instant::now() < until, "nobody noticed: {reasons}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn a_store_that_can_be_read_and_not_written_is_down_until_it_was_written() {
    let assistant = assistant().await;
    let mut other = assistant.hold_the_write_lock().await;
    let document = json!({ "title": "t", "text": "x" });
    let refused = assistant.post("/v1/library/documents", &document).await;
    refused.assert_error(503, "STORE_UNAVAILABLE", None);

    assert!(assistant.store.ping().await.is_err(), "the probe does not write");
    assert_eq!(assistant.get("/v1/library/documents").await.status, 200);
    let status = assistant.get("/status").await.json();
    assert_eq!((&status["system_mode"], &status["store"]), (&json!("minimal"), &json!("down")));

    let started = std::time::Instant::now();
    let answer = assistant.ask("hello").await;
    answer.assert_answers_as("system");
    assert_eq!(answer.header("x-speech-mode"), Some("minimal"));
    assert_eq!(answer.json()["conversation"], Value::Null);
    assert!(started.elapsed() < std::time::Duration::from_secs(2), "it waited for the lock");

    let _watching = assistant.watched();
    other.release().await;
    until_reasons_are(&assistant, &json!([])).await;
    assert!(assistant.ask("hello").await.json()["conversation"].is_string());
}

async fn the_probe_notices_a_held_lock_when_nobody_writes() {
    let assistant = assistant().await;
    let _watching = assistant.watched();
    let _other = assistant.hold_the_write_lock().await;
    until_reasons_are(&assistant, &json!(["STORE_DOWN"])).await;
}

async fn after_a_write_that_failed_only_one_that_is_committed_counts() {
    let assistant = assistant().await;
    let mut other = assistant.other_connection().await;
    let before = other.commits().await;
    assistant.store.ping().await.expect("a store");
    assert_eq!(other.commits().await, before, "a probe without need is rolled back");
    assistant.store.board().note(Part::Writes, Health::Down);
    assistant.store.ping().await.expect("a store");
    assert_ne!(other.commits().await, before, "a full disk shows at the commit only");
    assert_eq!(assistant.get("/status").await.json()["store"], "up");
}

on_each_database! {
    without_a_store_tools_answer_and_the_library_is_said_to_be_down,
    without_a_store_what_needs_it_says_come_back,
    an_answer_leaves_as_it_was_judged_when_it_cannot_be_kept_afterwards,
    the_board_follows_the_probes,
    a_store_that_can_be_read_and_not_written_is_down_until_it_was_written,
    the_probe_notices_a_held_lock_when_nobody_writes,
    after_a_write_that_failed_only_one_that_is_committed_counts,
}
