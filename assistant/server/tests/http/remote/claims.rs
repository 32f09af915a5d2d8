//! What the upstream claims for its answer, held against what the answer draws on.

use serde_json::{Value, json};

use super::{Heard, QUESTION, ROADS, Remote, Road, call, declaring, ending, remote};
use crate::upstream::scripted::{Act, bytes, chunk, say, streamed};

/// What an answer draws on.
#[derive(Debug, Clone, Copy)]
enum Trace {
    Nothing,
    Memory,
    Tool,
}

const TRACES: [(Trace, &str); 3] =
    [(Trace::Nothing, "system"), (Trace::Memory, "memory"), (Trace::Tool, "tool")];

/// The request that draws on just that. What is remembered has to be there before.
async fn drawing_on(remote: &Remote, road: Road, trace: Trace) -> Value {
    match trace {
        Trace::Nothing => road.asking(QUESTION),
        Trace::Memory => {
            let first = remote.ask(road, &road.asking("My name is Ada.")).await;
            let mut body = road.asking(QUESTION);
            body["metadata"] = json!({ "conversation": first.conversation });
            body
        }
        Trace::Tool => {
            let user = json!({ "role": "user", "content": QUESTION });
            if road.is_chat() {
                let calls = json!([call("a", "weather", "{}")]);
                let called = json!({ "role": "assistant", "content": null, "tool_calls": calls });
                let result = json!({ "role": "tool", "tool_call_id": "a", "content": "rain" });
                return road.saying(&json!([user, called, result]));
            }
            let called = json!({
                "type": "function_call", "call_id": "a", "name": "weather", "arguments": "{}",
            });
            let result =
                json!({ "type": "function_call_output", "call_id": "a", "output": "rain" });
            road.saying(&json!([user, called, result]))
        }
    }
}

/// What a client hears where the upstream acts so on a request that draws on this.
async fn heard(road: Road, trace: Trace, act: Act) -> Heard {
    let first = matches!(trace, Trace::Memory).then(|| road.says("Hello, Ada."));
    let remote = remote(first.into_iter().chain([act])).await;
    let body = drawing_on(&remote, road, trace).await;
    let heard = remote.ask(road, &body).await;
    let receipts = remote.receipts(&heard).await;
    let codes = receipts.iter().filter_map(|receipt| receipt["opening"]["code"].as_str());
    let told = heard.claims.iter().filter_map(|claims| claims["code"].as_str());
    assert_eq!(codes.collect::<Vec<_>>(), told.collect::<Vec<_>>(), "{receipts:?}");
    heard
}

#[tokio::test]
async fn a_declared_authority_passes_only_if_the_trace_gives_it() {
    let message = json!({ "content": "It is so." });
    for road in ROADS {
        for (trace, truth) in TRACES {
            for authority in ["none", "system", "memory", "tool"] {
                let declared = json!({ "kind": "answer", "authority": authority });
                let act = road.act(&message, "stop", Some(&declared));
                let heard = heard(road, trace, act).await;
                if authority == truth {
                    heard.assert_answers("It is so.", truth, "full");
                } else {
                    heard.assert_refuses(Some("AUTHORITY_MISMATCH"));
                }
            }
            let undeclared = heard(road, trace, road.act(&message, "stop", None)).await;
            undeclared.assert_answers("It is so.", truth, "full");
        }
    }
}

#[tokio::test]
async fn a_mode_that_the_upstream_reports_is_its_own_and_not_ours() {
    let declared = json!({ "authority": "system", "system_mode": "minimal", "receipt": "rcpt_x" });
    for road in ROADS {
        let act = road.act(&json!({ "content": "x" }), "stop", Some(&declared));
        let heard = heard(road, Trace::Nothing, act).await;
        heard.assert_answers("x", "system", "full");
        assert!(!heard.answer.contains("rcpt_x"), "{heard:?}");
    }
}

