//! Tools of the client's: the upstream calls them, the client runs them, and what they give is a source.

use serde_json::{Value, json};

use super::{QUESTION, ROADS, Remote, Road, call, remote};
use crate::upstream::scripted::{Act, bytes, chunk, say, streamed};

fn calling(road: Road, ids: &[&str]) -> Act {
    let calls: Vec<Value> = ids.iter().map(|id| call(id, "weather", "{\"at\":\"sea\"}")).collect();
    road.act(&json!({ "content": null, "tool_calls": calls }), "tool_calls", None)
}

fn made(id: &str) -> [String; 3] {
    [id, "weather", "{\"at\":\"sea\"}"].map(str::to_owned)
}

/// The question, its calls and their results, as a client says them again.
fn said_again(road: Road, results: &[(&str, &str)]) -> Value {
    let user = json!({ "role": "user", "content": QUESTION });
    let (mut calls, mut outputs) = (Vec::new(), Vec::new());
    for (id, result) in results {
        if road.is_chat() {
            calls.push(call(id, "weather", "{}"));
            outputs.push(json!({ "role": "tool", "tool_call_id": id, "content": result }));
        } else {
            calls.push(json!({
                "type": "function_call", "call_id": id, "name": "weather", "arguments": "{}",
            }));
            outputs.push(output(id, result));
        }
    }
    if road.is_chat() {
        calls = vec![json!({ "role": "assistant", "content": null, "tool_calls": calls })];
    }
    [vec![user], calls, outputs].concat().into()
}

fn output(id: &str, result: &str) -> Value {
    json!({ "type": "function_call_output", "call_id": id, "output": result })
}

fn with_tools(road: Road, items: &Value) -> Value {
    let mut body = road.saying(items);
    body["tools"] = json!([road.weather()]);
    body
}

fn asking(road: Road) -> Value {
    with_tools(road, &json!([{ "role": "user", "content": QUESTION }]))
}

#[tokio::test]
async fn a_call_is_handed_on_and_its_result_is_a_source() {
    for road in ROADS {
        for ids in [&["a"][..], &["a", "b"]] {
            let remote = remote([calling(road, ids), road.says("Rain.")]).await;
            let first = remote.ask(road, &asking(road)).await;
            first.assert_answers("", "system", "full");
            assert_eq!(first.calls, ids.iter().map(|id| made(id)).collect::<Vec<_>>(), "{road:?}");
            assert_eq!((first.finish.as_str(), first.usage), ("tool_calls", Some((1, 2))));

            let results: Vec<_> = ids.iter().map(|id| (*id, "rain")).collect();
            let body = with_tools(road, &said_again(road, &results));
            let second = remote.ask(road, &body).await;
            second.assert_answers("Rain.", "tool", "full");
            let source = |id| json!({ "source": "tool:client.weather", "identifier": id });
            let sources: Vec<Value> = ids.iter().map(source).collect();
            assert_eq!(second.claims[0]["sources"], json!(sources), "{road:?}");
            assert_eq!(remote.messages(), said_again(Road::Chat, &results), "{road:?}");
        }
    }
}

#[tokio::test]
async fn arguments_that_come_in_pieces_are_put_together() {
    let piece = |piece: Value| bytes(chunk(json!({ "tool_calls": [piece] }), None));
    for road in [Road::ChatStream, Road::ResponsesStream] {
        let begins = |index: usize, id: &str| {
            let function = json!({ "name": "weather", "arguments": "" });
            piece(json!({ "index": index, "id": id, "type": "function", "function": function }))
        };
        let goes_on = |index: usize, arguments: &str| {
            piece(json!({ "index": index, "function": { "arguments": arguments } }))
        };
        let steps = vec![
            bytes(say("Wait.")),
            begins(0, "a"),
            goes_on(0, "{\"at\":"),
            goes_on(0, "\"sea\"}"),
            begins(1, "b"),
            goes_on(1, "{}"),
            bytes(super::ending("tool_calls")),
        ];
        let remote = remote([streamed(steps)]).await;
        let heard = remote.ask(road, &asking(road)).await;
        heard.assert_answers("Wait.", "system", "full");
        let second = ["b", "weather", "{}"].map(str::to_owned);
        assert_eq!(heard.calls, [made("a"), second], "{road:?}");
    }
}

