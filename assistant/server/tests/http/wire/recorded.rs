//! What is derived is what is recorded: each transcript is recorded behind the real exit, under the authority
//! that its file expects, and the answer leaves only if the kernel agrees.

use std::sync::{Arc, Mutex};

use assistant::respond::{Answer, Asked, Composed, Composing, Responder};
use assistant::wire::{Call, Said, Transcript};
use serde_json::{Value, json};
use speech_exit::{Claims, Recorder};
use speech_kernel::{Authority, SystemMode};

use super::support::{Fixture, fixtures};
use crate::support::with;

/// Records what is laid down for it, and says what was said in it.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<Option<(Transcript, Authority)>>>, Arc<Mutex<Vec<Said>>>);

impl Responder for Records {
    fn compose<'a>(&'a self, _: &'a Asked, recorder: &'a mut Recorder) -> Composing<'a> {
        let (transcript, authority) =
            self.0.lock().expect("a lock").take().expect("a transcript to record");
        *self.1.lock().expect("a lock") = transcript.record(recorder);
        let claims = Claims { authority, system_mode: SystemMode::Full };
        let answer = Answer::words("x".to_owned(), claims);
        Box::pin(async move { Composed::Answer(answer) })
    }
}

fn authority(name: &Value) -> Authority {
    match name.as_str() {
        Some("system") => Authority::System,
        Some("memory") => Authority::Memory,
        Some("tool") => Authority::Tool,
        _ => panic!("{name}"),
    }
}

#[tokio::test]
async fn each_transcript_is_recorded_as_it_was_derived() {
    let records = Records::default();
    let assistant = with(|_| records.clone()).await;
    let sound = fixtures().into_iter().filter(|fixture| !fixture.is_malformed());
    for fixture in sound {
        let expected = &fixture.expected;
        let transcript = fixture.read().expect("a transcript");
        let claimed = authority(&expected["authority"]);
        *records.0.lock().expect("a lock") = Some((transcript, claimed));
        let answer = assistant.ask("x").await;
        let name = expected["authority"].as_str().expect("an authority");
        answer.assert_answers_as(name);
        let provenance = &answer.json()["provenance"];
        assert_eq!(provenance["sources"], expected["trace"]["sources"], "{:?}", fixture.path);
        let attempts = provenance.get("attempts").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(attempts, expected["attempts"], "{:?}", fixture.path);
        let said = records.1.lock().expect("a lock").clone();
        assert_links(&said, &fixture);
    }
}

/// Each result follows its call, so that what was said can be sent on as chat messages.
fn assert_links(said: &[Said], fixture: &Fixture) {
    let mut open: Vec<&str> = fixture.before.iter().map(|call| call.id.as_str()).collect();
    for said in said {
        match said {
            Said::Assistant { calls, .. } => open.extend(calls.iter().map(|call| call.id.as_str())),
            Said::Result { call_id, .. } => {
                let at = open.iter().position(|id| id == call_id);
                open.remove(at.unwrap_or_else(|| panic!("{:?}: {call_id}", fixture.path)));
            }
            Said::Instruction(_) | Said::User(_) => {}
        }
    }
}

async fn said(path: &str) -> Vec<Said> {
    let fixture = fixtures().into_iter().find(|fixture| fixture.path.ends_with(path));
    let fixture = fixture.unwrap_or_else(|| panic!("no {path}"));
    let records = Records::default();
    let assistant = with(|_| records.clone()).await;
    let claimed = authority(&fixture.expected["authority"]);
    *records.0.lock().expect("a lock") = Some((fixture.read().expect("a transcript"), claimed));
    assistant.ask("x").await;
    records.1.lock().expect("a lock").clone()
}

fn calls(calls: &[(&str, &str, &str)]) -> Said {
    let call = |(id, name, arguments): &(&str, &str, &str)| Call {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        arguments: (*arguments).to_owned(),
    };
    let calls = calls.iter().map(call).collect();
    Said::Assistant { text: String::new(), calls, is_refusal: false }
}

/// What stands in the place of what a failed tool says.
const FAILED: &str = "the tool failed";

fn result(call_id: &str, name: &str, text: &str) -> Said {
    let (call_id, name) = (call_id.to_owned(), name.to_owned());
    let is_source = text != FAILED;
    Said::Result { call_id, name, text: text.to_owned(), is_source }
}

fn user(text: &str) -> Said {
    Said::User(text.to_owned())
}

#[tokio::test]
async fn what_was_said_comes_out_in_order_and_plain() {
    assert_eq!(
        said("chat/parallel_calls.json").await,
        [
            user("Weather and time in Oslo?"),
            calls(&[
                ("call_w", "get_weather", r#"{"city":"Oslo"}"#),
                ("call_t", "get_time", r#"{"city":"Oslo"}"#)
            ]),
            result("call_t", "get_time", "14:05"),
            result("call_w", "get_weather", "-3 degrees\nclear sky"),
        ]
    );
    assert_eq!(
        said("responses/parallel_calls.json").await,
        [
            user("Weather and time?"),
            calls(&[("call_w", "get_weather", "{}"), ("call_t", "get_time", "{}")]),
            result("call_t", "get_time", "14:05"),
            result("call_w", "get_weather", "snow"),
        ]
    );
    assert_eq!(
        said("messages/parallel_calls.json").await,
        [
            user("Weather and time?"),
            calls(&[("toolu_w", "get_weather", "{}"), ("toolu_t", "get_time", "{}")]),
            result("toolu_w", "get_weather", "snow"),
            result("toolu_t", "get_time", "14:05"),
            user("Which is it?"),
        ]
    );
    let refused = said("chat/earlier_refusal_in_history.json").await;
    let text = "I will not say that.".to_owned();
    assert_eq!(refused[1], Said::Assistant { text, calls: Vec::new(), is_refusal: true });
    assert_eq!(
        said("messages/document_of_text.json").await,
        [user("Winters are cold.\nHow are winters?")]
    );
}

/// What a failed tool said would be a source that nothing names.
#[tokio::test]
async fn the_words_of_a_failed_tool_are_not_passed_on() {
    for (path, call, tool) in [
        ("messages/failed_tool.json", "toolu_w", "get_weather"),
        ("chat/failed_tool_flagged.json", "call_o", "find_order"),
        ("responses/response_whose_mcp_result_is_an_error.json", "mcp_1", "search_issues"),
    ] {
        assert!(said(path).await.contains(&result(call, tool, FAILED)), "{path}");
    }
}

#[tokio::test]
async fn a_reply_that_ends_as_a_refusal_is_one_in_its_words_too() {
    for path in [
        "chat/completion_filtered.json",
        "chat/completion_that_refuses.json",
        "chat/stream_filtered.json",
        "responses/response_filtered.json",
        "responses/stream_that_refuses.json",
        "messages/reply_that_refuses.json",
    ] {
        let said = said(path).await;
        assert!(matches!(said[..], [Said::Assistant { is_refusal: true, .. }]), "{path}: {said:?}");
    }
}