#[tokio::test]
async fn claims_that_cannot_be_read_let_nothing_of_the_answer_out() {
    let unreadable =
        [json!({}), json!({ "authority": "god" }), json!({ "authority": "tool", "kind": 1 })];
    for road in ROADS {
        for declared in &unreadable {
            let act = road.act(&json!({ "content": "It is so." }), "stop", Some(declared));
            let heard = heard(road, Trace::Nothing, act).await;
            heard.assert_refuses(None);
            assert!(heard.answer.contains("cannot be read"), "{heard:?}");
            assert!(!heard.answer.contains("It is so."), "{heard:?}");
        }
    }
}

fn page(start: u64, end: u64) -> Value {
    let citation =
        json!({ "url": "https://a.example", "title": "A", "start_index": start, "end_index": end });
    json!({ "type": "url_citation", "url_citation": citation })
}

fn file() -> Value {
    json!({ "type": "file_citation", "file_id": "f", "filename": "F", "start_index": 1, "end_index": 2 })
}

#[tokio::test]
async fn a_citation_claims_that_something_was_looked_up() {
    for road in ROADS {
        for (annotation, claimed) in [(page(0, 2), "tool"), (file(), "memory")] {
            let message = json!({ "content": "It is so.", "annotations": [annotation] });
            for (trace, truth) in TRACES {
                let heard = heard(road, trace, road.act(&message, "stop", None)).await;
                let is_more = truth == "tool" || claimed == truth;
                if is_more {
                    heard.assert_answers("It is so.", truth, "full");
                    assert_eq!(heard.citations.len(), 1, "{heard:?}");
                } else if road.is_stream() {
                    // The words came before the citation, and were true without it.
                    assert_eq!((heard.text.as_str(), heard.claims.len()), ("It is so.", 2));
                    heard.assert_ends_refused(Some("AUTHORITY_MISMATCH"));
                } else {
                    heard.assert_refuses(Some("AUTHORITY_MISMATCH"));
                }
            }
        }
    }
}

#[tokio::test]
async fn citations_stand_where_the_upstream_put_them() {
    let annotations = json!([page(0, 2), page(3, 5)]);
    let message = json!({ "content": "\u{1f600}t is so.", "annotations": annotations });
    for road in ROADS {
        let heard = heard(road, Trace::Tool, road.act(&message, "stop", None)).await;
        heard.assert_answers("\u{1f600}t is so.", "tool", "full");
        let url = "https://a.example";
        assert_eq!(heard.citations, [json!([0, 2, url]), json!([3, 5, url])], "{road:?}");
    }
}

fn declared(authority: &str) -> String {
    declaring(&json!({ "kind": "answer", "authority": authority }))
}

#[tokio::test]
async fn a_claim_that_changes_in_mid_stream_is_judged_before_the_next_word() {
    for road in [Road::ChatStream, Road::ResponsesStream] {
        for (trace, truth) in TRACES {
            for authority in ["none", "system", "memory", "tool"] {
                let steps = vec![
                    bytes(declared(truth)),
                    bytes(say("one ")),
                    bytes(declared(authority)),
                    bytes(say("two")),
                    bytes(ending("stop")),
                ];
                let heard = heard(road, trace, streamed(steps)).await;
                if authority == truth {
                    heard.assert_answers("one two", truth, "full");
                } else {
                    assert_eq!((heard.text.as_str(), heard.claims.len()), ("one ", 2));
                    assert_eq!(heard.claims[0]["authority"], truth);
                    heard.assert_ends_refused(Some("AUTHORITY_MISMATCH"));
                    assert!(!heard.answer.contains("two"), "{heard:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_comes_to_nothing_between_two_claims_is_cut_whatever_was_drawn_on() {
    for road in [Road::ChatStream, Road::ResponsesStream] {
        for (trace, truth) in TRACES {
            let other = if truth == "tool" { "memory" } else { "tool" };
            let steps = vec![
                bytes(declared(truth)),
                bytes(chunk(json!({ "content": "one" }), None)),
                bytes(declared(other)),
                bytes("data: nonsense\n\n"),
            ];
            let heard = heard(road, trace, streamed(steps)).await;
            assert_eq!(heard.error.as_deref(), Some("STREAM_CUT"), "{heard:?}");
            assert_eq!((heard.text.as_str(), &heard.refusal), ("one", &None));
        }
    }
}