#[tokio::test]
async fn a_failed_result_is_an_attempt_and_gives_no_authority() {
    for road in ROADS {
        for result in ["", " "] {
            let remote = remote([road.says("I do not know.")]).await;
            let body = with_tools(road, &said_again(road, &[("a", result)]));
            let heard = remote.ask(road, &body).await;
            heard.assert_answers("I do not know.", "system", "full");
            assert_eq!(heard.sources(), Vec::<String>::new());
            let attempts = heard.claims[0]["attempts"].clone();
            assert_eq!(attempts[0]["source"], "tool:client.weather", "{road:?}");
        }
        if !road.is_chat() {
            let mut items = said_again(road, &[("a", "rain")]);
            items[2]["status"] = json!("incomplete");
            let remote = remote([road.says("x")]).await;
            let heard = remote.ask(road, &with_tools(road, &items)).await;
            heard.assert_answers("x", "system", "full");
            assert!(!remote.messages().to_string().contains("rain"), "{road:?}");
        }
    }
}

/// A response that called, and what the upstream was asked when it was gone on with by these items alone.
async fn gone_on_with(road: Road, ids: &[&str], items: Value) -> (Remote, super::Heard) {
    let remote = remote([calling(road, ids), road.says("Rain."), road.says("Sun.")]).await;
    let first = remote.ask(road, &asking(road)).await;
    let mut body = with_tools(road, &items);
    body["previous_response_id"] = json!(first.id);
    let second = remote.ask(road, &body).await;
    (remote, second)
}

#[tokio::test]
async fn results_alone_follow_the_response_that_called() {
    for road in [Road::Responses, Road::ResponsesStream] {
        let (remote, heard) = gone_on_with(road, &["a"], json!([output("a", "rain")])).await;
        heard.assert_answers("Rain.", "tool", "full");
        assert_eq!(heard.sources(), ["tool:client.weather", "memory"], "{road:?}");
        let arguments = "{\"at\":\"sea\"}";
        let expected = json!([
            { "role": "user", "content": QUESTION },
            { "role": "assistant", "content": null, "tool_calls": [call("a", "weather", arguments)] },
            { "role": "tool", "tool_call_id": "a", "content": "rain" },
        ]);
        assert_eq!(remote.messages(), expected, "{road:?}");

        let mut body = road.asking("And now?");
        body["previous_response_id"] = json!(heard.id);
        remote.ask(road, &body).await.assert_answers("Sun.", "memory", "full");
        let expected = json!([
            { "role": "user", "content": QUESTION },
            { "role": "assistant", "content": "Rain." },
            { "role": "user", "content": "And now?" },
        ]);
        assert_eq!(remote.messages(), expected, "{road:?}");
    }
}

#[tokio::test]
async fn a_call_without_a_result_is_not_sent_on() {
    let roles = |remote: &Remote| {
        let messages = remote.messages();
        let list = messages.as_array().expect("messages").iter();
        list.map(|message| message["role"].as_str().expect("a role").to_owned()).collect::<Vec<_>>()
    };
    for road in [Road::Responses, Road::ResponsesStream] {
        let (remote, heard) = gone_on_with(road, &["a", "b"], json!([output("b", "rain")])).await;
        heard.assert_answers("Rain.", "tool", "full");
        assert_eq!(roles(&remote), ["user", "assistant", "tool"], "{road:?}");
        let calls = &remote.messages()[1]["tool_calls"];
        assert_eq!((&calls[0]["id"], calls.as_array().map(Vec::len)), (&json!("b"), Some(1)));

        let never_mind = json!([{ "role": "user", "content": "Never mind." }]);
        let (remote, heard) = gone_on_with(road, &["a"], never_mind).await;
        heard.assert_answers("Rain.", "memory", "full");
        assert_eq!(roles(&remote), ["user", "user"], "{road:?}");
    }
}

