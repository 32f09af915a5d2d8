//! `POST /v1/responses`: what is asked, and the requests that get no answer.

use axum::http::Method;
use serde_json::{Value, json};

use crate::databases::on_each_database;
use crate::remote::{Heard, Road, sending};
use crate::support::{Answer, Assistant, assistant, request};

const BOTH: [Road; 2] = [Road::Responses, Road::ResponsesStream];

async fn post(assistant: &Assistant, body: &Value) -> Answer {
    assistant.post("/v1/responses", body).await
}

async fn ask(assistant: &Assistant, road: Road, body: &Value) -> Heard {
    Heard::of(road, &assistant.send(sending(road, body)).await)
}

fn asking(input: Value) -> Value {
    json!({ "model": "m", "input": input })
}

async fn the_answer_is_a_response() {
    let answer = post(&assistant().await, &asking(json!("what is 17 * 23?"))).await;
    answer.assert_answers_as("tool");
    let body = answer.json();
    assert!(body["id"].as_str().is_some_and(|id| id.starts_with("resp_")));
    assert_eq!((&body["object"], &body["status"]), (&json!("response"), &json!("completed")));
    assert_eq!(body["model"], "m");
    let message = &body["output"][0];
    assert_eq!((&message["type"], &message["role"]), (&json!("message"), &json!("assistant")));
    assert_eq!(message["content"][0]["type"], "output_text");
    assert_eq!(message["content"][0]["text"], "17 * 23 = 391");
    assert_eq!(
        (&body["usage"]["input_tokens"], &body["usage"]["output_tokens"]),
        (&json!(5), &json!(5))
    );
    assert!(body["conversation"]["id"].as_str().is_some_and(|id| id.starts_with("conv_")));
}

async fn an_input_may_be_words_messages_or_parts() {
    let assistant = assistant().await;
    let part = json!({ "type": "input_text", "text": "what is 2 + 2?" });
    for input in [
        json!("what is 2 + 2?"),
        json!([{ "role": "user", "content": "what is 2 + 2?" }]),
        json!([{ "type": "message", "role": "user", "content": [part] }]),
        json!([
            { "role": "developer", "content": "Be brief." },
            { "role": "user", "content": "what is 1 / 0?" },
            { "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
              "content": [{ "type": "refusal", "refusal": "No." }] },
            { "type": "reasoning", "id": "rs_1", "summary": [] },
            { "role": "user", "content": [part] },
        ]),
    ] {
        for road in BOTH {
            let mut body = road.saying(&input);
            body["instructions"] = json!("Be kind.");
            let heard = ask(&assistant, road, &body).await;
            heard.assert_answers("2 + 2 = 4", "tool", "full");
        }
    }
}

async fn a_refusal_stands_in_its_own_part() {
    let assistant = assistant().await;
    let mut body = asking(json!("hello"));
    body["metadata"] = json!({ "require": "library" });
    let answer = post(&assistant, &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-speech-code")),
        (200, Some("CONTEXT_UNAVAILABLE"))
    );
    let content = &answer.json()["output"][0]["content"];
    assert_eq!(
        (content.as_array().map(Vec::len), &content[0]["type"]),
        (Some(1), &json!("refusal"))
    );
}

async fn what_was_said_is_recalled_in_every_way_to_go_on() {
    let assistant = assistant().await;
    for road in BOTH {
        let first = ask(&assistant, road, &road.asking("My name is Ada.")).await;
        let conversation = first.conversation.clone().expect("a conversation");
        for (name, value) in [
            ("previous_response_id", json!(first.id)),
            ("conversation", json!(conversation)),
            ("conversation", json!({ "id": conversation })),
            ("metadata", json!({ "conversation": conversation })),
        ] {
            let mut body = road.asking("What is my name?");
            body[name] = value;
            let heard = ask(&assistant, road, &body).await;
            assert_eq!(heard.claims[0]["authority"], "memory", "{road:?} {name}: {heard:?}");
            assert!(heard.text.contains("My name is Ada."), "{heard:?}");
            assert_eq!(heard.conversation.as_ref(), Some(&conversation));
        }
    }
}

/// A request with another value in one of its fields.
fn with(field: &str, value: Value) -> Value {
    let mut body = asking(json!("what is 2 + 2?"));
    body[field] = value;
    body
}

