//! The board says what was seen of the upstream, and an upstream that fails often is left alone.

use std::num::NonZeroU32;
use std::time::Duration;

use assistant::status::Upstream::{Down, Up};
use assistant::upstream::{FaultCode, watch};
use speech_kernel::SystemMode;
use tokio::sync::oneshot;

use super::scripted::{Act, Step, bytes, end, hello, say, status, streamed, whole};
use super::{setup, setup_with, until};

#[tokio::test]
async fn it_is_down_until_it_was_seen_to_answer_and_after_each_outage() {
    let setup = setup([
        whole(&hello()),
        status(500, &[]),
        streamed(vec![bytes(say("x")), bytes(end())]),
        status(400, &[]),
        status(401, &[]),
    ])
    .await;
    let mode = || setup.store.board().mode();
    assert_eq!((setup.mode(), mode()), (Down, SystemMode::LocalPower));
    assert!(setup.whole().await.is_ok());
    assert_eq!((setup.mode(), mode()), (Up, SystemMode::Full));
    assert!(setup.whole().await.is_err());
    assert_eq!((setup.mode(), mode()), (Down, SystemMode::LocalPower));
    assert_eq!(setup.streamed().await.1, None);
    assert_eq!(setup.mode(), Up);
    let found = setup.whole().await.map_err(|fault| fault.code);
    assert_eq!((found, setup.mode()), (Err(FaultCode::RequestRefused), Up), "it did answer");
    let found = setup.whole().await.map_err(|fault| fault.code);
    assert_eq!((found, setup.mode()), (Err(FaultCode::KeyRefused), Down));
}

async fn failing(rest: Duration, after: impl IntoIterator<Item = Act>) -> super::Setup {
    let script = (0..2).map(|_| status(500, &[])).chain(after);
    let setup = setup_with(script, |settings| {
        settings.breaker.failures = NonZeroU32::new(2).expect("two");
        settings.breaker.rest = rest;
    })
    .await;
    for _ in 0..2 {
        assert_eq!(setup.whole().await.map_err(|fault| fault.code), Err(FaultCode::Status));
    }
    setup
}

#[tokio::test]
async fn after_failures_in_a_row_nobody_asks() {
    let setup = failing(Duration::from_secs(3600), [whole(&hello())]).await;
    for _ in 0..3 {
        assert_eq!(setup.whole().await.map_err(|fault| fault.code), Err(FaultCode::Open));
        assert_eq!(setup.streamed().await, (Vec::new(), Some(FaultCode::Open)));
        assert_eq!(setup.upstream.probe().await.map_err(|fault| fault.code), Err(FaultCode::Open));
    }
    assert_eq!((setup.scripted.asked().len(), setup.mode()), (2, Down));
    assert_eq!(setup.scripted.asked_at("/v1/models").len(), 0);
}

#[tokio::test]
async fn an_old_call_that_ends_well_does_not_say_that_others_are_let_through() {
    let (go, gate) = oneshot::channel();
    let late = streamed(vec![Step::Wait(gate), bytes(say("x")), bytes(end())]);
    let setup = setup_with([late, status(500, &[])], |settings| {
        settings.breaker.failures = NonZeroU32::MIN;
        settings.breaker.rest = Duration::from_secs(3600);
    })
    .await;
    let upstream = setup.upstream.clone();
    let calling = tokio::spawn(async move { upstream.stream(&super::question()).await.map(drop) });
    until("it is asked", async || setup.scripted.asked().len() == 1).await;
    assert!(setup.whole().await.is_err());
    go.send(()).expect("the upstream");
    assert_eq!(calling.await.expect("no panic"), Ok(()));
    assert_eq!(setup.mode(), Down);
    assert_eq!(setup.whole().await.map_err(|fault| fault.code), Err(FaultCode::Open));
}

#[tokio::test]
async fn after_its_rest_one_answer_closes_it() {
    let more = [status(500, &[]), whole(&hello()), status(500, &[]), whole(&hello())];
    let setup = failing(Duration::ZERO, more).await;
    let failed = setup.whole().await.map_err(|fault| fault.code);
    assert_eq!((failed, setup.mode()), (Err(FaultCode::Status), Down), "the trial failed");
    assert!(setup.whole().await.is_ok());
    assert_eq!(setup.mode(), Up);
    assert!(setup.whole().await.is_err(), "one failure does not open it again");
    assert!(setup.whole().await.is_ok());
    assert_eq!(setup.scripted.asked().len(), 6);
}

#[tokio::test]
async fn a_trial_that_is_given_up_lets_the_next_one_try() {
    let setup = failing(Duration::ZERO, [Act::Nothing, whole(&hello())]).await;
    let upstream = setup.upstream.clone();
    let trial = tokio::spawn(async move { upstream.whole(&super::question()).await });
    until("it is asked", async || setup.scripted.asked().len() == 3).await;
    let found = setup.whole().await.map_err(|fault| fault.code);
    assert_eq!(found, Err(FaultCode::Open), "one trial at a time");
    trial.abort();
    assert!(trial.await.is_err_and(|error| error.is_cancelled()));
    assert!(setup.whole().await.is_ok());
}

