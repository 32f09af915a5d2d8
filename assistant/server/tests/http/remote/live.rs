//! Streams while they flow: who waits for whom, what a client leaves behind that goes away, and the drain.

use std::sync::Arc;
use std::time::Duration;

use assistant::app::{self, App};
use assistant::serve::{listen, serve};
use assistant::web::Limits;
use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tower::ServiceExt as _;

use super::{QUESTION, Remote, Road, remote, remote_with, sending};
use crate::support::contract;
use crate::upstream::scripted::{Act, Step, bytes, end, say, streamed};
use crate::upstream::{LONG, until};

const STREAMS: [Road; 2] = [Road::ChatStream, Road::ResponsesStream];

/// A response of which nothing is read yet.
async fn open(remote: &Remote, road: Road) -> Response {
    let sent = remote.assistant.server.clone().oneshot(sending(road, &road.asking(QUESTION)));
    sent.await.unwrap_or_else(|never| match never {})
}

/// Reads until this was said.
async fn read_until(stream: &mut BodyDataStream, words: &str) -> String {
    let mut read = String::new();
    while !read.contains(words) {
        let next = stream.next().await.expect("more").expect("bytes");
        read += std::str::from_utf8(&next).expect("text");
    }
    read
}

/// An upstream that says `one`, and `two` when it is told to.
fn waiting() -> (oneshot::Sender<()>, Act) {
    let (go, gate) = oneshot::channel();
    (go, streamed(vec![bytes(say("one")), Step::Wait(gate), bytes(say("two")), bytes(end())]))
}

/// An upstream that says `one` and notices when nobody listens any more.
fn lingering() -> (Arc<Notify>, Act) {
    let gone = Arc::new(Notify::new());
    let steps = vec![bytes(say("one")), Step::Linger(Arc::clone(&gone))];
    (gone, streamed(steps))
}

#[tokio::test]
async fn words_are_with_the_client_before_the_next_are_said() {
    for road in STREAMS {
        let (go, act) = waiting();
        let remote = remote([act]).await;
        let response = open(&remote, road).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = response.into_body().into_data_stream();
        let first = read_until(&mut stream, "\"one\"").await;
        assert!(first.find("\"provenance\"") < first.find("\"one\""), "{first}");
        go.send(()).expect("an upstream");
        let rest = read_until(&mut stream, "\"two\"").await;
        assert!(!rest.contains("[DONE]") && !rest.contains("response.completed"), "{rest}");
    }
}