async fn a_malformed_request_is_told_what_and_where_before_any_event() {
    let assistant = assistant().await;
    let item = |item: Value| asking(json!([item]));
    let message = |content: Value| item(json!({ "role": "user", "content": content }));
    let own = json!({ "type": "mcp_call", "id": "m", "name": "t", "server_label": "s",
        "arguments": "{}", "output": "x" });
    let table = [
        (json!([]), "WRONG_TYPE", ""),
        (json!({ "input": "x" }), "MISSING_FIELD", "/model"),
        (json!({ "model": "m" }), "MISSING_FIELD", "/input"),
        (with("model", json!("")), "WRONG_TYPE", "/model"),
        (asking(json!(" ")), "WRONG_TYPE", "/input"),
        (asking(json!([])), "WRONG_TYPE", "/input"),
        (asking(json!(7)), "WRONG_TYPE", "/input"),
        (item(json!("x")), "WRONG_TYPE", "/input/0"),
        (item(json!({ "role": "robot", "content": "x" })), "UNKNOWN_VALUE", "/input/0/role"),
        (item(json!({ "role": "assistant", "content": "x" })), "UNKNOWN_VALUE", "/input/0/role"),
        (message(json!([{ "type": "input_image" }])), "UNSUPPORTED", "/input/0/content/0/type"),
        (message(json!([{ "type": "hologram" }])), "UNKNOWN_ITEM", "/input/0/content/0/type"),
        (message(Value::Null), "WRONG_TYPE", "/input/0/content"),
        (item(own), "UNSUPPORTED", "/input/0/type"),
        (with("instructions", json!(7)), "WRONG_TYPE", "/instructions"),
        (with("max_output_tokens", json!(0)), "WRONG_TYPE", "/max_output_tokens"),
        (with("store", json!("yes")), "WRONG_TYPE", "/store"),
        (with("reasoning", json!("low")), "WRONG_TYPE", "/reasoning"),
        (with("background", json!(true)), "UNSUPPORTED", "/background"),
        (with("prompt", json!({ "id": "p" })), "UNSUPPORTED", "/prompt"),
        (with("tools", json!([{ "type": "file_search" }])), "UNSUPPORTED", "/tools/0/type"),
        (with("tool_choice", json!("often")), "UNKNOWN_VALUE", "/tool_choice"),
        (
            with("tool_choice", json!({ "type": "function", "name": "f" })),
            "UNKNOWN_VALUE",
            "/tool_choice/name",
        ),
        (with("metadata", json!({ "requires": "x" })), "UNKNOWN_FIELD", "/metadata/requires"),
        (with("metadata", json!({ "require": "web" })), "UNKNOWN_SOURCE", "/metadata/require"),
        (with("conversation", json!(7)), "WRONG_TYPE", "/conversation"),
        (with("conversation", json!({})), "MISSING_FIELD", "/conversation/id"),
        (with("previous_response_id", json!("")), "WRONG_TYPE", "/previous_response_id"),
    ];
    for (mut body, code, pointer) in table {
        for stream in [false, true] {
            if body.is_object() {
                body["stream"] = json!(stream);
            }
            post(&assistant, &body).await.assert_error(422, code, Some(pointer));
        }
    }
    post(&assistant, &with("stream", json!("yes"))).await.assert_error(
        422,
        "WRONG_TYPE",
        Some("/stream"),
    );
    let long = asking(json!("x".repeat(1 << 20)));
    post(&assistant, &long).await.assert_error(413, "TOO_LARGE", Some(""));
}

async fn what_could_not_even_be_read_has_a_receipt_too() {
    let assistant = assistant().await;
    let long = post(&assistant, &asking(json!("x".repeat(1 << 20)))).await;
    let mut untyped = request(Method::POST, "/v1/chat/completions", "{}");
    untyped.headers_mut().remove("content-type");
    let untyped = assistant.send(untyped).await;
    for (answer, code) in [(long, "TOO_LARGE"), (untyped, "UNSUPPORTED_MEDIA_TYPE")] {
        let id = answer.header("x-speech-receipt").expect("a receipt").to_owned();
        let kept = assistant.get(&format!("/receipts/{id}")).await.json();
        let opening = &kept["receipts"][0]["receipt"]["opening"];
        assert_eq!((&opening["outcome"], &opening["code"]), (&json!("malformed"), &json!(code)));
    }
}

async fn without_a_store_a_response_is_given_and_none_is_gone_on_from() {
    let assistant = assistant().await;
    let first = post(&assistant, &asking(json!("hello"))).await.json();
    assistant.store.close().await;
    let gone_on = with("previous_response_id", first["id"].clone());
    post(&assistant, &gone_on).await.assert_error(503, "STORE_UNAVAILABLE", None);
    for road in BOTH {
        let heard = ask(&assistant, road, &road.asking("what is 2 + 2?")).await;
        heard.assert_answers("2 + 2 = 4", "tool", "minimal");
        assert_eq!(heard.conversation, None, "{road:?}");
    }
}

on_each_database! {
    the_answer_is_a_response,
    an_input_may_be_words_messages_or_parts,
    a_refusal_stands_in_its_own_part,
    what_was_said_is_recalled_in_every_way_to_go_on,
    a_malformed_request_is_told_what_and_where_before_any_event,
    what_could_not_even_be_read_has_a_receipt_too,
    without_a_store_a_response_is_given_and_none_is_gone_on_from,
}
