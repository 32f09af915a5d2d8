//! What types cannot stop, the guard does.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{ALLOW, LOCATION, RETRY_AFTER};
use axum::http::{Extensions, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, post};
use serde_json::json;
use speech_exit::{
    Claims, Draft, Effect, Envelope, Exit, Guard, Notice, Recorder, Refused, Routes, Spoken,
    TableError, speak,
    strict::{At, FaultCode, read},
};
use speech_kernel::{Authority, SystemMode};
use tower::{Layer, ServiceExt};

use crate::serve::{Answer, get, send};

const READS: Effect = Effect::Reads("a test");

fn exit() -> Exit {
    Exit::new(|| SystemMode::Full, [])
}

async fn truth(recorder: Recorder) -> Result<Spoken, Refused> {
    let claims = Claims { authority: Authority::System, system_mode: SystemMode::Full };
    let draft = Draft::answer(Envelope::Plain, &json!({ "text": "the truth" }), claims);
    speak(draft, recorder.seal())
}

async fn health() -> &'static str {
    "up"
}

fn table() -> Routes<()> {
    Routes::new().speaks(Method::GET, "/truth", READS, truth).silent(
        Method::GET,
        "/health",
        "one fixed word",
        READS,
        health,
    )
}

fn served(layers: impl FnOnce(Router) -> Router) -> Guard<Router> {
    table().guarded((), &exit(), layers).expect("a table")
}

/// A server in which one layer does as it likes with what the routes return.
fn tampered<F>(tamper: F) -> Guard<Router>
where
    F: Fn(Response) -> Response + Clone + Send + Sync + 'static,
{
    served(|router| {
        router.layer(axum::middleware::map_response(move |response: Response| {
            let tamper = tamper.clone();
            async move { tamper(response) }
        }))
    })
}

#[track_caller]
fn assert_unmarked(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{answer:?}");
    assert_eq!(answer.error_code(), "EXIT_UNMARKED");
    assert_eq!(answer.header("x-should-retry"), Some("false"));
    assert!(!answer.text.contains("lie") && !answer.text.contains("truth"), "{answer:?}");
}

#[track_caller]
fn assert_fixed(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!((answer.status, answer.error_code().as_str()), (status, code), "{answer:?}");
    assert!(!answer.text.contains("lie"), "{answer:?}");
}

#[tokio::test]
async fn what_was_judged_leaves() {
    let answer = get(served(|router| router), "/truth").await;
    assert_eq!(answer.json()["text"], "the truth");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn another_body_beside_the_slot_is_not_sent() {
    let server = tampered(|response| {
        let (parts, _) = response.into_parts();
        Response::from_parts(parts, Body::from("a lie"))
    });
    assert_unmarked(&get(server, "/truth").await);
}

#[tokio::test]
async fn another_status_or_header_beside_the_slot_is_not_sent() {
    let server = tampered(|mut response| {
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response.headers_mut().insert("x-speech-authority", "tool".parse().expect("a value"));
        response.headers_mut().insert("x-aside", "a lie".parse().expect("a value"));
        response
    });
    let answer = get(server, "/truth").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("x-speech-authority"), Some("system"));
    assert_eq!(answer.header("x-aside"), None);
}

#[tokio::test]
async fn a_body_without_its_slot_is_not_sent() {
    let server = tampered(|mut response| {
        response.extensions_mut().clear();
        response
    });
    assert_unmarked(&get(server, "/truth").await);
}

/// Keeps the extensions of the first response and puts them on every later one.
fn replayed() -> Guard<Router> {
    let kept: Arc<Mutex<Option<Extensions>>> = Arc::default();
    tampered(move |mut response| {
        let mut kept = kept.lock().expect("no panic");
        match &*kept {
            Some(extensions) => *response.extensions_mut() = extensions.clone(),
            None => *kept = Some(response.extensions().clone()),
        }
        response
    })
}

#[tokio::test]
async fn a_copied_slot_answers_once() {
    let server = replayed();
    assert_eq!(get(server.clone(), "/truth").await.status, StatusCode::OK);
    assert_unmarked(&get(server, "/truth").await);
}

#[tokio::test]
async fn a_response_kept_for_another_request_is_not_sent() {
    let kept: Arc<Mutex<Option<Response>>> = Arc::default();
    let server = tampered(move |response| {
        let earlier = kept.lock().expect("no panic").replace(response);
        earlier.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
    });
    assert_fixed(&get(server.clone(), "/truth").await, StatusCode::NOT_FOUND, "NOT_FOUND");
    assert_unmarked(&get(server, "/truth").await);
}