#[tokio::test]
async fn the_watch_sees_it_come_and_go_when_nobody_asks() {
    let setup = setup([]).await;
    setup.scripted.list_models_with(401);
    let watching = tokio::spawn(watch(setup.upstream.clone()));
    let probes = || setup.scripted.asked_at("/v1/models").len();
    until("it is probed", async || probes() >= 2).await;
    assert_eq!(setup.mode(), Down);
    for (status, mode) in [(200, Up), (503, Down), (200, Up), (403, Down), (200, Up)] {
        setup.scripted.list_models_with(status);
        until("the watch has seen it", async || setup.mode() == mode).await;
    }
    // It is there and has trouble with its list: that says nothing about its answers.
    setup.scripted.list_models_with(500);
    let before = probes();
    until("it is probed again", async || probes() >= before + 2).await;
    assert_eq!(setup.mode(), Up);
    watching.abort();
}

#[tokio::test]
async fn the_watch_leaves_it_alone_while_it_answers() {
    let (go, gate) = oneshot::channel();
    let long = streamed(vec![bytes(say("x")), Step::Wait(gate), bytes(end())]);
    let setup = setup([whole(&hello()), long]).await;
    assert!(setup.whole().await.is_ok());
    let deltas = setup.upstream.stream(&super::question()).await.expect("an answer");
    setup.scripted.list_models_with(503);
    let watching = tokio::spawn(watch(setup.upstream.clone()));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!((setup.scripted.asked_at("/v1/models").len(), setup.mode()), (0, Up));
    go.send(()).expect("the upstream");
    assert_eq!(super::all(deltas).await.1, None);
    until("it is probed again", async || setup.mode() == Down).await;
    watching.abort();
}

#[tokio::test]
async fn the_board_says_that_it_rests_as_long_as_it_does() {
    let setup = failing(Duration::ZERO, [whole(&hello()), status(500, &[])]).await;
    let rests = || setup.store.board().seen().is_upstream_resting;
    assert!(rests());
    assert!(setup.whole().await.is_ok());
    assert!(!rests());
    assert!(setup.whole().await.is_err());
    assert_eq!((rests(), setup.mode()), (false, Down), "one failure is not enough");
}

#[tokio::test]
async fn a_probe_closes_what_rested_and_does_not_make_up_for_failures() {
    let setup = failing(Duration::ZERO, [status(500, &[]), status(500, &[])]).await;
    assert_eq!(setup.upstream.probe().await, Ok(()));
    assert_eq!(setup.mode(), Up);
    let one_more = async || {
        assert!(setup.whole().await.is_err());
        setup.upstream.probe().await.map_err(|fault| fault.code)
    };
    assert_eq!(one_more().await, Ok(()));
    assert_eq!(one_more().await, Ok(()), "the second failure opened it, and this was the trial");
    setup.scripted.list_models_with(503);
    setup.store.board().note_upstream(Down);
    assert_eq!(setup.upstream.probe().await.map_err(|fault| fault.code), Err(FaultCode::Busy));
    assert_eq!(setup.mode(), Down);
}

#[tokio::test]
async fn a_server_without_a_list_of_models_shows_how_it_fares_by_its_answers_alone() {
    let setup = failing(Duration::ZERO, [whole(&hello()), status(500, &[])]).await;
    for status in [404, 405, 410] {
        setup.scripted.list_models_with(status);
        assert_eq!(setup.upstream.probe().await, Ok(()));
        assert_eq!((setup.mode(), setup.upstream.may_be_asked()), (Down, true), "{status}");
    }
    assert!(setup.whole().await.is_ok(), "a question is the trial");
    assert_eq!(setup.mode(), Up);
    assert!(setup.whole().await.is_err());
    assert_eq!(setup.upstream.probe().await, Ok(()));
    assert_eq!(setup.mode(), Down, "that it is there does not make up for an answer that failed");
}

#[tokio::test]
async fn who_rests_is_not_asked() {
    let setup = failing(Duration::from_secs(3600), []).await;
    assert!(!setup.upstream.may_be_asked());
}

#[tokio::test]
async fn an_answer_that_begins_well_and_breaks_off_is_a_failure() {
    let broken = || streamed(vec![bytes(say("x")), Step::Break]);
    let setup = setup_with([broken(), broken()], |settings| {
        settings.breaker.failures = NonZeroU32::new(2).expect("two");
        settings.breaker.rest = Duration::from_secs(3600);
    })
    .await;
    for _ in 0..2 {
        assert!(setup.upstream.may_be_asked());
        assert_eq!(setup.streamed().await.1, Some(FaultCode::Cut));
        assert_eq!(setup.mode(), Down);
    }
    assert!(!setup.upstream.may_be_asked());
    assert!(setup.store.board().seen().is_upstream_resting);
}
