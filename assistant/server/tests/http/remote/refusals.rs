//! Refusals of the upstream, in each shape that it has for them: in the protocol's own place, in words of ours.

use serde_json::{Value, json};

use super::{QUESTION, ROADS, Road, declaring, ending, remote};
use crate::upstream::scripted::{Act, Step, bytes, chunk, say, streamed};

/// What the upstream says for a refusal. It is not to be seen by anybody.
const SECRET: &str = "I will not speak of the dragon";

fn refusal() -> Value {
    json!({ "role": "assistant", "content": null, "refusal": SECRET })
}

#[tokio::test]
async fn a_refusal_in_the_place_of_an_answer_is_told_in_words_of_ours() {
    let declared = |authority: &str| json!({ "kind": "refusal", "authority": authority });
    let beside = json!({ "content": SECRET });
    let shapes: [&dyn Fn(Road) -> Act; 5] = [
        &|road| road.act(&refusal(), "stop", None),
        &|road| road.act(&json!({ "content": SECRET, "refusal": SECRET }), "content_filter", None),
        &|road| road.act(&json!({ "content": null }), "content_filter", None),
        &|road| road.act(&beside, "stop", Some(&declared("none"))),
        &|road| road.act(&refusal(), "stop", Some(&declared("none"))),
    ];
    for road in ROADS {
        for (shape, act) in shapes.iter().enumerate() {
            if shape == 1 && road.is_stream() {
                continue;
            }
            let remote = remote([act(road)]).await;
            let heard = remote.ask(road, &road.asking(QUESTION)).await;
            heard.assert_refuses(None);
            assert!(!heard.answer.contains("dragon"), "{road:?} {shape}: {heard:?}");
            let receipts = remote.receipts(&heard).await;
            assert_eq!(receipts.len(), 1, "{receipts:?}");
            assert_eq!(receipts[0]["opening"]["outcome"], "allow");
            assert_eq!(receipts[0]["opening"]["response"]["kind"], "refusal");
            assert_eq!(remote.mode().await.0, "full", "{road:?} {shape}");
        }
    }
}

#[tokio::test]
async fn a_refusal_for_which_authority_is_claimed_is_judged_by_its_claim() {
    for road in ROADS {
        for authority in ["system", "memory", "tool"] {
            let declared = json!({ "kind": "refusal", "authority": authority });
            let remote = remote([road.act(&refusal(), "stop", Some(&declared))]).await;
            let heard = remote.ask(road, &road.asking(QUESTION)).await;
            heard.assert_refuses(Some("REFUSAL_CLAIMS_AUTHORITY"));
            let receipts = remote.receipts(&heard).await;
            assert_eq!(receipts[0]["opening"]["outcome"], "deny", "{road:?}");
        }
    }
}

/// The ends of a stream that had said `one`.
fn ends() -> Vec<Vec<Step>> {
    let declared = declaring(&json!({ "kind": "refusal", "authority": "none" }));
    let refusing = || bytes(chunk(json!({ "refusal": SECRET }), None));
    vec![
        vec![refusing(), refusing(), bytes(ending("stop"))],
        vec![bytes(ending("content_filter"))],
        vec![bytes(declared), bytes(say(SECRET)), bytes(ending("stop"))],
        vec![bytes(chunk(json!({ "content": "", "refusal": SECRET }), Some("stop")))],
    ]
}

#[tokio::test]
async fn a_refusal_after_words_leaves_what_was_said_and_says_no_more() {
    for road in [Road::ChatStream, Road::ResponsesStream] {
        for end in ends() {
            let steps = [vec![bytes(say("one "))], end].into_iter().flatten().collect();
            let remote = remote([streamed(steps)]).await;
            let heard = remote.ask(road, &road.asking(QUESTION)).await;
            assert_eq!((heard.text.as_str(), heard.claims.len()), ("one ", 2), "{heard:?}");
            heard.assert_ends_refused(None);
            assert!(!heard.answer.contains("dragon"), "{road:?}: {heard:?}");
            let receipts = remote.receipts(&heard).await;
            let kinds: Vec<&Value> = receipts
                .iter()
                .filter_map(|receipt| receipt.get("opening"))
                .map(|opening| &opening["response"]["kind"])
                .collect();
            assert_eq!(kinds, ["answer", "refusal"]);
            let closings = receipts.iter().filter_map(|receipt| receipt.get("closing"));
            let closings: Vec<&Value> = closings.collect();
            assert_eq!(closings.len(), 1, "{receipts:?}");
            assert_eq!(closings[0]["bytes"], heard.answer.len());
        }
    }
}
