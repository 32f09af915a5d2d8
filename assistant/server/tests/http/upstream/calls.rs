//! What is asked, what is taken for an answer, and what is asked again.

use std::time::Duration;

use assistant::upstream::{Delta, FaultCode, Finish, Upstream, Usage};
use serde_json::{Value, json};

use super::scripted::{
    Act, Scripted, Step, bytes, completion, hello, status, streamed, typed, whole,
};
use super::{SECRET, question, settings, setup, setup_with, soon, words};
use crate::support::store;

const USAGE: Delta = Delta::Usage(Usage { prompt: 1, completion: 2, total: 3 });

#[tokio::test]
async fn it_is_asked_as_the_interface_says_and_its_answer_comes_in_types() {
    let setup = setup([whole(&hello())]).await;
    let said = setup.whole().await;
    assert_eq!(said, Ok(vec![words("Hello"), Delta::Finish(Finish::Stop), USAGE, Delta::End]));
    let asked = setup.scripted.asked();
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    let header = |name: &str| asked.headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("authorization"), Some(&*format!("Bearer {SECRET}")));
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(header("accept"), Some("application/json"));
    assert_eq!(header("accept-encoding"), Some("identity"));
    let messages = json!([{ "role": "user", "content": "Hello?" }]);
    assert_eq!(asked.body, json!({ "model": "m", "stream": false, "messages": messages }));
}

#[tokio::test]
async fn a_stream_is_asked_for_with_its_usage() {
    let setup = setup([streamed(vec![bytes(super::scripted::end())])]).await;
    assert_eq!(setup.streamed().await.1, None);
    let asked = setup.scripted.asked().pop().expect("a question");
    assert_eq!(asked.body["stream"], true);
    assert_eq!(asked.body["stream_options"], json!({ "include_usage": true }));
    assert_eq!(asked.headers["accept"], "text/event-stream");
}

#[tokio::test]
async fn the_key_is_in_the_header_and_in_nothing_that_is_shown() {
    let setup = setup([status(401, &[])]).await;
    let fault = setup.whole().await.expect_err("a fault");
    let shown = format!("{:?} {fault} {fault:?} {:?}", setup.upstream, settings("http://h"));
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!shown.contains("from outside"), "{shown}");
    let asked = setup.scripted.asked().pop().expect("a question");
    let with_key: Vec<_> = asked
        .headers
        .iter()
        .filter(|(_, value)| String::from_utf8_lossy(value.as_bytes()).contains(SECRET))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(with_key, ["authorization"]);
    assert!(!asked.body.to_string().contains(SECRET));
    super::until("it is kept", async || !setup.kept().await.is_empty()).await;
    let rows = setup.kept().await;
    assert!(!format!("{rows:?}").contains(SECRET), "{rows:?}");
}

