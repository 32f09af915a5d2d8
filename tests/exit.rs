//! The recorder records, and nothing is spoken without a verdict.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use speech_exit::{
    Claims, Draft, Effect, Envelope, Exit, Heading, Label, Name, Recorder, Refused, Routes,
    Sourced, Spoken, speak,
};
use speech_kernel::{Authority, SystemMode};

use crate::serve::{Answer, get};

const READS: Effect = Effect::Reads("a test");

fn claims(authority: Authority) -> Claims {
    Claims { authority, system_mode: SystemMode::Full }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn chat() -> Envelope {
    let conversation = Some(name("conv_1"));
    let (id, model) = (name("chatcmpl-1"), name("m"));
    Envelope::Chat(Heading { id, created: 7, model, conversation, previous: None })
}

fn answer(authority: Authority) -> Draft {
    Draft::answer(Envelope::Plain, &json!({ "text": "so it is" }), claims(authority))
}

fn document() -> Sourced<String> {
    Sourced::new(Label::library(), Some("doc_7".into()), "kept text".to_owned()).expect("not empty")
}

fn calculator() -> Label {
    Label::tool("calculator").expect("a tool name")
}

/// Serves one handler under a guard in mode full and asks it once.
macro_rules! ask {
    ($handler:expr) => {{
        let exit = Exit::new(|| SystemMode::Full, [Label::library(), calculator()]);
        let table = Routes::new().speaks(Method::GET, "/", READS, $handler);
        get(table.guarded((), &exit, |router| router).expect("a table"), "/").await
    }};
}

#[track_caller]
fn assert_refused(answer: &Answer, code: &str) {
    let provenance = &answer.json()["provenance"];
    assert_eq!(provenance["code"], code, "{answer:?}");
    assert_eq!(provenance["authority"], "none");
    assert_eq!(provenance["kind"], "refusal");
    assert_eq!(provenance["sources"], json!([]));
    assert_eq!(answer.header("x-speech-code"), Some(code));
    assert!(!answer.text.contains("so it is"), "words of the draft leaked: {answer:?}");
}

#[tokio::test]
async fn a_truthful_answer_leaves_with_its_claims() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        let text = recorder.admit(document());
        let draft =
            Draft::answer(Envelope::Plain, &json!({ "text": text }), claims(Authority::Memory));
        speak(draft, recorder.seal())
    }
    let answer = ask!(handler);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("x-speech-authority"), Some("memory"));
    assert_eq!(answer.header("x-speech-mode"), Some("full"));
    assert_eq!(
        answer.text,
        concat!(
            r#"{"text":"kept text","provenance":{"authority":"memory","system_mode":"full","#,
            r#""kind":"answer","sources":[{"source":"library","identifier":"doc_7"}]}}"#
        )
    );
}

#[tokio::test]
async fn an_answer_without_fields_of_its_own_still_has_claims() {
    async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
        speak(
            Draft::answer(Envelope::Plain, &json!({}), claims(Authority::System)),
            recorder.seal(),
        )
    }
    assert_eq!(ask!(handler).json()["provenance"]["authority"], "system");
}

#[tokio::test]
async fn the_same_source_is_named_once() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.admit(document());
        recorder.admit(document());
        speak(answer(Authority::Memory), recorder.seal())
    }
    let answer = ask!(handler);
    assert_eq!(answer.json()["provenance"]["sources"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_claim_above_its_sources_leaves_as_a_refusal() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.admit(document());
        speak(answer(Authority::Tool), recorder.seal())
    }
    let answer = ask!(handler);
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_refused(&answer, "AUTHORITY_MISMATCH");
}

#[tokio::test]
async fn a_source_that_was_closed_gives_no_authority() {
    async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
        drop(document());
        speak(answer(Authority::Memory), recorder.seal())
    }
    assert_refused(&ask!(handler), "AUTHORITY_MISMATCH");
}

#[tokio::test]
async fn a_required_context_that_nobody_admitted_is_missing() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.require("library").expect("a registered label");
        speak(answer(Authority::System), recorder.seal())
    }
    let answer = ask!(handler);
    assert_refused(&answer, "CONTEXT_UNAVAILABLE");
    assert_eq!(answer.json()["provenance"]["missing"], json!(["library"]));
    assert!(answer.json()["refusal"].as_str().is_some_and(|text| text.contains("library")));
}

