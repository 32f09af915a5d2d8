//! What happens when the upstream does not answer, and when it stops in the middle.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use assistant::web::Limits;
use serde_json::json;
use tokio::net::TcpListener;

use super::{QUESTION, ROADS, Remote, Road, asking_at, remote, remote_with};
use crate::upstream::scripted::{
    Act, Scripted, Step, bytes, chunk, event, say, status, streamed, typed,
};
use crate::upstream::settings;

/// A question that needs nobody else.
const SUM: &str = "what is 17 * 23?";

/// We answer by ourselves, and say that we do, until the upstream is back.
async fn assert_answers_alone(remote: &Remote, road: Road) {
    let alone = remote.ask(road, &road.asking(SUM)).await;
    alone.assert_answers("17 * 23 = 391", "tool", "local_power");
    assert_eq!((alone.sources(), alone.usage), (vec!["tool:calculator".to_owned()], Some((5, 5))));
    let reason = json!(["UPSTREAM_DOWN"]);
    assert_eq!(remote.mode().await, ("local_power".to_owned(), reason), "{road:?}");
}

#[tokio::test]
async fn before_its_first_word_we_answer_in_its_place_until_it_is_back() {
    let broken = |road: Road, steps: Vec<Step>| {
        typed(if road.is_stream() { "text/event-stream" } else { "application/json" }, steps)
    };
    let role = chunk(json!({ "role": "assistant", "content": "" }), None);
    let failures: [&dyn Fn(Road) -> Vec<Act>; 7] = [
        &|_| vec![status(500, &[])],
        &|_| (0..3).map(|_| status(503, &[])).collect(),
        &|_| vec![status(401, &[])],
        &|_| vec![Act::Nothing],
        &|road| vec![broken(road, vec![bytes("nonsense\n\n"), Step::Break])],
        &|road| vec![broken(road, vec![bytes(&role), Step::Break])],
        &|_| vec![typed("text/html", vec![bytes("nonsense")])],
    ];
    for road in ROADS {
        for (number, failure) in failures.iter().enumerate() {
            let script = failure(road).into_iter().chain([road.says("I am back.")]);
            let remote = remote_with(script, Limits::default(), |settings| {
                settings.limits.first_byte = Duration::from_millis(200);
            })
            .await;
            assert_answers_alone(&remote, road).await;
            // The next question shows whether it is back.
            let back = remote.ask(road, &road.asking(SUM)).await;
            back.assert_answers("I am back.", "system", "full");
            assert_eq!(remote.mode().await, ("full".to_owned(), json!([])), "{number}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_is_no_answer() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1", closed.local_addr().expect("an address"));
    drop(closed);
    for road in ROADS {
        let remote = asking_at(Scripted::new([]).await, settings(&url), Limits::default()).await;
        assert_eq!(remote.mode().await.0, "full");
        assert_answers_alone(&remote, road).await;
    }
}

#[tokio::test]
async fn an_answer_in_the_place_of_the_upstream_claims_what_was_drawn_on_before() {
    for road in ROADS {
        let script = [road.says("Hello, Ada."), status(500, &[]), status(500, &[])];
        let remote = remote(script).await;
        let first = remote.ask(road, &road.asking("My name is Ada.")).await;
        let mut body = road.asking(SUM);
        body["metadata"] = json!({ "conversation": first.conversation });
        let alone = remote.ask(road, &body).await;
        alone.assert_answers("17 * 23 = 391", "tool", "local_power");
        assert_eq!(alone.sources(), ["memory", "tool:calculator"], "{road:?}");

        let mut body = road.asking("Who are you?");
        body["metadata"] = json!({ "conversation": first.conversation });
        let alone = remote.ask(road, &body).await;
        alone.assert_answers(&alone.text, "memory", "local_power");
        assert_eq!(alone.sources(), ["memory"], "{road:?}");
    }
}

#[tokio::test]
async fn an_error_in_the_place_of_an_answer_is_refused_in_words_of_ours() {
    let error = json!({ "error": { "message": "from outside" } });
    for road in ROADS {
        let act = if road.is_stream() {
            streamed(vec![bytes(event(&error))])
        } else {
            crate::upstream::scripted::whole(&error)
        };
        let remote = remote([act]).await;
        let heard = remote.ask(road, &road.asking(QUESTION)).await;
        heard.assert_refuses(None);
        assert!(heard.answer.contains("reported an error"), "{heard:?}");
        assert!(!heard.answer.contains("from outside"), "{heard:?}");
        assert_eq!(remote.mode().await.0, "full", "{road:?}");
    }
}

/// How a stream goes on that had said `one`.
type Rest<'a> = &'a dyn Fn() -> Vec<Step>;

#[tokio::test]
async fn what_breaks_off_in_the_middle_ends_with_an_error_and_is_not_remembered() {
    let error = json!({ "error": { "message": "from outside" } });
    let table: [(&str, &str, Rest<'_>); 6] = [
        ("UPSTREAM_CUT", "cut", &|| vec![Step::Break]),
        ("UPSTREAM_CUT", "cut", &Vec::new),
        ("UPSTREAM_GARBAGE", "unusable", &|| vec![bytes("data: from outside\n\n")]),
        ("UPSTREAM_GARBAGE", "unusable", &|| vec![bytes(b"data: \xff\n\n")]),
        ("UPSTREAM_ERROR", "unusable", &|| vec![bytes(event(&error))]),
        ("UPSTREAM_TIMEOUT", "late", &|| vec![Step::Linger(Arc::default())]),
    ];
    for road in [Road::ChatStream, Road::ResponsesStream] {
        for (code, ended, rest) in &table {
            let steps = [vec![bytes(say("one "))], rest()].into_iter().flatten().collect();
            let remote = remote_with([streamed(steps)], Limits::default(), |settings| {
                settings.limits.idle = Duration::from_millis(200);
            })
            .await;
            let heard = remote.ask(road, &road.asking(QUESTION)).await;
            assert_eq!(heard.error.as_deref(), Some(*code), "{road:?}");
            assert_eq!((heard.text.as_str(), &heard.refusal), ("one ", &None));
            assert!(!heard.answer.contains("from outside"), "{heard:?}");
            // An error that it reports is an answer, and a request of ours may have called for it.
            let mode = if *code == "UPSTREAM_ERROR" { "full" } else { "local_power" };
            assert_eq!(remote.mode().await.0, mode, "{code}");

            let receipts = remote.receipts(&heard).await;
            let outcomes: Vec<_> =
                receipts.iter().map(|receipt| &receipt["closing"]["ended"]).collect();
            assert_eq!(outcomes, [&json!(null), &json!("cut")], "{receipts:?}");
            assert_eq!(receipts[1]["closing"]["bytes"], heard.answer.len());
            assert_eq!(&*remote.kept().await[0].2, *ended, "{code}");
            let mut next = Road::Chat.asking(QUESTION);
            next["metadata"] = json!({ "conversation": heard.conversation });
            let next = remote.assistant.chat(&next).await;
            next.assert_error(422, "OPAQUE_CONTEXT", Some("/metadata/conversation"));
        }
    }
}

#[tokio::test]
async fn after_failures_in_a_row_it_is_left_alone() {
    for road in ROADS {
        let script = [status(500, &[]), status(500, &[]), road.says("x")];
        let remote = remote_with(script, Limits::default(), |settings| {
            settings.breaker.failures = NonZeroU32::new(2).expect("two");
            settings.breaker.rest = Duration::from_secs(3600);
        })
        .await;
        for asked in [1, 2, 2, 2] {
            assert_answers_alone(&remote, road).await;
            assert_eq!(remote.scripted.asked().len(), asked, "{road:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_given() {
    for road in ROADS {
        let remote = remote([road.says("It is so.")]).await;
        remote.assistant.store.close().await;
        let heard = remote.ask(road, &road.asking(QUESTION)).await;
        if road.is_stream() {
            assert_eq!(heard.error.as_deref(), Some("UPSTREAM_NOT_KEPT"), "{heard:?}");
        } else {
            heard.assert_refuses(None);
            assert!(heard.answer.contains("could not be stored"), "{heard:?}");
            assert_eq!(heard.claims[0]["system_mode"], "minimal");
        }
    }
}
