use bytes::Bytes;
use serde_json::{Value, json};
use speech_exit::strict::Node;

use super::{Annotation, CallPiece, Delta, Finish, Order, Raw, Told, Usage, event, whole};
use crate::upstream::fault::FaultCode;
use crate::upstream::sse::Event;

/// What these events give, one after the other, and the code of the first fault.
fn streamed(events: &[Value]) -> Result<Vec<Delta>, FaultCode> {
    let data: Vec<String> = events
        .iter()
        .map(|event| event.as_str().map_or_else(|| event.to_string(), str::to_owned))
        .collect();
    told(data.iter().map(|data| (None, data.as_str())))
}

fn told<'a>(
    events: impl Iterator<Item = (Option<&'a str>, &'a str)>,
) -> Result<Vec<Delta>, FaultCode> {
    let (mut order, mut all) = (Order::default(), Vec::new());
    for (name, data) in events {
        let raw = Raw::new(Event { name: name.map(str::to_owned), data: data.to_owned() });
        match event(raw, &mut order).map_err(|fault| fault.code)? {
            Told::Pieces(pieces) => all.extend(pieces),
            Told::Done => all.push(Delta::End),
        }
    }
    Ok(all)
}

fn answered(answer: &Value) -> Result<Vec<Delta>, FaultCode> {
    let reply = whole(Raw::new(Bytes::from(answer.to_string())));
    reply.map(|reply| reply.pieces).map_err(|fault| fault.code)
}

fn chunk(delta: Value) -> Value {
    json!({
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "service_tier": "x",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": null, "logprobs": null }],
        "usage": null,
    })
}

fn finish(reason: &str) -> Value {
    let mut finish = chunk(json!({}));
    if let Some(place) = finish.pointer_mut("/choices/0/finish_reason") {
        *place = reason.into();
    }
    finish
}

/// A chunk with another value at this place.
fn with(pointer: &str, value: Value) -> Value {
    let mut chunk = chunk(json!({ "content": "x" }));
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(parent) = chunk.pointer_mut(parent).and_then(Value::as_object_mut) {
        parent.insert(name.to_owned(), value);
    }
    chunk
}

fn usage() -> Value {
    json!({
        "object": "chat.completion.chunk", "choices": [],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "details": {} },
    })
}

fn completion(message: Value, reason: &str) -> Value {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "message": message, "finish_reason": reason, "logprobs": null }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    })
}

fn words(words: &str) -> Delta {
    Delta::Words(words.to_owned())
}

fn piece(index: usize, head: Option<(&str, &str)>, arguments: &str) -> Delta {
    let (id, name) = head.unzip();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let (id, name) = (owned(id), owned(name));
    Delta::Call(CallPiece { index, id, name, arguments: arguments.to_owned() })
}

const USAGE: Delta = Delta::Usage(Usage { prompt: 1, completion: 2, total: 3 });

