//! Context that nobody here can look into, and transcripts that cannot be taken for true.

use serde_json::{Value, json};

use super::{QUESTION, ROADS, Road, remote};

/// A fault of a request: what is sent in the protocol's items, its code and where it lies.
type Fault = (Value, &'static str, &'static str);

fn call_item(id: &str) -> Value {
    json!({ "type": "function_call", "call_id": id, "name": "weather", "arguments": "{}" })
}

fn output(id: &str) -> Value {
    json!({ "type": "function_call_output", "call_id": id, "output": "rain" })
}

fn calling(ids: &[&str]) -> Value {
    let calls: Vec<Value> = ids.iter().map(|id| super::call(id, "weather", "{}")).collect();
    json!({ "role": "assistant", "content": null, "tool_calls": calls })
}

fn result(id: &str) -> Value {
    json!({ "role": "tool", "tool_call_id": id, "content": "rain" })
}

fn of_chats() -> Vec<Fault> {
    let user = json!({ "role": "user", "content": QUESTION });
    let image = json!({ "role": "user", "content": [{ "type": "hologram" }] });
    vec![
        (json!([user, result("a")]), "ORPHAN_TOOL_RESULT", "/messages/1/tool_call_id"),
        (
            json!([user, calling(&["a"]), result("a"), result("a")]),
            "DUPLICATE_ID",
            "/messages/3/tool_call_id",
        ),
        (
            json!([user, calling(&["a", "a"]), result("a")]),
            "DUPLICATE_ID",
            "/messages/1/tool_calls/1/id",
        ),
        (json!([image]), "UNKNOWN_ITEM", "/messages/0/content/0/type"),
    ]
}

fn of_responses() -> Vec<Fault> {
    let user = json!({ "role": "user", "content": QUESTION });
    let secret =
        json!({ "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x" });
    vec![
        (json!([user, output("a")]), "ORPHAN_TOOL_RESULT", "/input/1/call_id"),
        (
            json!([user, call_item("a"), output("a"), output("a")]),
            "DUPLICATE_ID",
            "/input/3/call_id",
        ),
        (json!([user, call_item("a"), call_item("a"), user]), "DUPLICATE_ID", "/input/2/call_id"),
        (json!([{ "type": "telepathy" }, user]), "UNKNOWN_ITEM", "/input/0/type"),
        (json!([secret, user]), "OPAQUE_CONTEXT", "/input/0/encrypted_content"),
        (
            json!([{ "type": "item_reference", "id": "msg_1" }, user]),
            "OPAQUE_CONTEXT",
            "/input/0/id",
        ),
        (json!([{ "type": "compaction", "id": "c" }, user]), "OPAQUE_CONTEXT", "/input/0/type"),
    ]
}

fn with(road: Road, name: &str, value: Value) -> Value {
    let mut body = road.asking(QUESTION);
    body[name] = value;
    body
}

/// Each request that is refused, with its code and the place of its fault.
fn refused(road: Road) -> Vec<(Value, &'static str, &'static str)> {
    let unknown = "conv_00000000000000000000000000000000";
    let faults = if road.is_chat() { of_chats() } else { of_responses() };
    let mut all: Vec<_> =
        faults.into_iter().map(|(items, code, at)| (road.saying(&items), code, at)).collect();
    let named = json!({ "conversation": unknown });
    all.push((with(road, "metadata", named), "OPAQUE_CONTEXT", "/metadata/conversation"));
    let previous = with(road, "previous_response_id", json!("resp_1"));
    all.push((previous, "OPAQUE_CONTEXT", "/previous_response_id"));
    let whole = with(road, "conversation", json!(unknown));
    all.push((whole, "OPAQUE_CONTEXT", "/conversation"));
    if !road.is_chat() {
        let nested = with(road, "conversation", json!({ "id": unknown }));
        all.push((nested, "OPAQUE_CONTEXT", "/conversation/id"));
        let hosted = with(road, "tools", json!([{ "type": "web_search" }]));
        all.push((hosted, "UNSUPPORTED", "/tools/0/type"));
    }
    all
}

#[tokio::test]
async fn each_is_refused_with_its_code_at_its_place_and_a_receipt_says_so() {
    for road in ROADS {
        let remote = remote([]).await;
        for (body, code, pointer) in refused(road) {
            let answer = remote.assistant.post(road.path(), &body).await;
            answer.assert_error(422, code, Some(pointer));
            let error = &answer.json()["error"];
            assert_eq!(error["param"], pointer, "{answer:?}");
            assert_eq!(error["type"], "invalid_request_error");
            let id = answer.header("x-speech-receipt").expect("a receipt");
            let receipts = super::receipts_of(&remote.assistant, id).await;
            let opening = &receipts[0]["opening"];
            assert_eq!((receipts.len(), &opening["outcome"]), (1, &json!("malformed")));
            assert_eq!((&opening["code"], &opening["pointer"]), (&json!(code), &json!(pointer)));
            assert_eq!(receipts[0]["closing"]["bytes"], answer.text.len());
        }
        assert_eq!(remote.scripted.asked().len(), 0, "{road:?}");
    }
}

#[tokio::test]
async fn two_references_have_to_lead_to_the_same_conversation() {
    let road = Road::Responses;
    let remote = remote([road.says("a"), road.says("b"), road.says("c")]).await;
    let first = remote.ask(road, &road.asking(QUESTION)).await;
    let second = remote.ask(road, &road.asking(QUESTION)).await;
    let mut body = road.asking(QUESTION);
    body["conversation"] = json!(first.conversation);
    body["previous_response_id"] = json!(second.id);
    let answer = remote.assistant.post(road.path(), &body).await;
    assert_eq!(answer.json()["error"]["code"], "OPAQUE_CONTEXT", "{answer:?}");
    body["previous_response_id"] = json!(first.id);
    remote.ask(road, &body).await.assert_answers("c", "memory", "full");
}
