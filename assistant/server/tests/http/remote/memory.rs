//! What was said before, and what the library has: sent to the upstream, and claimed.

use serde_json::{Value, json};

use super::{QUESTION, ROADS, Remote, Road, remote};
use crate::databases::on_each_database;
use crate::upstream::scripted::{Act, Step, bytes, chunk, say, streamed};

/// Every way in which a client can go on from an answer.
const WAYS: [&str; 3] = ["metadata", "conversation", "previous_response_id"];

fn continuing(road: Road, way: &str, first: &super::Heard, question: &str) -> Value {
    let mut body = road.asking(question);
    let conversation = first.conversation.as_deref().expect("a conversation");
    match way {
        "metadata" => body["metadata"] = json!({ "conversation": conversation }),
        "conversation" => body["conversation"] = json!({ "id": conversation }),
        _ => body["previous_response_id"] = json!(first.id),
    }
    body
}

async fn a_conversation_that_goes_on_is_sent_and_claimed() {
    for road in ROADS {
        for way in WAYS.into_iter().take(if road.is_chat() { 1 } else { 3 }) {
            let remote = remote([road.says("Hello, Ada."), road.says("Ada.")]).await;
            let first = remote.ask(road, &road.asking("My name is Ada.")).await;
            let body = continuing(road, way, &first, "What is my name?");
            let second = remote.ask(road, &body).await;
            second.assert_answers("Ada.", "memory", "full");
            assert_eq!(second.sources(), ["memory"], "{road:?} {way}");
            assert_eq!(second.conversation, first.conversation);
            let expected = json!([
                { "role": "user", "content": "My name is Ada." },
                { "role": "assistant", "content": "Hello, Ada." },
                { "role": "user", "content": "What is my name?" },
            ]);
            assert_eq!(remote.messages(), expected, "{road:?} {way}");
        }
    }
}

async fn a_response_that_follows_names_the_one_before() {
    for road in [Road::Responses, Road::ResponsesStream] {
        let remote = remote([road.says("a"), road.says("b")]).await;
        let first = remote.ask(road, &road.asking(QUESTION)).await;
        let body = continuing(road, "previous_response_id", &first, QUESTION);
        let second = remote.ask(road, &body).await;
        assert!(second.answer.contains(&format!("\"previous_response_id\":\"{}\"", first.id)));
    }
}

async fn a_required_library_is_searched_sent_and_claimed() {
    for road in ROADS {
        let remote = remote([road.says("A hole.")]).await;
        let id = remote.assistant.add("Doors", "A door is a hole in a wall. Bread is baked.").await;
        let mut body = road.asking("What is a door?");
        body["metadata"] = json!({ "require": "library" });
        let heard = remote.ask(road, &body).await;
        heard.assert_answers("A hole.", "memory", "full");
        let source = json!([{ "source": "library", "identifier": id }]);
        assert_eq!(heard.claims[0]["sources"], source, "{road:?}");
        let said = remote.messages()[0].clone();
        assert_eq!(said["role"], "system");
        let words = said["content"].as_str().expect("words");
        assert!(words.contains("Doors: A door is a hole in a wall."), "{words}");
        assert!(!words.contains("Bread"), "{words}");
    }
}

async fn a_library_that_is_not_required_is_not_searched() {
    for road in ROADS {
        let remote = remote([road.says("A hole.")]).await;
        remote.assistant.add("Doors", "A door is a hole in a wall.").await;
        let heard = remote.ask(road, &road.asking("What is a door?")).await;
        heard.assert_answers("A hole.", "system", "full");
    }
}

async fn a_required_source_that_is_missing_is_named() {
    for road in ROADS {
        for label in ["library", "memory", "tool:calculator"] {
            let remote = remote([road.says("Something.")]).await;
            let mut body = road.asking(QUESTION);
            body["metadata"] = json!({ "require": label });
            let heard = remote.ask(road, &body).await;
            heard.assert_refuses(Some("CONTEXT_UNAVAILABLE"));
            assert_eq!(heard.claims[0]["missing"], json!([label]), "{road:?}");
            assert!(heard.refusal.as_ref().is_some_and(|words| words.contains(label)), "{heard:?}");
            assert!(!heard.answer.contains("Something."));
        }
    }
}

/// Whether what was said is there when the conversation goes on; `None` if there is no such conversation.
async fn is_remembered(remote: &Remote, heard: &super::Heard) -> Option<bool> {
    let Some(conversation) = &heard.conversation else { return None };
    let road = Road::Chat;
    let mut body = road.asking("What is my name?");
    body["metadata"] = json!({ "conversation": conversation });
    let next = remote.ask(road, &body).await;
    (next.status == 200).then(|| next.sources() == ["memory"])
}

