//! Slow clients and the end of the server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assistant::app::{self, App};
use assistant::library::document;
use assistant::respond::{Answer, Composed};
use assistant::retrieval::Format;
use assistant::serve::{listen, serve};
use assistant::store::Store;
use assistant::web::Limits;
use speech_exit::Claims;
use speech_kernel::{Authority, SystemMode};
use tokio::sync::{Notify, oneshot};

use crate::support::{By, contract, question_of, store, wire};

/// A server on a real port whose answers take a while, and who tells when one is under way.
struct Served {
    address: String,
    store: Store,
    asked: Arc<Notify>,
    stop: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
}

async fn served(limits: Limits, answer_takes: Duration) -> Served {
    let (store, directory) = store().await;
    let asked = Arc::new(Notify::new());
    let tells = asked.clone();
    let responder = By(move || {
        let tells = tells.clone();
        async move {
            tells.notify_one();
            tokio::time::sleep(answer_takes).await;
            let claims = Claims { authority: Authority::System, system_mode: SystemMode::Full };
            Composed::Answer(Answer::words("slow".to_owned(), claims))
        }
    });
    let app = App::new(store.clone(), Arc::new(responder), limits, contract());
    let server = app::build(app).expect("a table");
    let listener = listen("127.0.0.1:0".parse().expect("an address")).await.expect("a listener");
    let address = listener.local_addr().expect("an address").to_string();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        serve(listener, server, limits, None, async { drop(stopped.await) }).await;
        drop(directory);
    });
    Served { address, store, asked, stop, serving }
}

const SOON: Duration = Duration::from_millis(300);
const LATE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_come_in_too_slowly_are_not_waited_for() {
    let limits = Limits { headers: Duration::from_millis(200), ..Limits::default() };
    let Served { address, stop: _stop, .. } = served(limits, SOON).await;
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

fn ask_at(address: &str) -> tokio::task::JoinHandle<std::io::Result<(u16, String, String)>> {
    let address = address.to_owned();
    tokio::task::spawn_blocking(move || {
        wire(&address, "POST", "/v1/chat/completions", &question_of("hello").to_string())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_finishes_and_nothing_new_is_taken() {
    let served = served(Limits::default(), SOON).await;
    let asking = ask_at(&served.address);
    served.asked.notified().await;
    served.stop.send(()).expect("a server");
    served.serving.await.expect("an end");
    assert!(TcpStream::connect(&served.address).is_err());
    let (status, _, body) = asking.await.expect("a client").expect("an answer");
    assert_eq!(status, 200);
    assert!(body.contains("slow"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drain_has_an_end() {
    let limits = Limits { drain: Duration::from_millis(50), ..Limits::default() };
    let served = served(limits, LATE).await;
    let asking = ask_at(&served.address);
    served.asked.notified().await;
    let started = Instant::now();
    served.stop.send(()).expect("a server");
    served.serving.await.expect("an end");
    assert!(started.elapsed() < LATE / 2);
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_let_go() {
    let limits = Limits { write: Duration::from_millis(100), drain: LATE, ..Limits::default() };
    let served = served(limits, SOON).await;
    let text = "A door is a hole in a wall. ".repeat(70_000);
    let document = document("Doors", text, Format::Text).expect("a document");
    let id = served.store.add_document(&document).await.expect("a store").id;
    let address = served.address.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        let request = format!("GET /v1/library/documents/{id} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        stream.write_all(request.repeat(20).as_bytes()).expect("requests");
        stream.read_exact(&mut [0]).expect("the first byte");
        stream
    });
    let stream = reading.await.expect("a client");
    // Time for the system's buffers to fill, after which the server waits for the client.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let started = Instant::now();
    served.stop.send(()).expect("a server");
    served.serving.await.expect("an end");
    assert!(started.elapsed() < LATE / 2, "the server waited for who does not read");
    drop(stream);
}
