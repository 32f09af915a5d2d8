//! An answer that streams: whole wherever it is cut into pieces, and never whole when it is cut short.

use std::sync::Arc;
use std::time::Duration;

use assistant::upstream::{Annotation, CallPiece, Delta, FaultCode, Finish, Usage};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::sync::{Notify, oneshot};

use super::scripted::{Step, bytes, chunk, end, event, hello, say, streamed, whole};
use super::{all, question, setup, setup_with, soon, until, words};

const USAGE: Delta = Delta::Usage(Usage { prompt: 1, completion: 2, total: 3 });

fn ended(mut said: Vec<Delta>) -> (Vec<Delta>, Option<FaultCode>) {
    said.extend([Delta::Finish(Finish::Stop), USAGE, Delta::End]);
    (said, None)
}

#[tokio::test]
async fn an_answer_is_the_same_however_its_bytes_come() {
    let text = [say("H\u{e9}llo "), ": a comment\n\n".to_owned(), say("\u{1f600}"), end()].concat();
    let expected = ended(vec![words("H\u{e9}llo "), words("\u{1f600}")]);
    for size in [1, 2, 3, 7, 64, text.len()] {
        let pieces = text.as_bytes().chunks(size).map(bytes).collect();
        let setup = setup([streamed(pieces)]).await;
        assert_eq!(setup.streamed().await, expected, "{size}");
    }
}

#[tokio::test]
async fn words_are_there_before_the_next_are_said() {
    let (go, gate) = oneshot::channel();
    let (go_on, last) = oneshot::channel();
    let steps = vec![
        bytes(chunk(json!({ "role": "assistant", "content": "" }), None)),
        bytes(say("one")),
        Step::Wait(gate),
        bytes(say("two")),
        Step::Wait(last),
        bytes(end()),
    ];
    let setup = setup([streamed(steps)]).await;
    let mut deltas = setup.upstream.stream(&question()).await.expect("a stream");
    assert_eq!(deltas.next().await, Some(Ok(words("one"))));
    go.send(()).expect("the upstream");
    assert_eq!(deltas.next().await, Some(Ok(words("two"))));
    assert_eq!(setup.kept().await, [], "it is kept at its end");
    go_on.send(()).expect("the upstream");
    assert_eq!(all(deltas).await, ended(Vec::new()));
}

#[tokio::test]
async fn calls_citations_refusals_and_provenance_come_in_types() {
    let call = |call| chunk(json!({ "tool_calls": [call] }), None);
    let first = json!({ "index": 0, "id": "a", "type": "function", "function": { "name": "f" } });
    let url = json!({ "type": "url_citation", "url_citation": { "url": "u", "title": "t" } });
    let provenance = json!({
        "object": "chat.completion.chunk", "provenance": { "authority": "memory" },
        "choices": [{ "index": 0, "delta": {}, "finish_reason": null }],
    });
    let steps = [
        event(&provenance),
        call(first),
        call(json!({ "index": 0, "function": { "arguments": "{}" } })),
        chunk(json!({ "annotations": [url] }), None),
        chunk(json!({ "refusal": "No." }), None),
        end(),
    ];
    let setup = setup([streamed(steps.iter().map(bytes).collect())]).await;
    let (said, fault) = setup.streamed().await;
    assert_eq!(fault, None);
    assert!(matches!(&said[0], Delta::Provenance(_)), "{said:?}");
    let text = |text: &str| Some(text.to_owned());
    let piece = |id, name, arguments: &str| {
        Delta::Call(CallPiece { index: 0, id, name, arguments: arguments.to_owned() })
    };
    let citation = Annotation::Url { url: "u".to_owned(), title: text("t"), span: None };
    let expected = [
        piece(text("a"), text("f"), ""),
        piece(None, None, "{}"),
        Delta::Annotation(citation),
        Delta::Refusal("No.".to_owned()),
    ];
    assert_eq!(&said[1..5], expected);
}

