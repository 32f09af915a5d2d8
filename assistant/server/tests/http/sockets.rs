//! Slow clients and the end of the server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assistant::app::{self, App};
use assistant::respond::{Answer, Composed};
use assistant::serve::{listen, serve};
use assistant::web::Limits;
use speech_exit::Claims;
use speech_kernel::{Authority, SystemMode};
use tokio::sync::oneshot;

use crate::support::{By, question_of, store, wire};

/// A server whose answers take a while, on a real port.
async fn served(limits: Limits) -> (String, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (store, directory) = store().await;
    let responder = By(|| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let claims = Claims { authority: Authority::System, system_mode: SystemMode::Full };
        Composed::Answer(Answer { text: "slow".to_owned(), citations: Vec::new(), claims })
    });
    let server = app::build(App::new(store, Arc::new(responder), limits)).expect("a table");
    let listener = listen("127.0.0.1:0".parse().expect("an address")).await.expect("a listener");
    let address = listener.local_addr().expect("an address").to_string();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        serve(listener, server, limits, async { drop(stopped.await) }).await;
        drop(directory);
    });
    (address, stop, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_come_in_too_slowly_are_not_waited_for() {
    let limits = Limits { headers: Duration::from_millis(200), ..Limits::default() };
    let (address, _stop, _serving) = served(limits).await;
    let waited = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: loc").expect("half a request");
        let started = Instant::now();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("an end");
        (started.elapsed(), rest)
    });
    let (waited, rest) = waited.await.expect("a client");
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    assert!(!rest.starts_with(b"HTTP/1.1 2"), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_finishes_and_nothing_new_is_taken() {
    let (address, stop, serving) = served(Limits::default()).await;
    let asking = tokio::task::spawn_blocking({
        let address = address.clone();
        move || wire(&address, "POST", "/v1/chat/completions", &question_of("hello").to_string())
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).expect("a server");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(&address).is_err());
    serving.await.expect("an end");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(asking.is_finished(), "the server ended before its answer");
    let (status, _, body) = asking.await.expect("a client").expect("an answer");
    assert_eq!(status, 200);
    assert!(body.contains("slow"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drain_has_an_end() {
    let limits = Limits { drain: Duration::from_millis(50), ..Limits::default() };
    let (address, stop, serving) = served(limits).await;
    let asking = tokio::task::spawn_blocking(move || {
        wire(&address, "POST", "/v1/chat/completions", &question_of("hello").to_string())
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    stop.send(()).expect("a server");
    serving.await.expect("an end");
    assert!(started.elapsed() < Duration::from_millis(200));
    let _ = asking.await;
}