#[tokio::test]
async fn a_silent_response_has_no_room_for_another_body() {
    let server = tampered(|response| response.map(|_| Body::from("a lie")));
    assert_unmarked(&get(server, "/health").await);
}

#[tokio::test]
async fn silence_does_not_pass_to_another_route() {
    let server = served(|router| {
        let silent = router.clone();
        let lie = move |mut request: Request| async move {
            *request.uri_mut() = "/health".parse().expect("a path");
            let Ok(response) = silent.oneshot(request).await;
            response.map(|_| Body::from("a lie"))
        };
        router.route("/aside", axum::routing::get(lie))
    });
    assert_unmarked(&get(server, "/aside").await);
}

#[tokio::test]
async fn a_silent_response_serves_its_own_request_only() {
    let server = replayed();
    assert_eq!(get(server.clone(), "/health").await.text, "up");
    let answer = get(server.clone(), "/health").await;
    assert_unmarked(&answer);
    assert_unmarked(&get(server, "/truth").await);
}

#[tokio::test]
async fn a_middleware_that_answers_says_nothing() {
    async fn lie(_: Request, _: Next) -> &'static str {
        "a lie"
    }
    for path in ["/truth", "/health", "/nowhere"] {
        assert_unmarked(&get(served(|router| router.layer(from_fn(lie))), path).await);
    }
}

#[tokio::test]
async fn a_route_outside_the_table_says_nothing() {
    let server = served(|router| router.route("/aside", axum::routing::get(|| async { "a lie" })));
    assert_unmarked(&get(server, "/aside").await);
}

#[tokio::test]
async fn a_redirect_says_nothing() {
    let server = tampered(|_| Redirect::to("/a-lie").into_response());
    let answer = get(server, "/truth").await;
    assert_unmarked(&answer);
    assert_eq!(answer.header(LOCATION.as_str()), None);
}

#[tokio::test]
async fn a_panic_says_nothing() {
    async fn panics(_recorder: Recorder) -> Result<Spoken, Refused> {
        panic!("a lie")
    }
    let table = Routes::new().speaks(Method::GET, "/", READS, panics);
    assert_unmarked(&get(table.guarded((), &exit(), |router| router).expect("a table"), "/").await);
}

#[tokio::test]
async fn a_second_recorder_is_not_to_be_had() {
    async fn two(first: Recorder, second: Recorder) -> Result<Spoken, Refused> {
        drop(second);
        truth(first).await
    }
    let table = Routes::new().speaks(Method::GET, "/", READS, two);
    let answer = get(table.guarded((), &exit(), |router| router).expect("a table"), "/").await;
    assert_fixed(&answer, StatusCode::INTERNAL_SERVER_ERROR, "RECORDER_TAKEN");
}

#[tokio::test]
async fn without_a_guard_there_are_no_bytes() {
    let unguarded: Router =
        Router::new().route("/", axum::routing::get(speech_exit::speaks(truth)));
    assert_eq!(get(unguarded, "/").await.text, "");
}

#[tokio::test]
async fn a_path_that_is_not_served_keeps_its_status() {
    let answer = get(served(|router| router), "/nowhere").await;
    assert_fixed(&answer, StatusCode::NOT_FOUND, "NOT_FOUND");
}

#[tokio::test]
async fn a_method_that_is_not_served_keeps_its_list_of_methods() {
    for path in ["/truth", "/health"] {
        let request = Request::post(path).body(Body::empty()).expect("a request");
        let answer = send(served(|router| router), request).await;
        assert_fixed(&answer, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header(ALLOW.as_str()), Some("GET,HEAD"));
    }
}

#[tokio::test]
async fn a_rejected_extraction_keeps_its_status_and_not_its_words() {
    async fn takes_a_body(recorder: Recorder, _: Bytes) -> Result<Spoken, Refused> {
        truth(recorder).await
    }
    let server = Routes::new()
        .speaks(Method::POST, "/", READS, takes_a_body)
        .guarded((), &exit(), |router| router.layer(DefaultBodyLimit::max(4)))
        .expect("a table");
    let request = Request::post("/").body(Body::from("a lie")).expect("a request");
    assert_fixed(&send(server, request).await, StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE");
}

#[tokio::test]
async fn an_overloaded_server_may_say_when_to_come_back() {
    let with = |seconds: &'static str| {
        let answer = (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)], "a lie");
        tampered(move |_| answer.clone().into_response())
    };
    let answer = get(with("7"), "/truth").await;
    assert_fixed(&answer, StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    assert_eq!(answer.header(RETRY_AFTER.as_str()), Some("7"));
    for words in ["a lie", "1 lie", "99999999999999999999"] {
        assert_eq!(get(with(words), "/truth").await.header(RETRY_AFTER.as_str()), None);
    }
}