#[test]
fn an_answer_is_the_same_in_one_piece_and_streamed() {
    let url = json!({ "type": "url_citation", "url_citation": {
        "start_index": 0, "end_index": 2, "url": "u", "title": "t",
    } });
    let call =
        json!({ "id": "a", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let mut piece_of_call = call.clone();
    if let Some(members) = piece_of_call.as_object_mut() {
        members.insert("index".to_owned(), json!(0));
    }
    let mut said = completion(
        json!({
            "role": "assistant", "content": "Hello", "refusal": "No", "tool_calls": [call],
            "annotations": [url], "reasoning_content": "hm",
        }),
        "tool_calls",
    );
    let mut first = chunk(json!({ "role": "assistant", "content": "Hello" }));
    for answer in [&mut said, &mut first] {
        if let Some(members) = answer.as_object_mut() {
            members.insert("provenance".to_owned(), json!({ "authority": "tool" }));
        }
    }
    let stream = [
        first,
        chunk(json!({ "refusal": "No", "reasoning_content": "hm" })),
        chunk(json!({ "tool_calls": [piece_of_call] })),
        chunk(json!({ "annotations": [url] })),
        finish("tool_calls"),
        usage(),
        json!("[DONE]"),
    ];
    let authority = ("authority".to_owned(), Node::String("tool".to_owned()));
    let expected = vec![
        Delta::Provenance(Node::Object(vec![authority])),
        words("Hello"),
        Delta::Refusal("No".to_owned()),
        piece(0, Some(("a", "f")), "{}"),
        Delta::Annotation(Annotation::Url {
            url: "u".to_owned(),
            title: Some("t".to_owned()),
            span: Some((0, 2)),
        }),
        Delta::Finish(Finish::ToolCalls),
        USAGE,
        Delta::End,
    ];
    assert_eq!(answered(&said), Ok(expected.clone()));
    assert_eq!(streamed(&stream), Ok(expected));
}

#[test]
fn each_finish_reason_is_known_and_no_other() {
    for reason in Finish::ALL {
        assert_eq!(streamed(&[finish(reason.as_str())]), Ok(vec![Delta::Finish(reason)]));
        let whole = answered(&completion(json!({ "content": "" }), reason.as_str()));
        assert_eq!(whole, Ok(vec![Delta::Finish(reason), USAGE, Delta::End]));
    }
    for reason in ["", "Stop", "eos", "tool-calls"] {
        assert_eq!(streamed(&[finish(reason)]), Err(FaultCode::Garbage), "{reason}");
    }
}

#[test]
fn what_is_no_chunk_is_garbage() {
    let choice = json!({ "index": 0, "delta": { "content": "x" } });
    let call = |call: Value| with("/choices/0/delta/tool_calls", json!([call]));
    let annotation = |annotation: Value| with("/choices/0/delta/annotations", json!([annotation]));
    let table = [
        json!(""),
        json!("x"),
        json!("{}"),
        json!("[]"),
        json!("null"),
        json!("[DONE] "),
        json!("{\"object\":\"chat.completion.chunk\",\"object\":\"chat.completion.chunk\"}"),
        with("/object", json!("chat.completion")),
        with("/object", json!("")),
        with("/object", Value::Null),
        with("/object", json!(1)),
        with("/choices", Value::Null),
        with("/choices", json!([])),
        with("/choices", json!({})),
        with("/choices", json!([choice, choice])),
        with("/choices", json!(["x"])),
        with("/choices/0/index", json!(1)),
        with("/choices/0/index", Value::Null),
        with("/choices/0/delta", Value::Null),
        with("/choices/0/delta", json!([])),
        with("/choices/0/delta/content", json!(1)),
        with("/choices/0/delta/content", json!([{ "type": "text", "text": "x" }])),
        with("/choices/0/delta/refusal", json!(true)),
        with("/choices/0/delta/role", json!("user")),
        with("/choices/0/delta/function_call", json!({ "name": "f", "arguments": "" })),
        with("/choices/0/delta/tool_calls", json!({})),
        with("/choices/0/finish_reason", json!(1)),
        with("/provenance", json!("tool")),
        with("/usage", json!({})),
        with("/usage", json!({ "prompt_tokens": 1.5, "completion_tokens": 1, "total_tokens": 1 })),
        with("/usage", json!({ "prompt_tokens": -1, "completion_tokens": 1, "total_tokens": 1 })),
        call(json!({ "id": "a", "function": { "name": "f" } })),
        call(json!({ "index": -1, "id": "a", "function": { "name": "f" } })),
        call(json!({ "index": 0, "id": "a", "type": "custom", "function": { "name": "f" } })),
        call(json!({ "index": 0, "id": "a", "function": "f" })),
        annotation(json!({ "type": "other" })),
        annotation(json!({ "type": "url_citation" })),
        annotation(json!({ "type": "url_citation", "url": "u", "start_index": 1 })),
        annotation(json!({ "type": "url_citation", "url": "u", "start_index": 2, "end_index": 1 })),
        annotation(json!({ "type": "file_citation", "filename": "f" })),
    ];
    for chunk in table {
        assert_eq!(streamed(std::slice::from_ref(&chunk)), Err(FaultCode::Garbage), "{chunk}");
    }
}

#[test]
fn what_is_no_whole_answer_is_garbage_or_cut() {
    let said = |message| completion(message, "stop");
    let mut chunk_in_place = said(json!({ "content": "x" }));
    let mut without_end = chunk_in_place.clone();
    let mut two = chunk_in_place.clone();
    for (answer, pointer, value) in [
        (&mut chunk_in_place, "/object", json!("chat.completion.chunk")),
        (&mut without_end, "/choices/0/finish_reason", Value::Null),
        (&mut two, "/choices", json!([])),
    ] {
        if let Some(place) = answer.pointer_mut(pointer) {
            *place = value;
        }
    }
    assert_eq!(answered(&chunk_in_place), Err(FaultCode::Garbage));
    assert_eq!(answered(&without_end), Err(FaultCode::Cut));
    assert_eq!(answered(&two), Err(FaultCode::Garbage));
    let call =
        json!({ "id": "a", "type": "function", "function": { "name": "f", "arguments": "" } });
    let nameless = json!({ "id": "a", "type": "function", "function": { "arguments": "" } });
    assert_eq!(answered(&said(json!({ "tool_calls": [call, call] }))), Err(FaultCode::Garbage));
    assert_eq!(answered(&said(json!({ "tool_calls": [nameless] }))), Err(FaultCode::Garbage));
}

#[test]
fn an_error_is_an_error_wherever_it_stands() {
    let error = json!({ "error": { "message": "sk-1 is wrong", "code": 500 } });
    assert_eq!(streamed(std::slice::from_ref(&error)), Err(FaultCode::Error));
    assert_eq!(streamed(&[with("/error", json!("x"))]), Err(FaultCode::Error));
    assert_eq!(answered(&error), Err(FaultCode::Error));
    let named = |name| told([(Some(name), "not even json")].into_iter());
    assert_eq!(named("error"), Err(FaultCode::Error));
    assert_eq!(named("ping"), Err(FaultCode::Garbage));
    let words = chunk(json!({ "content": "x" })).to_string();
    for name in ["", "message"] {
        assert!(told([(Some(name), words.as_str())].into_iter()).is_ok(), "{name}");
    }
}

#[test]
fn pieces_of_calls_follow_each_other() {
    let call = |index: u64, id: Value, name: Value, arguments: Value| {
        let function = json!({ "name": name, "arguments": arguments });
        chunk(json!({ "tool_calls": [{ "index": index, "id": id, "function": function }] }))
    };
    let null = || Value::Null;
    let first = call(0, json!("a"), json!("f"), json!(""));
    let well = [
        first.clone(),
        call(0, null(), null(), json!("{")),
        call(1, json!("b"), json!("f"), json!("[")),
        call(0, json!(""), json!(""), json!("}")),
        call(1, json!("b"), json!("f"), json!("]")),
        chunk(json!({ "tool_calls": [{ "index": 1 }] })),
    ];
    let expected = vec![
        piece(0, Some(("a", "f")), ""),
        piece(0, None, "{"),
        piece(1, Some(("b", "f")), "["),
        piece(0, None, "}"),
        piece(1, None, "]"),
        piece(1, None, ""),
    ];
    assert_eq!(streamed(&well), Ok(expected));
    for ill in [
        vec![call(1, json!("a"), json!("f"), null())],
        vec![call(0, null(), json!("f"), null())],
        vec![call(0, json!("a"), null(), null())],
        vec![first.clone(), call(2, json!("b"), json!("f"), null())],
        vec![first.clone(), call(1, json!("a"), json!("f"), null())],
        vec![first.clone(), call(0, json!("b"), null(), null())],
        vec![first, call(0, null(), json!("g"), null())],
    ] {
        assert_eq!(streamed(&ill), Err(FaultCode::Garbage), "{ill:?}");
    }
}

#[test]
fn after_the_finish_reason_comes_the_usage_or_nothing() {
    let said = || vec![chunk(json!({ "content": "x" })), finish("stop")];
    let then = |last: Value| streamed(&[said(), vec![last]].concat()).map(|pieces| pieces.len());
    assert_eq!(then(usage()), Ok(3));
    assert_eq!(then(json!("[DONE]")), Ok(3));
    // Some servers put the usage beside a choice that says nothing.
    assert_eq!(then(chunk(json!({ "role": "assistant", "content": "" }))), Ok(2));
    let call = json!([{ "index": 0, "id": "a", "function": { "name": "f" } }]);
    for late in [
        chunk(json!({ "content": "y" })),
        chunk(json!({ "refusal": "y" })),
        chunk(json!({ "tool_calls": call })),
        chunk(json!({ "annotations": [{ "type": "url_citation", "url": "u" }] })),
        finish("stop"),
        with("/provenance", json!({})),
    ] {
        assert_eq!(then(late.clone()), Err(FaultCode::Garbage), "{late}");
    }
}

#[test]
fn the_end_without_a_finish_reason_is_a_cut() {
    assert_eq!(streamed(&[json!("[DONE]")]), Err(FaultCode::Cut));
    let words = chunk(json!({ "content": "x" }));
    assert_eq!(streamed(&[words, json!("[DONE]")]), Err(FaultCode::Cut));
}

#[test]
fn provenance_that_is_said_again_is_one_and_another_is_another() {
    let declared = |authority: &str| {
        let mut chunk = chunk(json!({}));
        if let Some(members) = chunk.as_object_mut() {
            members.insert("provenance".to_owned(), json!({ "authority": authority }));
        }
        chunk
    };
    let said =
        streamed(&[declared("tool"), declared("tool"), declared("memory"), declared("tool")]);
    assert_eq!(said.map(|pieces| pieces.len()), Ok(3));
    let after = streamed(&[declared("tool"), finish("stop"), declared("tool")]);
    assert_eq!(after.map(|pieces| pieces.len()), Ok(2));
}

#[test]
fn a_citation_says_what_it_says_beside_its_type_or_below_it() {
    let of = |annotation: Value| {
        let mut said = streamed(&[chunk(json!({ "annotations": [annotation] }))]).ok()?;
        said.pop()
    };
    let file = |name: Option<&str>, span| {
        let (id, name) = ("f".to_owned(), name.map(str::to_owned));
        Some(Delta::Annotation(Annotation::File { id, name, span }))
    };
    let flat = json!({ "type": "file_citation", "index": 3, "file_id": "f", "filename": "n" });
    assert_eq!(of(flat), file(Some("n"), None));
    let nested = json!({
        "type": "file_citation", "text": "x", "start_index": 1, "end_index": 4,
        "file_citation": { "file_id": "f", "quote": "q" },
    });
    assert_eq!(of(nested), file(None, Some((1, 4))));
    let url = json!({ "type": "url_citation", "url": "u" });
    let url_of = Annotation::Url { url: "u".to_owned(), title: None, span: None };
    assert_eq!(of(url), Some(Delta::Annotation(url_of)));
}

#[test]
fn a_call_is_one_that_a_client_can_be_asked_to_make() {
    let taken = |count: usize, id: &str, name: &str| {
        let mut order = super::Order::default();
        (0..count).try_for_each(|index| {
            let (id, name) = (Some(format!("{id}{index}")), Some(name.to_owned()));
            let piece = CallPiece { index, id, name, arguments: String::new() };
            order.take(Delta::Call(piece)).map(drop)
        })
    };
    assert_eq!(taken(128, "call_", "f"), Ok(()));
    for (count, id, name) in [
        (129, "call_", "f"),
        (1, "the answer is ", "f"),
        (1, "call_", "the answer is"),
        (1, &"x".repeat(128), "f"),
    ] {
        assert!(taken(count, id, name).is_err(), "{count} {id} {name}");
    }
}
