//! What an upstream sent is kept as it came, and counts only then.

use assistant::upstream::{Delta, FaultCode, Finish, interpret};
use serde_json::json;

use super::scripted::{
    Step, bytes, chunk, completion, end, hello, say, status, streamed, typed, whole,
};
use super::{setup, until, words};
use crate::databases::{on_each_database, other_connection_to};

async fn each_response_is_kept_as_it_came_with_how_it_ended() {
    let nonsense = "data: nonsense\n\n";
    let setup = setup([
        whole(&hello()),
        streamed(vec![bytes(say("one")), bytes(end())]),
        typed("application/json", vec![bytes("{\"a"), Step::Break]),
        streamed(vec![bytes(say("one")), bytes(nonsense), bytes(say("two"))]),
        typed("application/json", vec![bytes("nonsense")]),
        status(400, &[]),
    ])
    .await;
    let _ = setup.whole().await;
    let _ = setup.streamed().await;
    let _ = setup.whole().await;
    let _ = setup.streamed().await;
    let _ = setup.whole().await;
    let _ = setup.streamed().await;
    until("the last is kept, for which nobody waits", async || setup.kept().await.len() == 6).await;
    let mut kept = setup.kept().await;
    // How much was taken after the nonsense depends on how it came.
    let unusable = kept[3].3.split_off((say("one") + nonsense).len());
    assert!(say("two").starts_with(&unusable), "{unusable}");
    let row = |road: &str, status, ended: &str, body: &str| {
        (road.to_owned(), status, ended.to_owned(), body.to_owned())
    };
    let expected = [
        row("whole", 200, "complete", &hello().to_string()),
        row("stream", 200, "complete", &(say("one") + &end())),
        row("whole", 200, "cut", "{\"a"),
        row("stream", 200, "unusable", &(say("one") + nonsense)),
        row("whole", 200, "complete", "nonsense"),
        row("stream", 400, "unusable", r#"{"error":{"message":"from outside"}}"#),
    ];
    assert_eq!(kept, expected);
}

async fn what_was_kept_is_interpreted_again_as_it_was_then() {
    let call = json!({ "id": "a", "function": { "name": "f", "arguments": "{}" } });
    let setup = setup([
        whole(&completion(json!({ "content": "x", "tool_calls": [call] }), "tool_calls")),
        streamed(vec![bytes(say("one")), bytes(say("two")), bytes(end())]),
        streamed(vec![bytes(say("one")), bytes(chunk(json!({}), Some("stop"))), Step::Break]),
        status(400, &[]),
        typed("text/html", vec![bytes(hello().to_string())]),
    ])
    .await;
    let first = setup.whole().await.map_err(|fault| fault.code);
    let (second, _) = setup.streamed().await;
    let (third, third_fault) = setup.streamed().await;
    let fourth = setup.whole().await.map_err(|fault| fault.code);
    let kept = async || setup.store.external_ids(9).await.expect("ids").len();
    until("it is kept, for which nobody waited", async || kept().await == 4).await;
    let fifth = setup.whole().await.map_err(|fault| fault.code);
    until("the next is kept", async || kept().await == 5).await;
    assert_eq!(fifth, Err(FaultCode::ContentType));
    let finished = vec![words("one"), Delta::Finish(Finish::Stop)];
    assert_eq!((third, third_fault), (finished, Some(FaultCode::Cut)));
    let mut again = Vec::new();
    for id in setup.store.external_ids(9).await.expect("ids").into_iter().rev() {
        let raw = setup.store.external(&id).await.expect("a store").expect("an answer");
        assert_eq!(format!("{raw:?}"), "Raw");
        let reply = interpret::kept(raw).await;
        again.push(reply.map(|reply| reply.pieces).map_err(|fault| fault.code));
    }
    assert_eq!(again, [first, Ok(second), Err(FaultCode::Cut), fourth, Err(FaultCode::Cut)]);
}

async fn what_cannot_be_kept_is_no_answer() {
    let steps = vec![bytes(say("one")), bytes(end())];
    let setup = setup([whole(&hello()), streamed(steps)]).await;
    setup.store.close().await;
    let found = setup.whole().await.map_err(|fault| fault.code);
    assert_eq!(found, Err(FaultCode::NotKept));
    let (said, fault) = setup.streamed().await;
    assert_eq!((&said[0], fault), (&words("one"), Some(FaultCode::NotKept)));
    assert!(!said.contains(&Delta::End), "{said:?}");
    let probes = setup.store.board().probes();
    assert_eq!(probes.store, assistant::status::Health::Down);
    assert_eq!(probes.upstream, assistant::status::Upstream::Up, "the upstream did answer");
}

async fn what_was_kept_is_neither_changed_nor_removed() {
    let setup = setup([whole(&hello())]).await;
    assert!(setup.whole().await.is_ok());
    let before = setup.kept().await;
    let mut other = other_connection_to(setup.directory.path()).await;
    for statement in
        ["UPDATE external_responses SET body = x'00'", "DELETE FROM external_responses"]
    {
        assert!(other.run(statement).await.is_err(), "{statement}");
    }
    assert_eq!(setup.kept().await, before);
}

on_each_database! {
    each_response_is_kept_as_it_came_with_how_it_ended,
    what_was_kept_is_interpreted_again_as_it_was_then,
    what_cannot_be_kept_is_no_answer,
    what_was_kept_is_neither_changed_nor_removed,
}