#[tokio::test]
async fn a_list_of_methods_has_no_room_for_words() {
    let with = |list: &'static str| {
        let answer = (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, list)]);
        tampered(move |_| answer.clone().into_response())
    };
    assert_eq!(get(with("GET, POST"), "/truth").await.header(ALLOW.as_str()), Some("GET,POST"));
    for words in ["THE ANSWER IS A LIE", "GET, LIE", "get", ""] {
        assert_eq!(get(with(words), "/truth").await.header(ALLOW.as_str()), None, "{words}");
    }
}

#[tokio::test]
async fn no_handler_gets_the_connection_itself() {
    let route = axum::routing::on(MethodFilter::CONNECT, speech_exit::speaks(truth));
    let server = exit().layer(Router::<()>::new().route("/truth", route));
    let connect = Request::connect("/truth").body(Body::empty()).expect("a request");
    let answer = send(server, connect).await;
    assert_fixed(&answer, StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED");
    let table = table().speaks(Method::CONNECT, "/connection", READS, truth);
    let refused = table.guarded((), &exit(), |router| router).err();
    assert_eq!(refused, Some(TableError::BadMethod("CONNECT".into())));
    async fn switches() -> StatusCode {
        StatusCode::SWITCHING_PROTOCOLS
    }
    let table = Routes::new().silent(Method::GET, "/", "none", READS, switches);
    assert_unmarked(&get(table.guarded((), &exit(), |router| router).expect("a table"), "/").await);
}

#[tokio::test]
async fn an_error_quotes_a_short_piece_of_the_input_and_no_more() {
    async fn quotes(_recorder: Recorder) -> Result<Spoken, Refused> {
        let composed = "a lie ".repeat(1_000);
        let text = json!({ composed.clone(): { composed.clone(): composed } }).to_string();
        let node = read(text.as_bytes()).expect("a text");
        let (_, outer) = At::root(&node).members().expect("members").iter().next().expect("one");
        let (_, inner) = outer.members().expect("members").iter().next().expect("one");
        Err(Refused::Malformed(inner.fault(FaultCode::WrongType, "nothing of the kind").into()))
    }
    let table = Routes::new().speaks(Method::GET, "/", READS, quotes);
    let answer = get(table.guarded((), &exit(), |router| router).expect("a table"), "/").await;
    assert_eq!(answer.error_code(), "WRONG_TYPE");
    assert!(answer.text.len() < 900, "{}", answer.text.len());
}

#[tokio::test]
async fn a_notice_leaves_as_it_is_and_is_never_a_success() {
    async fn notice(_recorder: Recorder) -> Result<Spoken, Refused> {
        Err(Refused::Unavailable(Notice::new(StatusCode::OK, "STORE_DOWN", "the store is down")))
    }
    let table = Routes::new().speaks(Method::GET, "/", READS, notice);
    let answer = get(table.guarded((), &exit(), |router| router).expect("a table"), "/").await;
    assert_fixed(&answer, StatusCode::INTERNAL_SERVER_ERROR, "STORE_DOWN");
}

#[tokio::test]
async fn a_guard_around_any_router_holds_it() {
    let router: Router = Router::new()
        .route("/truth", post(speech_exit::speaks(truth)))
        .route("/aside", post(|| async { "a lie" }));
    let server = exit().layer(router);
    let ask = |path: &str| Request::post(path).body(Body::empty()).expect("a request");
    assert_eq!(send(server.clone(), ask("/truth")).await.json()["text"], "the truth");
    assert_unmarked(&send(server, ask("/aside")).await);
}

#[test]
fn a_table_names_each_method_and_path_once() {
    let refused = |path: &'static str| {
        let table = table().speaks(Method::GET, path, READS, truth);
        table.guarded((), &exit(), |router| router).err()
    };
    assert!(matches!(refused("/truth"), Some(TableError::Twice(_))));
    for path in ["truth", "/a//b", "/a/", "/{}", "/a/{b", "/a b", "/{*rest}", "/%41", ""] {
        assert_eq!(refused(path), Some(TableError::BadPath(path.into())), "{path}");
    }
    assert_eq!(refused("/a/{b}/c-d_e.f"), None);
}

#[test]
fn two_names_for_one_segment_clash() {
    let table = table().speaks(Method::GET, "/a/{one}", READS, truth).speaks(
        Method::POST,
        "/a/{other}",
        READS,
        truth,
    );
    assert!(table.guarded((), &exit(), |router| router).is_err());
}