#[tokio::test]
async fn an_admitted_source_satisfies_its_label() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.require("library").expect("a registered label");
        recorder.admit(document());
        speak(answer(Authority::Memory), recorder.seal())
    }
    assert_eq!(ask!(handler).status, StatusCode::OK);
}

#[tokio::test]
async fn a_tool_satisfies_only_its_own_label() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.require("tool:calculator").expect("a registered label");
        let other = Label::tool("calendar").expect("a tool name");
        recorder.admit(Sourced::new(other, None, "friday".to_owned()).expect("not empty"));
        speak(answer(Authority::Tool), recorder.seal())
    }
    assert_eq!(ask!(handler).json()["provenance"]["missing"], json!(["tool:calculator"]));
}

#[tokio::test]
async fn a_failed_attempt_is_no_source() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.failed(calculator(), "division by zero");
        speak(answer(Authority::System), recorder.seal())
    }
    let answer = ask!(handler);
    let attempts = json!([{ "source": "tool:calculator", "why": "division by zero" }]);
    assert_eq!(answer.json()["provenance"]["attempts"], attempts);
    assert_eq!(answer.json()["provenance"]["authority"], "system");
}

#[tokio::test]
async fn a_failed_attempt_satisfies_no_requirement() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.require("tool:calculator").expect("a registered label");
        recorder.failed(calculator(), "division by zero");
        speak(answer(Authority::System), recorder.seal())
    }
    assert_refused(&ask!(handler), "CONTEXT_UNAVAILABLE");
}

#[tokio::test]
async fn a_label_that_is_not_registered_cannot_be_required() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        assert!(recorder.require("memory").is_err());
        assert!(recorder.require("Library").is_err());
        speak(answer(Authority::System), recorder.seal())
    }
    assert_eq!(ask!(handler).status, StatusCode::OK);
}

#[tokio::test]
async fn a_denial_outside_of_a_protocol_says_whether_to_come_back() {
    async fn lacking(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.require("library").expect("a registered label");
        speak(answer(Authority::System), recorder.seal())
    }
    async fn boasting(recorder: Recorder) -> Result<Spoken, Refused> {
        speak(answer(Authority::Tool), recorder.seal())
    }
    assert_eq!(ask!(lacking).header("x-should-retry"), Some("true"));
    assert_eq!(ask!(boasting).header("x-should-retry"), Some("false"));
}

#[test]
fn a_name_has_no_room_for_an_answer() {
    let long = "a".repeat(129);
    for text in ["", "so it is", "m\u{fc}nze", "a\nb", &long] {
        assert_eq!(Name::parse(text), None, "{text:?}");
    }
    assert!(Name::parse(&long[1..]).is_some());
}

#[tokio::test]
async fn the_true_mode_is_read_at_the_seal() {
    let is_down = Arc::new(AtomicBool::new(false));
    let probe = Arc::clone(&is_down);
    let mode = move || match probe.load(Ordering::SeqCst) {
        true => SystemMode::Minimal,
        false => SystemMode::Full,
    };
    let handler = move |recorder: Recorder| async move {
        let draft = answer(Authority::System);
        is_down.store(true, Ordering::SeqCst);
        speak(draft, recorder.seal())
    };
    let table = Routes::new().speaks(Method::GET, "/", READS, handler);
    let exit = Exit::new(mode, []);
    let answer = get(table.guarded((), &exit, |router| router).expect("a table"), "/").await;
    assert_refused(&answer, "MODE_MISREPORTED");
    assert_eq!(answer.json()["provenance"]["system_mode"], "minimal");
    assert_eq!(answer.header("x-speech-mode"), Some("minimal"));
}

#[tokio::test]
async fn a_refusal_that_claims_authority_leaves_as_one_that_does_not() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.admit(document());
        let draft =
            Draft::refusal_claiming(Envelope::Plain, "so it is not", claims(Authority::Memory));
        speak(draft, recorder.seal())
    }
    let answer = ask!(handler);
    assert_refused(&answer, "REFUSAL_CLAIMS_AUTHORITY");
    assert!(!answer.text.contains("so it is not"));
}