#[tokio::test]
async fn a_result_follows_only_its_own_response_and_once() {
    let road = Road::Responses;
    let refused = async |items: Value| {
        let (_remote, heard) = gone_on_with(road, &["a"], items).await;
        heard.error
    };
    let orphan = json!([output("b", "rain")]);
    assert_eq!(refused(orphan).await.as_deref(), Some("ORPHAN_TOOL_RESULT"));
    let twice = json!([output("a", "rain"), output("a", "sun")]);
    assert_eq!(refused(twice).await.as_deref(), Some("DUPLICATE_ID"));
    let foreign = json!([output("a", "rain")]);
    let remote = remote([]).await;
    let mut body = with_tools(road, &foreign);
    body["previous_response_id"] = json!("resp_00000000000000000000000000000000");
    let answer = remote.assistant.post(road.path(), &body).await;
    assert_eq!(answer.status, 422, "{answer:?}");
}

#[tokio::test]
async fn a_chat_that_says_its_question_again_is_not_told_of_it_twice() {
    for road in [Road::Chat, Road::ChatStream] {
        let remote = remote([calling(road, &["a"]), road.says("Rain.")]).await;
        let first = remote.ask(road, &asking(road)).await;
        let mut body = with_tools(road, &said_again(road, &[("a", "rain")]));
        body["metadata"] = json!({ "conversation": first.conversation });
        remote.ask(road, &body).await.assert_answers("Rain.", "tool", "full");
        assert_eq!(remote.messages(), said_again(road, &[("a", "rain")]), "{road:?}");
    }
}

/// `required`, and the tool by its name.
fn choices(road: Road) -> [Value; 2] {
    let named = if road.is_chat() {
        json!({ "type": "function", "function": { "name": "weather" } })
    } else {
        json!({ "type": "function", "name": "weather" })
    };
    [json!("required"), named]
}

#[tokio::test]
async fn a_required_tool_is_called_and_no_words_come_without_its_result() {
    for road in ROADS {
        for choice in choices(road) {
            let acts = [calling(road, &["a"]), road.says("Rain."), road.says("Rain.")];
            let remote = remote(acts).await;
            let mut body = asking(road);
            body["tool_choice"] = choice.clone();
            let first = remote.ask(road, &body).await;
            first.assert_answers("", "system", "full");
            assert_eq!(first.calls, [made("a")], "{road:?} {choice}");

            let missing = if choice.is_string() { "tool:client.*" } else { "tool:client.weather" };
            let words = remote.ask(road, &body).await;
            words.assert_refuses(Some("CONTEXT_UNAVAILABLE"));
            assert_eq!(words.claims[0]["missing"], json!([missing]), "{road:?} {choice}");

            let mut body = with_tools(road, &said_again(road, &[("a", "rain")]));
            body["tool_choice"] = choice.clone();
            remote.ask(road, &body).await.assert_answers("Rain.", "tool", "full");
        }
    }
}

#[tokio::test]
async fn words_beside_the_call_of_a_required_tool_want_its_result_too() {
    let message = json!({ "content": "Rain.", "tool_calls": [call("a", "weather", "{}")] });
    for road in ROADS {
        let remote = remote([road.act(&message, "tool_calls", None)]).await;
        let mut body = asking(road);
        body["tool_choice"] = json!("required");
        remote.ask(road, &body).await.assert_refuses(Some("CONTEXT_UNAVAILABLE"));
    }
    let call = chunk(
        json!({ "tool_calls": [{ "index": 0, "id": "a",
        "function": { "name": "weather", "arguments": "{}" } }] }),
        None,
    );
    for road in [Road::ChatStream, Road::ResponsesStream] {
        let steps = vec![bytes(&call), bytes(say("Rain.")), bytes(super::ending("tool_calls"))];
        let remote = remote([streamed(steps)]).await;
        let mut body = asking(road);
        body["tool_choice"] = json!("required");
        let heard = remote.ask(road, &body).await;
        assert_eq!((heard.calls.len(), heard.text.as_str()), (1, ""), "{road:?}");
        heard.assert_ends_refused(Some("CONTEXT_UNAVAILABLE"));
    }
}