#[tokio::test]
async fn each_response_that_is_no_answer_has_its_code_on_both_roads() {
    let json = |body: &str| typed("application/json", vec![bytes(body)]);
    let events = |body: &str| streamed(vec![bytes(body)]);
    let gzip = |media_type: &str| Act::Send {
        status: 200,
        headers: vec![
            ("content-type", media_type.to_owned()),
            ("content-encoding", "gzip".to_owned()),
        ],
        steps: vec![bytes("x")],
    };
    let large = "x".repeat(4000);
    type Case = (FaultCode, Act, Act);
    let table: Vec<Case> = vec![
        (FaultCode::KeyRefused, status(401, &[]), status(403, &[])),
        (FaultCode::RequestRefused, status(400, &[]), status(422, &[])),
        (FaultCode::Status, status(404, &[]), status(500, &[])),
        (FaultCode::ContentType, typed("text/html", vec![bytes("x")]), json(&hello().to_string())),
        (FaultCode::ContentType, gzip("application/json"), gzip("text/event-stream")),
        (FaultCode::Garbage, json("{"), events("data: {\n\n")),
        (FaultCode::Garbage, json("[]"), events("data: []\n\n")),
        (FaultCode::Garbage, json(""), events("data: \u{0}\n\n")),
        (FaultCode::Error, json(r#"{"error":"x"}"#), events("data: {\"error\":{}}\n\n")),
        (FaultCode::TooLarge, json(&large), events(&format!(": {large}\n\n"))),
        (FaultCode::TooLarge, json(&large), events(&format!("data: {}\n\n", &large[..1500]))),
        (
            FaultCode::Cut,
            typed("application/json", vec![bytes("{"), Step::Break]),
            streamed(vec![bytes(": x\n\n"), Step::Break]),
        ),
        (
            FaultCode::Cut,
            json(&completion(json!({}), "x").to_string().replace("\"x\"", "null")),
            events(""),
        ),
    ];
    for (code, one, other) in table {
        let setup = setup_with([one, other], |settings| {
            settings.limits.body_bytes = 3000;
            settings.limits.event_bytes = 1000;
        })
        .await;
        assert_eq!(setup.whole().await.map_err(|fault| fault.code), Err(code));
        assert_eq!(setup.streamed().await, (Vec::new(), Some(code)));
        assert_eq!(setup.scripted.asked().len(), 2, "{code} is not asked again");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Scripted::new([whole(&hello())]).await;
    let location = format!("{}/chat/completions", elsewhere.url());
    for code in [301, 302, 303, 307, 308] {
        let setup = setup([status(code, &[("location", &location)])]).await;
        let found = setup.whole().await.map_err(|fault| fault.code);
        assert_eq!(found, Err(FaultCode::Redirect), "{code}");
    }
    assert_eq!(elsewhere.asked().len(), 0);
}

#[tokio::test]
async fn whoever_says_nothing_is_too_late() {
    let silent = |media_type| typed(media_type, vec![Step::Linger(std::sync::Arc::default())]);
    for act in [Act::Nothing, silent("application/json")] {
        let setup = setup_with([act], |settings| {
            settings.limits.first_byte = Duration::from_millis(50);
        })
        .await;
        let found = soon(setup.whole()).await.map_err(|fault| fault.code);
        assert_eq!(found, Err(FaultCode::Timeout));
    }
    for act in [Act::Nothing, silent("text/event-stream")] {
        let setup = setup_with([act], |settings| {
            settings.limits.total = Duration::from_millis(50);
        })
        .await;
        assert_eq!(soon(setup.streamed()).await, (Vec::new(), Some(FaultCode::Timeout)));
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let (store, _directory) = store().await;
    // Taken for a moment, so that nobody listens there after it.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    for scheme in ["http", "https"] {
        let settings = settings(&format!("{scheme}://{address}"));
        let upstream = Upstream::new(settings, store.clone()).expect("an upstream");
        let found = upstream.whole(&question()).await.map_err(|fault| fault.code);
        assert_eq!(found, Err(FaultCode::Unreachable), "{scheme}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_without_a_response_is_cut_and_not_asked_again() {
    let (store, _directory) = store().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let upstream = Upstream::new(settings(&url), store).expect("an upstream");
    let calling = tokio::spawn(async move { upstream.whole(&question()).await });
    let (mut stream, _) = listener.accept().await.expect("a connection");
    // To the end of its small body, so that the end is an end and no reset.
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        tokio::io::AsyncReadExt::read_buf(&mut stream, &mut request).await.expect("a request");
    }
    drop(stream);
    let found = calling.await.expect("no panic").map_err(|fault| fault.code);
    assert_eq!(found, Err(FaultCode::Cut));
    // It would be there by now: the call is over.
    let again = std::future::poll_fn(|cx| std::task::Poll::Ready(listener.poll_accept(cx)));
    assert!(again.await.is_pending());
}

#[tokio::test]
async fn a_server_without_tls_is_not_asked_over_tls() {
    let setup = setup([whole(&hello())]).await;
    let settings = settings(&setup.scripted.url().replace("http:", "https:"));
    let upstream = Upstream::new(settings, setup.store.clone()).expect("an upstream");
    let found = upstream.whole(&question()).await.map_err(|fault| fault.code);
    assert_eq!(found, Err(FaultCode::Unreachable));
    assert_eq!(setup.scripted.asked().len(), 0);
}

#[tokio::test]
async fn what_passes_is_asked_again_at_most_twice() {
    let busy = |code| status(code, &[("retry-after", "0")]);
    let setup = setup([busy(503), busy(429), whole(&hello())]).await;
    assert!(setup.whole().await.is_ok());
    let bodies: Vec<Value> = setup.scripted.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]));

    for code in [429, 502, 503, 504] {
        let setup = super::setup((0..4).map(|_| busy(code))).await;
        assert_eq!(setup.streamed().await, (Vec::new(), Some(FaultCode::Busy)), "{code}");
        assert_eq!(setup.scripted.asked().len(), 3, "{code}");
    }
}

#[tokio::test]
async fn who_is_to_come_back_much_later_does_not_wait() {
    for later in ["60", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let setup = setup([status(503, &[("retry-after", later)]), whole(&hello())]).await;
        assert_eq!(setup.whole().await.map_err(|fault| fault.code), Err(FaultCode::Busy));
        assert_eq!(setup.scripted.asked().len(), 1, "{later}");
    }
}

#[tokio::test]
async fn a_refusal_is_a_refusal_in_each_of_its_shapes() {
    let refusal = completion(json!({ "content": null, "refusal": "No." }), "stop");
    let filtered = completion(json!({ "content": "" }), "content_filter");
    let setup = setup([whole(&refusal), whole(&filtered)]).await;
    let no = Delta::Refusal("No.".to_owned());
    let finish = Delta::Finish;
    let said = setup.whole().await;
    assert_eq!(said, Ok(vec![no, finish(Finish::Stop), USAGE, Delta::End]));
    let said = setup.whole().await;
    assert_eq!(said, Ok(vec![finish(Finish::ContentFilter), USAGE, Delta::End]));
}
