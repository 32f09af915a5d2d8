//! Words of the upstream, and what it is asked for them.

use serde_json::{Value, json};

use super::{QUESTION, ROADS, Road, remote};
use crate::upstream::SECRET;
use crate::upstream::scripted::{bytes, chunk, end, say, status, streamed};

const HELLO: &str = "H\u{e9}llo \u{1f600}\n\"\\\u{0} \u{2028}";

#[tokio::test]
async fn words_are_handed_on_as_the_systems_own_with_their_usage() {
    for road in ROADS {
        let remote = remote([road.says(HELLO)]).await;
        let heard = remote.ask(road, &road.asking(QUESTION)).await;
        heard.assert_answers(HELLO, "system", "full");
        assert_eq!((heard.finish.as_str(), heard.usage), ("stop", Some((1, 2))), "{road:?}");
        assert_eq!(heard.sources(), Vec::<String>::new());
        assert_eq!(heard.claims[0]["receipt"], heard.receipt());
    }
}

#[tokio::test]
async fn words_are_the_same_wherever_the_upstream_cuts_its_bytes() {
    // An emoji in two escapes, and one as it is.
    let escaped = say("x").replace("\"x\"", r#""\ud83d\ude00\n""#);
    let all = [say("H\u{e9}"), escaped, say("\u{1f600}"), end()].concat();
    // Within the words, and within what stands around them.
    let starts = all.match_indices("\"content\"").map(|(at, _)| at);
    let cuts: Vec<usize> = starts.flat_map(|start| start..start + 28).collect();
    for road in [Road::ChatStream, Road::ResponsesStream] {
        let all = all.as_bytes();
        let cut = |at: &usize| streamed(vec![bytes(&all[..*at]), bytes(&all[*at..])]);
        let remote = remote(cuts.iter().map(cut)).await;
        for at in &cuts {
            let heard = remote.ask(road, &road.asking(QUESTION)).await;
            assert_eq!(heard.text, "H\u{e9}\u{1f600}\n\u{1f600}", "cut at {at}");
        }
        let singles = all.chunks(1).map(bytes).collect();
        let remote = super::remote([streamed(singles)]).await;
        let heard = remote.ask(road, &road.asking(QUESTION)).await;
        heard.assert_answers("H\u{e9}\u{1f600}\n\u{1f600}", "system", "full");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_long_says_so() {
    for road in ROADS {
        let remote = remote([road.act(&json!({ "content": "one" }), "length", None)]).await;
        let heard = remote.ask(road, &road.asking(QUESTION)).await;
        heard.assert_answers("one", "system", "full");
        assert_eq!(heard.finish, "length", "{road:?}");
    }
}

#[tokio::test]
async fn words_are_counted_where_the_upstream_does_not_count() {
    for road in [Road::ChatStream, Road::ResponsesStream] {
        let steps = vec![bytes(say("one two")), bytes(chunk(json!({}), Some("stop")))];
        let remote = remote([streamed(steps)]).await;
        let heard = remote.ask(road, &road.asking("Hello, you?")).await;
        assert_eq!(heard.usage, Some((2, 2)), "{road:?}");
    }
}

#[tokio::test]
async fn a_stream_of_a_chat_has_its_usage_only_if_that_was_asked_for() {
    let road = Road::ChatStream;
    let remote = remote([road.says("x")]).await;
    let mut body = road.asking(QUESTION);
    body["stream_options"] = Value::Null;
    assert_eq!(remote.ask(road, &body).await.usage, None);
}

/// The body of the request that the upstream gets for one with these members.
async fn sent(road: Road, members: &Value) -> Value {
    let remote = remote([road.says("x")]).await;
    let mut body = road.asking(QUESTION);
    for (name, value) in members.as_object().expect("members") {
        body[name] = value.clone();
    }
    assert_eq!(remote.ask(road, &body).await.text, "x", "{road:?}");
    let asked = remote.asked();
    assert_eq!(asked.headers["authorization"], format!("Bearer {SECRET}"));
    let text = asked.body.to_string();
    assert!(!text.contains(SECRET) && !text.contains("rcpt_"), "{text}");
    asked.body
}

#[tokio::test]
async fn what_shapes_the_words_reaches_the_upstream_in_the_form_of_chats() {
    let nested = Road::Chat.weather();
    let choice = json!({ "type": "function", "function": { "name": "weather" } });
    let common = json!({
        "model": "m", "messages": [{ "role": "user", "content": QUESTION }],
        "tools": [nested], "tool_choice": "auto", "max_tokens": 7,
        "temperature": 0.5, "top_p": 0.25, "parallel_tool_calls": false,
        "reasoning_effort": "low", "verbosity": "high",
    });
    for road in ROADS {
        let mut members = json!({
            "tools": [road.weather()], "tool_choice": "auto", "temperature": 0.5, "top_p": 0.25,
            "parallel_tool_calls": false, "user": "ada", "service_tier": "auto",
        });
        let mut expected = common.clone();
        if road.is_chat() {
            members["max_completion_tokens"] = json!(7);
            members["max_tokens"] = json!(9);
            members["reasoning_effort"] = json!("low");
            members["verbosity"] = json!("high");
            members["seed"] = json!(3);
            expected["seed"] = json!(3);
        } else {
            members["max_output_tokens"] = json!(7);
            members["reasoning"] = json!({ "effort": "low", "summary": null });
            members["text"] = json!({ "format": { "type": "text" }, "verbosity": "high" });
        }
        expected["stream"] = json!(road.is_stream());
        if road.is_stream() {
            expected["stream_options"] = json!({ "include_usage": true });
        }
        assert_eq!(sent(road, &members).await, expected, "{road:?}");
    }
    let flat = json!({ "type": "function", "name": "weather" });
    let members = json!({ "tools": [Road::Responses.weather()], "tool_choice": flat });
    let remote = remote([]).await;
    let mut body = Road::Responses.asking(QUESTION);
    body["tools"] = members["tools"].clone();
    body["tool_choice"] = members["tool_choice"].clone();
    let _ = remote.ask(Road::Responses, &body).await;
    assert_eq!(remote.asked().body["tool_choice"], choice);
}

#[tokio::test]
async fn instructions_stand_before_everything_that_is_said() {
    let expected = json!([
        { "role": "system", "content": "Be brief." },
        { "role": "system", "content": "Be kind." },
        { "role": "user", "content": "One?" },
        { "role": "assistant", "content": "Two." },
        { "role": "user", "content": QUESTION },
    ]);
    for road in ROADS {
        let mut items = json!([
            { "role": "user", "content": "One?" },
            { "role": "assistant", "content": "Two." },
            { "role": "developer", "content": "Be kind." },
            { "role": "user", "content": QUESTION },
        ]);
        let mut body = road.saying(&items);
        if road.is_chat() {
            let system = json!({ "role": "system", "content": "Be brief." });
            items.as_array_mut().expect("items").insert(0, system);
            body = road.saying(&items);
        } else {
            body["instructions"] = json!("Be brief.");
        }
        let remote = remote([road.says("x")]).await;
        remote.ask(road, &body).await.assert_answers("x", "system", "full");
        assert_eq!(remote.messages(), expected, "{road:?}");
    }
}

#[tokio::test]
async fn nothing_of_an_upstreams_error_reaches_the_client() {
    for road in ROADS {
        let remote = remote([status(400, &[])]).await;
        let heard = remote.ask(road, &road.asking(QUESTION)).await;
        heard.assert_refuses(None);
        assert!(!heard.answer.contains("from outside"), "{heard:?}");
        assert!(heard.answer.contains("did not take this request"), "{heard:?}");
        assert_eq!(remote.mode().await, ("full".to_owned(), json!([])), "the upstream did answer");
    }
}
