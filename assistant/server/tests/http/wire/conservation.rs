//! Items in are items classified and items rejected, whatever comes in. The items are counted here a second time,
//! by another hand.

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::support::{Fixture, Of, fixtures};

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn chat_message(message: &Value) -> usize {
    1 + array(&message["content"]).len()
        + array(&message["tool_calls"]).len()
        + usize::from(!message["function_call"].is_null())
}

fn response_item(item: &Value) -> usize {
    let is_message = match &item["type"] {
        Value::String(kind) => kind == "message",
        Value::Null => !item["role"].is_null(),
        _ => false,
    };
    1 + if is_message { array(&item["content"]).len() } else { 0 }
}

fn block_message(message: &Value) -> usize {
    let block = |block: &Value| {
        1 + if block["type"] == "tool_result" { array(&block["content"]).len() } else { 0 }
    };
    1 + array(&message["content"]).iter().map(block).sum::<usize>()
}

fn sum(list: &Value, size: fn(&Value) -> usize) -> usize {
    array(list).iter().map(size).sum()
}

fn items(of: Of, transcript: &Value) -> usize {
    match of {
        Of::ChatRequest => sum(&transcript["messages"], chat_message),
        Of::ChatCompletion => sum(&transcript["choices"], |choice| match &choice["message"] {
            Value::Object(_) => chat_message(&choice["message"]),
            _ => 1,
        }),
        Of::ChatStream | Of::ResponsesStream => array(transcript).len(),
        Of::ResponsesRequest => {
            let input = &transcript["input"];
            let whole = usize::from(input.is_string());
            let instructions = match transcript.get("input") {
                Some(_) => usize::from(!transcript["instructions"].is_null()),
                None => 0,
            };
            instructions + whole + sum(input, response_item)
        }
        Of::ResponsesResponse => sum(&transcript["output"], response_item),
        Of::MessagesRequest => {
            let messages = sum(&transcript["messages"], block_message);
            let system = match &transcript["system"] {
                Value::Null => 0,
                Value::Array(blocks) => blocks.len(),
                _ => 1,
            };
            // Without a message nothing is read.
            if messages == 0 { 0 } else { system + messages }
        }
        Of::MessagesReply if transcript.is_object() => block_message(transcript),
        Of::MessagesReply => 0,
    }
}

#[track_caller]
fn assert_conserved(fixture: &Fixture, transcript: &Value) {
    let count = items(fixture.of, transcript);
    let (tally, is_sound) = match fixture.read_as(transcript) {
        Ok(transcript) => (transcript.tally, true),
        Err(malformed) => (malformed.tally(), false),
    };
    assert_eq!(tally.items, count, "{:?}: {tally:?} in {transcript}", fixture.path);
    assert!(tally.is_conserved(), "{:?}: {tally:?} in {transcript}", fixture.path);
    assert!(!is_sound || tally.rejected == 0, "{:?}: {tally:?}", fixture.path);
}

#[test]
fn nothing_is_lost_of_the_transcripts_as_they_are() {
    for fixture in fixtures() {
        assert_conserved(&fixture, &fixture.transcript);
        if let Ok(transcript) = fixture.read() {
            assert_eq!(transcript.tally.classified, items(fixture.of, &fixture.transcript));
        }
        if fixture.is_malformed() {
            let tally = fixture.read().err().map(|malformed| malformed.tally());
            let is_outside =
                fixture.expected["malformed"]["pointer"] == "/tool_choice/function/name";
            assert_eq!(
                tally.is_some_and(|tally| tally.rejected == 0),
                is_outside,
                "{:?}",
                fixture.path
            );
        }
    }
}

/// What is done to a transcript, and where.
#[derive(Debug, Clone)]
enum Change {
    Drop(Index),
    Repeat(Index),
    Swap(Index),
    Become(Index, Value),
    Forget(Index, Index),
    Rename(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let strange = prop_oneof![
        Just(json!(null)),
        Just(json!(7)),
        Just(json!("")),
        Just(json!("x")),
        Just(json!([])),
        Just(json!([{}])),
        Just(json!({ "type": "text", "text": "x" })),
        Just(json!({ "role": "user", "content": "x", "tool_calls": [{}], "function_call": {} })),
    ];
    prop_oneof![
        at().prop_map(Change::Drop),
        at().prop_map(Change::Repeat),
        at().prop_map(Change::Swap),
        (at(), strange).prop_map(|(at, value)| Change::Become(at, value)),
        (at(), at()).prop_map(|(at, key)| Change::Forget(at, key)),
        at().prop_map(Change::Rename),
    ]
}

/// The pointers of all values that `wanted` wants.
fn places(value: &Value, wanted: fn(&Value) -> bool) -> Vec<String> {
    fn walk(value: &Value, place: &str, wanted: fn(&Value) -> bool, places: &mut Vec<String>) {
        if wanted(value) {
            places.push(place.to_owned());
        }
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{place}/{index}"), wanted, places);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    walk(member, &format!("{place}/{key}"), wanted, places);
                }
            }
            _ => {}
        }
    }
    let mut places = Vec::new();
    walk(value, "", wanted, &mut places);
    places
}

fn pick<'a>(
    transcript: &'a mut Value,
    at: &Index,
    wanted: fn(&Value) -> bool,
) -> Option<&'a mut Value> {
    let places = places(transcript, wanted);
    let place = (!places.is_empty()).then(|| at.get(&places).clone())?;
    transcript.pointer_mut(&place)
}

fn is_filled(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty())
}

fn apply(transcript: &mut Value, change: &Change) {
    let list = |transcript, at, change: fn(&mut Vec<Value>, usize)| {
        if let Some(Value::Array(items)) = pick(transcript, at, is_filled) {
            let index = at.index(items.len());
            change(items, index);
        }
    };
    match change {
        Change::Drop(at) => list(transcript, at, |items, index| drop(items.remove(index))),
        Change::Repeat(at) => list(transcript, at, |items, index| items.push(items[index].clone())),
        Change::Swap(at) => list(transcript, at, |items, index| items.swap(0, index)),
        Change::Become(at, value) => {
            if let Some(place) = pick(transcript, at, |_| true) {
                *place = value.clone();
            }
        }
        Change::Forget(at, key) => {
            let wanted =
                |value: &Value| value.as_object().is_some_and(|members| !members.is_empty());
            if let Some(Value::Object(members)) = pick(transcript, at, wanted) {
                let keys: Vec<String> = members.keys().cloned().collect();
                members.remove(key.get(&keys));
            }
        }
        Change::Rename(at) => {
            if let Some(place) = pick(transcript, at, |value| value["type"].is_string()) {
                place["type"] = json!("unheard_of");
            }
        }
    }
}

fn known() -> &'static [Fixture] {
    static FIXTURES: OnceLock<Vec<Fixture>> = OnceLock::new();
    FIXTURES.get_or_init(fixtures)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_of_a_transcript_that_was_changed(
        of in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let fixture = of.get(known());
        let mut transcript = fixture.transcript.clone();
        for change in &changes {
            apply(&mut transcript, change);
        }
        assert_conserved(fixture, &transcript);
    }
}