#[tokio::test]
async fn an_answer_without_its_end_is_cut() {
    let finish = chunk(json!({}), Some("stop"));
    let table: Vec<(Vec<Step>, FaultCode)> = vec![
        (vec![], FaultCode::Cut),
        (vec![bytes("data: [DONE]\n\n")], FaultCode::Cut),
        (vec![bytes(finish.trim_end())], FaultCode::Cut),
        (vec![bytes(format!("{finish}data: [DONE]\n"))], FaultCode::Cut),
        (vec![bytes("data: {\"obj"), Step::Break], FaultCode::Cut),
        (vec![Step::Break], FaultCode::Cut),
        (vec![bytes(&finish), Step::Break], FaultCode::Cut),
        (vec![bytes(&finish), bytes(say("late")), bytes(end())], FaultCode::Garbage),
        (vec![bytes("data: nonsense\n\n"), bytes(end())], FaultCode::Garbage),
        (vec![bytes("data: \u{fffd}\n\n"), bytes(end())], FaultCode::Garbage),
        (vec![bytes(event(&json!({ "error": "x" })))], FaultCode::Error),
        (vec![bytes("event: error\ndata: x\n\n")], FaultCode::Error),
    ];
    for (rest, code) in table {
        let steps = [vec![bytes(say("one"))], rest].into_iter().flatten().collect();
        let setup = setup([streamed(steps), whole(&hello())]).await;
        let (said, fault) = setup.streamed().await;
        assert_eq!((&said[0], fault), (&words("one"), Some(code)), "{said:?}");
        assert!(!said.contains(&Delta::End), "{said:?}");
        assert_eq!(setup.scripted.asked().len(), 1, "asked again after words: {code}");
    }
}

#[tokio::test]
async fn the_finish_reason_is_enough_of_an_end() {
    let finish = chunk(json!({}), Some("length"));
    let setup = setup([streamed(vec![bytes(say("one")), bytes(finish)])]).await;
    let expected = vec![words("one"), Delta::Finish(Finish::Length), Delta::End];
    assert_eq!(setup.streamed().await, (expected, None));
}

#[tokio::test]
async fn whoever_stops_in_the_middle_is_too_late() {
    let steps = vec![bytes(say("one")), Step::Linger(Arc::default())];
    let setup = setup_with([streamed(steps)], |settings| {
        settings.limits.idle = Duration::from_millis(50);
    })
    .await;
    let expected = (vec![words("one")], Some(FaultCode::Timeout));
    assert_eq!(soon(setup.streamed()).await, expected);
}

#[tokio::test]
async fn an_answer_and_an_event_have_a_largest_size() {
    let large = say(&"x".repeat(1000));
    for (body_bytes, event_bytes) in [(1100, 10_000), (10_000, 900)] {
        let steps = vec![bytes(say("one")), bytes(&large), bytes(end())];
        let setup = setup_with([streamed(steps)], |settings| {
            settings.limits.body_bytes = body_bytes;
            settings.limits.event_bytes = event_bytes;
        })
        .await;
        let expected = (vec![words("one")], Some(FaultCode::TooLarge));
        assert_eq!(setup.streamed().await, expected, "{body_bytes} {event_bytes}");
        let kept = setup.kept().await;
        assert!(kept.iter().all(|kept| kept.2 == "too_large" && kept.3.len() <= body_bytes));
        assert_eq!(kept.len(), 1);
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_cancelled_and_kept_so_far() {
    let gone = Arc::new(Notify::new());
    let steps = vec![bytes(say("one")), Step::Linger(Arc::clone(&gone))];
    let setup = setup([streamed(steps)]).await;
    let deltas = setup.upstream.stream(&question()).await.expect("a stream");
    drop(deltas);
    soon(gone.notified()).await;
    until("it is kept", async || !setup.kept().await.is_empty()).await;
    let expected = ("stream".to_owned(), 200, "dropped".to_owned(), say("one"));
    assert_eq!(setup.kept().await, [expected]);
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_and_kept_so_far() {
    let gone = Arc::new(Notify::new());
    let (go, gate) = oneshot::channel();
    let steps = vec![bytes("{"), Step::Wait(gate), Step::Linger(Arc::clone(&gone))];
    let act = super::scripted::typed("application/json", steps);
    let setup = setup([act]).await;
    let upstream = setup.upstream.clone();
    let calling = tokio::spawn(async move { upstream.whole(&question()).await });
    until("it is asked", async || !setup.scripted.asked().is_empty()).await;
    go.send(()).expect("the upstream");
    // Sent and taken are two things: only what was taken can be kept.
    tokio::time::sleep(Duration::from_millis(100)).await;
    calling.abort();
    soon(gone.notified()).await;
    until("it is kept", async || !setup.kept().await.is_empty()).await;
    let kept = setup.kept().await;
    assert_eq!((kept[0].1, &*kept[0].2, kept[0].3.len() <= 1), (200, "dropped", true), "{kept:?}");
}