async fn ends(remote: &Remote, receipt: &str) -> Vec<Value> {
    let receipts = super::receipts_of(&remote.assistant, receipt).await;
    receipts.iter().map(|receipt| receipt["closing"]["ended"].clone()).collect()
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_the_call_and_leaves_what_was_received() {
    for road in STREAMS {
        let (gone, act) = lingering();
        let remote = remote([act]).await;
        let response = open(&remote, road).await;
        let receipt = response.headers()["x-speech-receipt"].to_str().expect("an id").to_owned();
        let mut stream = response.into_body().into_data_stream();
        let read = read_until(&mut stream, "\"one\"").await;
        assert_eq!(ends(&remote, &receipt).await, [Value::Null]);
        drop(stream);
        tokio::time::timeout(LONG, gone.notified()).await.expect("the upstream is left");
        until("it is closed", async || ends(&remote, &receipt).await.len() == 2).await;
        assert_eq!(ends(&remote, &receipt).await, [Value::Null, "client_gone".into()]);
        let receipts = super::receipts_of(&remote.assistant, &receipt).await;
        assert_eq!(receipts[1]["closing"]["bytes"], read.len(), "{road:?}");
        until("it is kept", async || !remote.kept().await.is_empty()).await;
        let kept = ("stream".to_owned(), 200, "dropped".to_owned(), say("one"));
        assert_eq!(remote.kept().await, [kept]);
    }
}

#[tokio::test]
async fn a_client_that_goes_away_before_the_first_word_cancels_the_call() {
    for road in super::ROADS {
        let gone = Arc::new(Notify::new());
        let (go, gate) = oneshot::channel();
        let media_type = if road.is_stream() { "text/event-stream" } else { "application/json" };
        let steps = vec![bytes(" "), Step::Wait(gate), Step::Linger(Arc::clone(&gone))];
        let remote = remote([crate::upstream::scripted::typed(media_type, steps)]).await;
        let server = remote.assistant.server.clone();
        let asking = tokio::spawn(server.oneshot(sending(road, &road.asking(QUESTION))));
        until("it is asked", async || !remote.scripted.asked().is_empty()).await;
        go.send(()).expect("an upstream");
        asking.abort();
        tokio::time::timeout(LONG, gone.notified()).await.expect("the upstream is left");
        assert_eq!(remote.assistant.get("/receipts").await.json()["head"]["length"], 0, "{road:?}");
    }
}

#[tokio::test]
async fn a_stream_holds_its_place_until_its_end() {
    for road in STREAMS {
        let (go, act) = waiting();
        let (gone, left) = lingering();
        let limits = Limits { concurrent: 1, ..Limits::default() };
        let remote = remote_with([act, left, road.says("x")], limits, |_| {}).await;
        let mut stream = open(&remote, road).await.into_body().into_data_stream();
        read_until(&mut stream, "\"one\"").await;
        assert_eq!(open(&remote, road).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        go.send(()).expect("an upstream");
        while stream.next().await.is_some() {}
        drop(stream);

        let mut stream = open(&remote, road).await.into_body().into_data_stream();
        read_until(&mut stream, "\"one\"").await;
        assert_eq!(open(&remote, road).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(stream);
        gone.notified().await;
        assert_eq!(open(&remote, road).await.status(), StatusCode::OK, "{road:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_open_at_the_end_of_the_drain_leaves_its_closing_receipt() {
    for road in STREAMS {
        let (_gone, act) = lingering();
        let remote = remote([act]).await;
        let store = remote.assistant.store.clone();
        let limits = Limits { drain: Duration::from_millis(100), ..Limits::default() };
        let app = App::remote(store.clone(), remote.upstream.clone(), limits, contract());
        let server = app::build(app).expect("a table");
        let listener = listen("127.0.0.1:0".parse().expect("an address")).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, server, limits, None, async {
            drop(stopped.await);
        }));
        let mut client = TcpStream::connect(address).await.expect("a connection");
        let body = road.asking(QUESTION).to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            road.path(),
            body.len()
        );
        client.write_all((head + &body).as_bytes()).await.expect("a request");
        let mut read = Vec::new();
        while !String::from_utf8_lossy(&read).contains("\"one\"") {
            assert!(client.read_buf(&mut read).await.expect("bytes") > 0);
        }
        stop.send(()).expect("a server");
        serving.await.expect("an end");
        // As the program does: nothing is written to the database after this.
        store.close().await;
        let again = crate::databases::open(remote.assistant.directory()).await;
        let kept = again.receipts(0, 9).await.expect("receipts");
        let last: Value =
            serde_json::from_str(&kept.last().expect("receipts").receipt).expect("json");
        assert_eq!((kept.len(), &last["closing"]["ended"]), (2, &Value::from("client_gone")));
        client.read_to_end(&mut read).await.expect("an end");
        let read = String::from_utf8_lossy(&read);
        assert!(!read.ends_with("0\r\n\r\n"), "it looks as if it were complete: {read}");
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads_keeps_nothing_from_ending() {
    let road = Road::ChatStream;
    let remote = remote([road.says("x")]).await;
    let response = open(&remote, road).await;
    let receipt = response.headers()["x-speech-receipt"].to_str().expect("an id").to_owned();
    let _: Body = response.into_body();
    until("it is closed", async || ends(&remote, &receipt).await.len() == 2).await;
    assert_eq!(ends(&remote, &receipt).await[1], "client_gone");
}
