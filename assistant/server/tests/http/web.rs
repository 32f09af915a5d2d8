//! Which requests are taken at all.

use std::time::{Duration, Instant};

use assistant::app::App;
use assistant::respond::{Answer, Composed};
use assistant::web::Limits;
use axum::body::Body;
use axum::http::{Method, Request};
use speech_exit::Claims;
use speech_kernel::Authority;

use crate::support::{Assistant, By, assistant, contract, limited, question_of, request, store};

fn to_host(uri: &str, hosts: &[&str]) -> Request<Body> {
    let builder = Request::builder().method(Method::GET).uri(uri);
    let builder = hosts.iter().fold(builder, |builder, host| builder.header("host", *host));
    builder.body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn only_names_of_this_machine_are_served() {
    let assistant = assistant().await;
    let own = ["localhost", "LOCALHOST:1", "127.0.0.1:8787", "127.0.0.2", "[::1]", "[::1]:80"];
    for host in own {
        let answer = assistant.send(to_host("/healthz", &[host])).await;
        assert_eq!(answer.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil@localhost",
        "localhost:port",
        "192.0.2.1",
        "",
        "[::2]",
        "local host",
    ] {
        assistant.send(to_host("/healthz", &[host])).await.assert_error(
            403,
            "HOST_NOT_ALLOWED",
            None,
        );
    }
    assistant.send(to_host("/healthz", &["localhost", "localhost"])).await.assert_error(
        403,
        "HOST_NOT_ALLOWED",
        None,
    );
    assistant.send(to_host("/healthz", &[])).await.assert_error(400, "HOST_MISSING", None);
    let absolute = |uri| to_host(uri, &["localhost"]);
    assert_eq!(assistant.send(absolute("http://localhost:1/healthz")).await.status, 200);
    assistant.send(absolute("http://evil.example/healthz")).await.assert_error(
        403,
        "HOST_NOT_ALLOWED",
        None,
    );
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let assistant = assistant().await;
    let ask = |name: &'static str, value: &'static str| {
        let mut request =
            request(Method::POST, "/v1/chat/completions", question_of("hello").to_string());
        request.headers_mut().insert(name, value.parse().expect("a header"));
        assistant.send(request)
    };
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://localhost:9999",
        "http://127.0.0.1",
        "file://",
        "localhost",
    ] {
        ask("origin", origin).await.assert_error(403, "CROSS_SITE", None);
    }
    ask("origin", "http://localhost:8787").await.assert_answers_as("system");
    for site in ["cross-site", "same-site", "x"] {
        ask("sec-fetch-site", site).await.assert_error(403, "CROSS_SITE", None);
    }
    for site in ["same-origin", "none"] {
        ask("sec-fetch-site", site).await.assert_answers_as("system");
    }
}

#[tokio::test]
async fn json_routes_take_json_only() {
    let assistant = assistant().await;
    for path in ["/v1/chat/completions", "/v1/enforce", "/v1/library/documents"] {
        let mut request = request(Method::POST, path, question_of("hello").to_string());
        request.headers_mut().insert("content-type", "text/plain".parse().expect("a header"));
        assistant.send(request).await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE", None);
    }
}

#[tokio::test]
async fn what_is_not_served_is_not_found_and_a_wrong_method_is_told_the_right_ones() {
    let assistant = assistant().await;
    assistant.get("/v1/nothing").await.assert_error(404, "NOT_FOUND", None);
    let answer = assistant.get("/v1/chat/completions").await;
    answer.assert_error(405, "METHOD_NOT_ALLOWED", None);
    assert_eq!(answer.header("allow"), Some("POST"));
}

/// An assistant that takes longer than it may.
async fn slow(limits: Limits) -> Assistant {
    let (store, directory) = store().await;
    let responder = By(|| async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let claims =
            Claims { authority: Authority::System, system_mode: speech_kernel::SystemMode::Full };
        Composed::Answer(Answer::words("x".to_owned(), claims))
    });
    let app = App::new(store, std::sync::Arc::new(responder), limits, contract());
    Assistant::of(app, directory)
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_cut_off() {
    let limits = Limits { answer: Duration::from_millis(50), ..Limits::default() };
    let slow = slow(limits).await;
    let started = Instant::now();
    let answer = slow.ask("hello").await;
    answer.assert_error(503, "ANSWER_TIMEOUT", None);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn who_comes_too_many_is_told_to_come_back() {
    let limits = Limits { concurrent: 1, answer: Duration::from_millis(200), ..Limits::default() };
    let slow = slow(limits).await;
    let asked = question_of("hello");
    let (first, second) = tokio::join!(slow.chat(&asked), slow.chat(&asked));
    first.assert_error(503, "ANSWER_TIMEOUT", None);
    second.assert_error(503, "OVERLOADED", None);
    assert_eq!(second.header("retry-after"), Some("1"));
    slow.ask("hello").await.assert_error(503, "ANSWER_TIMEOUT", None);
}

#[tokio::test]
async fn the_status_is_said_also_to_who_comes_too_many() {
    let limits = Limits { concurrent: 1, answer: Duration::from_millis(200), ..Limits::default() };
    let slow = slow(limits).await;
    let asked = question_of("hello");
    let (answer, refused, status) =
        tokio::join!(slow.chat(&asked), slow.get("/healthz"), slow.get("/status"));
    answer.assert_error(503, "ANSWER_TIMEOUT", None);
    refused.assert_error(503, "OVERLOADED", None);
    assert_eq!((status.status.as_u16(), &status.json()["system_mode"]), (200, &"full".into()));
}

#[tokio::test]
async fn a_body_that_comes_in_too_slowly_is_not_waited_for() {
    let limits = Limits { body: Duration::from_millis(50), ..Limits::default() };
    let assistant = limited(limits).await;
    let never = futures_util::stream::pending::<Result<&'static str, std::io::Error>>();
    let request = request(Method::POST, "/v1/chat/completions", Body::from_stream(never));
    let started = Instant::now();
    assistant.send(request).await.assert_error(408, "BODY_TIMEOUT", None);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_body_of_unknown_length_is_measured_as_it_comes() {
    let assistant = assistant().await;
    let spaces = |count: usize| {
        let pieces =
            std::iter::repeat_n(Ok::<_, std::convert::Infallible>(" ".repeat(1024)), count);
        Body::from_stream(futures_util::stream::iter(pieces))
    };
    for path in ["/v1/chat/completions", "/v1/enforce"] {
        let fits = assistant.send(request(Method::POST, path, spaces(1024))).await;
        assert_eq!(fits.status, 422, "{path}");
        let over = assistant.send(request(Method::POST, path, spaces(1025))).await;
        assert_eq!(over.status, 413, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_of_the_client() {
    let cut = futures_util::stream::iter([Ok("{"), Err(std::io::Error::other("cut"))]);
    let request = request(Method::POST, "/v1/chat/completions", Body::from_stream(cut));
    assistant().await.send(request).await.assert_error(400, "BODY_CUT", None);
}