#[tokio::test]
async fn a_drafted_refusal_stands_in_the_protocols_own_slot() {
    async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
        recorder.require("library").expect("a registered label");
        speak(Draft::refusal(chat(), "I have no document on that."), recorder.seal())
    }
    let answer = ask!(handler);
    let message = &answer.json()["choices"][0]["message"];
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(message["content"], Value::Null);
    assert_eq!(message["refusal"], "I have no document on that.");
    assert_eq!(answer.json()["provenance"]["authority"], "none");
    assert_eq!(answer.header("x-speech-authority"), Some("none"));
}

#[tokio::test]
async fn a_denied_chat_is_a_normal_response_in_the_protocols_shape() {
    async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
        let draft = Draft::answer(chat(), &json!({ "text": "so it is" }), claims(Authority::Tool));
        speak(draft, recorder.seal())
    }
    let answer = ask!(handler);
    assert_eq!(answer.status, StatusCode::OK);
    assert_refused(&answer, "AUTHORITY_MISMATCH");
    let body = answer.json();
    assert_eq!(body["object"], "chat.completion");
    assert_eq!((&body["id"], &body["created"]), (&json!("chatcmpl-1"), &json!(7)));
    assert_eq!((&body["model"], &body["conversation"]), (&json!("m"), &json!("conv_1")));
    assert_eq!(answer.header("x-should-retry"), Some("false"));
    assert_eq!(body["choices"][0]["message"]["content"], Value::Null);
    assert!(body["choices"][0]["message"]["refusal"].is_string());
}

#[tokio::test]
async fn a_draft_that_brings_its_own_claims_is_malformed() {
    async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
        let body = json!({ "text": "so it is", "provenance": { "authority": "tool" } });
        speak(Draft::answer(Envelope::Plain, &body, claims(Authority::System)), recorder.seal())
    }
    let answer = ask!(handler);
    assert_eq!(answer.error_code(), "DRAFT_BRINGS_PROVENANCE");
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn provenance_below_the_top_is_the_drafts_own_business() {
    async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
        let body = json!({ "text": { "provenance": "of a painting" } });
        speak(Draft::answer(Envelope::Plain, &body, claims(Authority::System)), recorder.seal())
    }
    assert_eq!(ask!(handler).status, StatusCode::OK);
}

#[tokio::test]
async fn a_draft_that_is_no_object_is_malformed() {
    async fn handler(recorder: Recorder) -> Result<Spoken, Refused> {
        let draft = Draft::answer(Envelope::Plain, &json!(["so it is"]), claims(Authority::System));
        speak(draft, recorder.seal())
    }
    assert_eq!(ask!(handler).error_code(), "DRAFT_NOT_AN_OBJECT");
}

#[test]
fn an_empty_result_is_no_source() {
    assert!(Sourced::new(Label::library(), None, Vec::<u8>::new()).is_none());
    assert!(Sourced::new(Label::library(), None, " \n".to_owned()).is_none());
}

#[test]
fn no_server_tool_passes_for_one_that_the_client_ran() {
    assert!(Label::tool("client.weather").is_none());
    assert_eq!(Label::client_tool("weather").expect("a name").as_str(), "tool:client.weather");
    for name in ["", "a b", "münze"] {
        assert!(Label::tool(name).is_none() && Label::client_tool(name).is_none(), "{name:?}");
    }
}

#[test]
fn a_closed_source_shows_its_label_and_nothing_of_its_value() {
    assert!(!format!("{:?}", document()).contains("kept text"));
}

#[tokio::test]
async fn what_was_spoken_is_shown_to_nobody_on_its_way() {
    fn assert_hidden(shown: &str) {
        let bytes = format!("{:?}", b"so it is");
        assert!(!shown.contains("so it is") && !shown.contains(bytes.trim_matches(['[', ']'])));
        assert!(shown.contains("Outgoing"), "{shown}");
    }
    async fn truth(recorder: Recorder) -> Result<Spoken, Refused> {
        let spoken = speak(answer(Authority::System), recorder.seal());
        assert_hidden(&format!("{spoken:?}"));
        spoken
    }
    async fn lie(recorder: Recorder) -> Result<Spoken, Refused> {
        let denied = speak(answer(Authority::Tool), recorder.seal());
        assert_hidden(&format!("{denied:?}"));
        denied
    }
    assert_eq!(ask!(truth).status, StatusCode::OK);
    assert_refused(&ask!(lie), "AUTHORITY_MISMATCH");
}