/// What an upstream does on this road.
type Acting = fn(Road) -> Act;

async fn only_what_was_sent_to_its_end_is_remembered() {
    let words = || bytes(say("one"));
    let table: [(&str, Acting, Option<bool>); 3] = [
        ("whole", |road| road.says("x"), Some(true)),
        ("refused", |road| road.act(&json!({ "refusal": "No." }), "stop", None), None),
        ("cut", |_| streamed(vec![bytes(say("one")), Step::Break]), None),
    ];
    for road in ROADS {
        for (what, act, expected) in table {
            if what == "cut" && !road.is_stream() {
                continue;
            }
            let remote = remote([act(road), Road::Chat.says("y")]).await;
            let heard = remote.ask(road, &road.asking("My name is Ada.")).await;
            assert_eq!(is_remembered(&remote, &heard).await, expected, "{road:?} {what}");
        }
    }
    for road in [Road::ChatStream, Road::ResponsesStream] {
        let filtered = chunk(json!({}), Some("content_filter"));
        let refused = streamed(vec![words(), bytes(filtered)]);
        let remote = remote([refused, Road::Chat.says("y")]).await;
        let heard = remote.ask(road, &road.asking("My name is Ada.")).await;
        assert_eq!((heard.text.as_str(), heard.refusal.is_some()), ("one", true));
        assert_eq!(is_remembered(&remote, &heard).await, None, "{road:?}");
    }
}

async fn a_refused_turn_leaves_the_conversation_as_it_was() {
    for road in ROADS {
        let refusal = road.act(&json!({ "refusal": "No." }), "stop", None);
        let remote = remote([road.says("Hello."), refusal, road.says("Ada.")]).await;
        let first = remote.ask(road, &road.asking("My name is Ada.")).await;
        let body = continuing(road, "metadata", &first, "Say something bad.");
        let refused = remote.ask(road, &body).await;
        refused.assert_refuses(None);
        assert_eq!(refused.conversation, first.conversation);
        let body = continuing(road, "metadata", &first, "What is my name?");
        remote.ask(road, &body).await.assert_answers("Ada.", "memory", "full");
        assert!(!remote.messages().to_string().contains("bad"), "{road:?}");
    }
}

async fn a_refusal_begins_no_conversation() {
    for road in ROADS {
        let refusal = road.act(&json!({ "refusal": "No." }), "stop", None);
        let remote = remote([refusal, road.says("x")]).await;
        let refused = remote.ask(road, &road.asking("Say something bad.")).await;
        refused.assert_refuses(None);
        assert_eq!(refused.conversation, None, "{road:?}");
        let mut required = road.asking("Say something else.");
        required["metadata"] = json!({ "require": ["memory"] });
        let denied = remote.ask(road, &required).await;
        denied.assert_refuses(Some("CONTEXT_UNAVAILABLE"));
        assert_eq!(denied.conversation, None, "{road:?}");
    }
}

async fn what_is_not_to_be_stored_is_not() {
    for road in [Road::Responses, Road::ResponsesStream] {
        let remote = remote([road.says("a"), road.says("b"), road.says("c"), road.says("d")]).await;
        let mut body = road.asking("My name is Ada.");
        body["store"] = json!(false);
        let first = remote.ask(road, &body).await;
        first.assert_answers("a", "system", "full");
        assert_eq!(first.conversation, None, "{first:?}");
        let mut next = road.asking(QUESTION);
        next["previous_response_id"] = json!(first.id);
        assert_eq!(remote.ask(road, &next).await.error.as_deref(), Some("OPAQUE_CONTEXT"));

        let kept = remote.ask(road, &road.asking("I am here.")).await;
        let mut body = continuing(road, "previous_response_id", &kept, "My name is Ada.");
        body["store"] = json!(false);
        let unkept = remote.ask(road, &body).await;
        assert_eq!(unkept.conversation, kept.conversation);
        let body = continuing(road, "conversation", &unkept, "What is my name?");
        remote.ask(road, &body).await.assert_answers("d", "memory", "full");
        assert!(!remote.messages().to_string().contains("Ada"), "{road:?}");
    }
}

on_each_database! {
    a_conversation_that_goes_on_is_sent_and_claimed,
    a_response_that_follows_names_the_one_before,
    a_required_library_is_searched_sent_and_claimed,
    a_library_that_is_not_required_is_not_searched,
    a_required_source_that_is_missing_is_named,
    only_what_was_sent_to_its_end_is_remembered,
    a_refused_turn_leaves_the_conversation_as_it_was,
    a_refusal_begins_no_conversation,
    what_is_not_to_be_stored_is_not,
}
