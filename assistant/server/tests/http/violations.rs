//! Each violation, brought about by something that can happen.

use assistant::respond::{Answer, Asked, Composed, Composing, Embedded, Responder};
use assistant::status::{Health, Part};
use assistant::store::Store;
use serde_json::json;
use speech_exit::{Claims, Recorder};
use speech_kernel::{Authority, SystemMode};

use crate::support::{assistant, with};

const QUESTION: &str = "what is 17 * 23?";

/// Composes as the embedded responder does, and then does something to it.
struct Then<F> {
    embedded: Embedded,
    then: F,
}

impl<F: Fn(Composed) -> Composed + Send + Sync + 'static> Responder for Then<F> {
    fn compose<'a>(&'a self, asked: &'a Asked, recorder: &'a mut Recorder) -> Composing<'a> {
        Box::pin(async move { (self.then)(self.embedded.compose(asked, recorder).await) })
    }
}

fn then<F>(store: &Store, then: F) -> Then<F>
where
    F: Fn(Composed) -> Composed + Send + Sync + 'static,
{
    Then { embedded: Embedded::new(store.clone()), then }
}

fn claiming(authority: Authority) -> impl Fn(Composed) -> Composed {
    move |composed| match composed {
        Composed::Answer(answer) => {
            let claims = Claims { authority, ..answer.claims };
            Composed::Answer(Answer { claims, ..answer })
        }
        refusal => refusal,
    }
}

#[tokio::test]
async fn a_claim_that_the_trace_does_not_give_is_refused_whether_over_or_under() {
    for authority in [Authority::Memory, Authority::System, Authority::None] {
        let assistant = with(|store| then(store, claiming(authority))).await;
        assistant.ask(QUESTION).await.assert_refused_for("AUTHORITY_MISMATCH");
    }
    let honest = with(|store| then(store, claiming(Authority::Tool))).await;
    honest.ask(QUESTION).await.assert_answers_as("tool");
}

#[tokio::test]
async fn a_required_library_that_has_nothing_is_named_as_missing() {
    let assistant = assistant().await;
    let metadata = json!({ "require": ["library", "tool:units", "library"] });
    let answer = assistant.ask_with(QUESTION, metadata).await;
    answer.assert_refused_for("CONTEXT_UNAVAILABLE");
    assert_eq!(answer.json()["provenance"]["missing"], json!(["library", "tool:units"]));
    assert!(!answer.text.contains("= 391"), "{answer:?}");
}

#[tokio::test]
async fn every_source_there_is_can_be_required() {
    let assistant = assistant().await;
    for label in ["library", "memory", "tool:calculator", "tool:units", "tool:calendar"] {
        let answer = assistant.ask_with("hello", json!({ "require": label })).await;
        answer.assert_refused_for("CONTEXT_UNAVAILABLE");
    }
    let met = json!({ "require": "tool:calculator" });
    assistant.ask_with(QUESTION, met).await.assert_answers_as("tool");
}

#[tokio::test]
async fn a_mode_that_changes_between_composing_and_the_seal_is_not_misreported() {
    let assistant = with(|store| {
        let board = store.board().clone();
        then(store, move |composed| {
            board.note(Part::Library, Health::Down);
            composed
        })
    })
    .await;
    let answer = assistant.ask(QUESTION).await;
    answer.assert_refused_for("MODE_MISREPORTED");
    assert_eq!(answer.header("x-speech-mode"), Some("minimal"));
}

#[tokio::test]
async fn a_refusal_that_claims_authority_is_replaced_by_one_that_does_not() {
    let refusing = |claims: Option<Claims>| {
        with(move |store| then(store, move |_| Composed::Refusal { text: "no", claims }))
    };
    let claims = |authority| Some(Claims { authority, system_mode: SystemMode::Full });
    let assistant = refusing(claims(Authority::System)).await;
    assistant.ask(QUESTION).await.assert_refused_for("REFUSAL_CLAIMS_AUTHORITY");
    for honest in [None, claims(Authority::None)] {
        let answer = refusing(honest).await.ask(QUESTION).await;
        assert_eq!(answer.json()["choices"][0]["message"]["refusal"], "no");
        assert_eq!(answer.header("x-speech-code"), None);
    }
}
