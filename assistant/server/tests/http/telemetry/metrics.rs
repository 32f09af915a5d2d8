//! Counters by code.

use std::collections::{BTreeMap, BTreeSet};

use assistant::app;
use assistant::respond::Composed;
use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use speech_exit::{Claims, Cut};
use speech_kernel::{Authority, SystemMode};
use tower::ServiceExt as _;

use super::MARKER;
use super::flowing::{Flowing, Part, end, streamed, words};
use crate::support::{Answer, Assistant, By, assistant, question_of, request, with};

const CHAT: &str = "/v1/chat/completions";

/// Each series with its value.
type Counted = BTreeMap<String, f64>;

/// Reads the text as strictly as the format is written.
fn read(answer: &Answer) -> Counted {
    assert_eq!(answer.status, 200);
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(media_type));
    let text = answer.text.strip_suffix("# EOF\n").expect("the mark of the end");
    let samples = text.lines().filter(|line| {
        let is_about = ["# HELP ", "# TYPE ", "# UNIT "].iter().any(|mark| line.starts_with(mark));
        assert!(is_about || !line.starts_with('#'), "{line}");
        !is_about
    });
    let mut counted = Counted::new();
    for sample in samples {
        let (series, value) = sample.rsplit_once(' ').expect("a value");
        let value = value.parse().expect("a number");
        assert_eq!(counted.insert(series.to_owned(), value), None, "{series} stands twice");
    }
    counted
}

async fn counted(assistant: &Assistant) -> Counted {
    read(&assistant.get("/metrics").await)
}

/// The series of one name.
fn of(counted: &Counted, name: &str) -> BTreeMap<String, f64> {
    let own = counted.iter().filter_map(|(series, value)| {
        let labels = series.strip_prefix(name)?;
        let is_own = labels.is_empty() || labels.starts_with('{');
        is_own.then(|| (labels.to_owned(), *value))
    });
    own.collect()
}

#[track_caller]
fn assert_counted(counted: &Counted, name: &str, expected: &[(&str, f64)]) {
    let expected = expected.iter().map(|(labels, value)| ((*labels).to_owned(), *value));
    assert_eq!(of(counted, name), expected.collect(), "{name}");
}

/// The bytes of a body that is read to its end.
async fn flow(assistant: &Assistant) -> usize {
    let answer = assistant.send(streamed()).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{answer:?}");
    answer.text.len()
}

#[tokio::test]
async fn each_outcome_of_a_request_is_counted_once() {
    let assistant = assistant().await;
    let spoken = assistant.ask("hello").await;
    let denied = assistant.ask_with("hello", json!({ "require": "library" })).await;
    let malformed = assistant.chat(&json!({})).await;
    assistant.get("/v1/nothing").await.assert_error(404, "NOT_FOUND", None);
    assistant.get(CHAT).await.assert_error(405, "METHOD_NOT_ALLOWED", None);
    let counted = counted(&assistant).await;
    assert_counted(
        &counted,
        "speech_verdicts_total",
        &[
            (r#"{verdict="allow",code="none"}"#, 1.0),
            (r#"{verdict="deny",code="CONTEXT_UNAVAILABLE"}"#, 1.0),
            (r#"{verdict="malformed",code="MISSING_FIELD"}"#, 1.0),
        ],
    );
    assert_counted(
        &counted,
        "speech_departures_total",
        &[
            (r#"{action="speak",code="none"}"#, 1.0),
            (r#"{action="refuse",code="CONTEXT_UNAVAILABLE"}"#, 1.0),
            (r#"{action="reject",code="MISSING_FIELD"}"#, 1.0),
            (r#"{action="reject",code="NOT_FOUND"}"#, 1.0),
            (r#"{action="reject",code="METHOD_NOT_ALLOWED"}"#, 1.0),
        ],
    );
    assert_counted(&counted, "speech_endings_total", &[(r#"{ended="complete"}"#, 3.0)]);
    let bytes: usize = [&spoken, &denied, &malformed].iter().map(|sent| sent.text.len()).sum();
    assert_counted(&counted, "speech_sent_bytes_total", &[("", bytes as f64)]);
    assert_counted(
        &counted,
        "http_requests_total",
        &[
            (r#"{route="/v1/chat/completions",method="POST",status="200"}"#, 2.0),
            (r#"{route="/v1/chat/completions",method="POST",status="422"}"#, 1.0),
            (r#"{route="/v1/chat/completions",method="GET",status="405"}"#, 1.0),
            (r#"{route="unmatched",method="GET",status="404"}"#, 1.0),
        ],
    );
}

#[tokio::test]
async fn what_the_rules_of_the_web_refuse_is_counted_at_its_route() {
    let assistant = assistant().await;
    let mut foreign = request(Method::GET, "/v1/library/documents/doc_1", "");
    foreign.headers_mut().insert("host", "evil.example".parse().expect("a header"));
    assistant.send(foreign).await.assert_error(403, "HOST_NOT_ALLOWED", None);
    let connect = assistant.send(request(Method::CONNECT, "localhost:1", "")).await;
    assert_eq!(connect.status, 405);
    let counted = counted(&assistant).await;
    let requests = [
        (r#"{route="/v1/library/documents/{id}",method="GET",status="403"}"#, 1.0),
        (r#"{route="unmatched",method="CONNECT",status="405"}"#, 1.0),
    ];
    assert_counted(&counted, "http_requests_total", &requests);
    let departures = [
        (r#"{action="reject",code="HOST_NOT_ALLOWED"}"#, 1.0),
        (r#"{action="reject",code="METHOD_NOT_ALLOWED"}"#, 1.0),
    ];
    assert_counted(&counted, "speech_departures_total", &departures);
    assert_counted(&counted, "speech_verdicts_total", &[]);
}

#[tokio::test]
async fn a_panic_is_counted_as_what_was_stopped() {
    let panics = || -> std::future::Ready<Composed> { panic!("{MARKER}") };
    let assistant = with(|_| By(panics)).await;
    assert_eq!(assistant.ask("hello").await.status, 500);
    let stopped = [(r#"{action="stop",code="EXIT_UNMARKED"}"#, 1.0)];
    assert_counted(&counted(&assistant).await, "speech_departures_total", &stopped);
}

#[tokio::test]
async fn each_denial_of_the_contract_is_counted_under_its_code() {
    let manifest = include_str!("../../../../../contracts/speech/manifest.json");
    let manifest: Value = serde_json::from_str(manifest).expect("a manifest");
    let codes = manifest["codes"].as_array().expect("codes").iter();
    let promised: BTreeSet<&str> = codes.filter_map(|code| code["code"].as_str()).collect();
    let claims = |authority, system_mode| Claims { authority, system_mode };
    let answer =
        |claims| Composed::Answer(assistant::respond::Answer::words("x".to_owned(), claims));
    let refusal = |claims| Composed::Refusal { text: "no", claims: Some(claims) };
    let mut found = BTreeSet::new();
    for (composed, code) in [
        (answer(claims(Authority::Tool, SystemMode::Full)), "AUTHORITY_MISMATCH"),
        (answer(claims(Authority::System, SystemMode::Minimal)), "MODE_MISREPORTED"),
        (refusal(claims(Authority::System, SystemMode::Full)), "REFUSAL_CLAIMS_AUTHORITY"),
        (answer(claims(Authority::System, SystemMode::Full)), "CONTEXT_UNAVAILABLE"),
    ] {
        let composed = std::sync::Mutex::new(Some(composed));
        let compose = move || {
            let composed = composed.lock().expect("a lock").take().expect("asked once");
            std::future::ready(composed)
        };
        let assistant = with(|_| By(compose)).await;
        let required = if code == "CONTEXT_UNAVAILABLE" { json!("memory") } else { json!([]) };
        let denied = assistant.ask_with("hello", json!({ "require": required })).await;
        denied.assert_refused_for(code);
        let label = format!(r#"{{verdict="deny",code="{code}"}}"#);
        assert_counted(&counted(&assistant).await, "speech_verdicts_total", &[(&label, 1.0)]);
        found.insert(code);
    }
    assert_eq!(found, promised);
}

#[tokio::test]
async fn a_later_segment_of_a_stream_is_counted_as_a_verdict_of_its_own() {
    let lie = Part { authority: Authority::Tool, ..Part::of(vec![words(), end()]) };
    let assistant = with(|_| Flowing(vec![Part::of(vec![words()]), lie])).await;
    let bytes = flow(&assistant).await;
    let counted = counted(&assistant).await;
    let verdicts = [
        (r#"{verdict="allow",code="none"}"#, 1.0),
        (r#"{verdict="deny",code="AUTHORITY_MISMATCH"}"#, 1.0),
    ];
    assert_counted(&counted, "speech_verdicts_total", &verdicts);
    let departures = [(r#"{action="speak",code="none"}"#, 1.0)];
    assert_counted(&counted, "speech_departures_total", &departures);
    assert_counted(&counted, "speech_endings_total", &[(r#"{ended="refused"}"#, 1.0)]);
    assert_counted(&counted, "speech_sent_bytes_total", &[("", bytes as f64)]);
}

#[tokio::test]
async fn a_stream_is_counted_by_how_it_ended() {
    let cut = Err(Cut::new("STREAM_CUT", "the answer broke off before its end"));
    for (text, ended) in [(vec![words(), end()], "complete"), (vec![words(), cut], "cut")] {
        let assistant = with(|_| Flowing(vec![Part::of(text)])).await;
        flow(&assistant).await;
        let label = format!(r#"{{ended="{ended}"}}"#);
        assert_counted(&counted(&assistant).await, "speech_endings_total", &[(&label, 1.0)]);
    }
}

#[tokio::test]
async fn a_stream_is_open_until_its_body_is_gone() {
    let stalled = Part { stalls: true, ..Part::of(vec![words()]) };
    let assistant = with(|_| Flowing(vec![stalled])).await;
    let mut bodies = Vec::new();
    for open in [1.0, 2.0] {
        let response = assistant.server.clone().oneshot(streamed()).await.expect("an answer");
        bodies.push(response.into_body());
        assert_counted(&counted(&assistant).await, "speech_streams_open", &[("", open)]);
    }
    let mut body = bodies.pop().expect("a body");
    let head = body.frame().await.expect("a frame").expect("a frame");
    let sent = head.data_ref().expect("bytes").len();
    drop(body);
    let after = counted(&assistant).await;
    assert_counted(&after, "speech_streams_open", &[("", 1.0)]);
    assert_counted(&after, "speech_endings_total", &[(r#"{ended="client_gone"}"#, 1.0)]);
    assert_counted(&after, "speech_sent_bytes_total", &[("", sent as f64)]);
    // The other was never read, so that the time to its first byte is not known.
    let route = format!(r#"{{route="{CHAT}"}}"#);
    assert_counted(
        &after,
        "http_request_first_byte_seconds_count",
        &[(&route, 1.0), (METRICS, 2.0)],
    );
    assert_counted(&after, "http_request_duration_seconds_count", &[(&route, 1.0), (METRICS, 2.0)]);
}

const METRICS: &str = r#"{route="/metrics"}"#;

#[tokio::test]
async fn the_gauges_say_how_things_stand() {
    let assistant = assistant().await;
    let modes = |full: f64, minimal: f64| {
        let mode = |mode: &str, value| (format!(r#"{{mode="{mode}"}}"#), value);
        BTreeMap::from([mode("full", full), mode("local_power", 0.0), mode("minimal", minimal)])
    };
    assistant.ask("hello").await.assert_answers_as("system");
    let before = counted(&assistant).await;
    assert_eq!(of(&before, "speech_mode"), modes(1.0, 0.0));
    assert_counted(&before, "speech_receipts_length", &[("", 1.0)]);
    assert_counted(&before, "speech_receipts_spooled", &[("", 0.0)]);
    let _held = assistant.hold_the_write_lock().await;
    let document = json!({ "title": "t", "text": "x" });
    assert_eq!(assistant.post("/v1/library/documents", &document).await.status, 503);
    assistant.ask("hello").await.assert_answers_as("system");
    let after = counted(&assistant).await;
    assert_eq!(of(&after, "speech_mode"), modes(0.0, 1.0));
    assert_counted(&after, "speech_receipts_length", &[("", 1.0)]);
    assert_counted(&after, "speech_receipts_spooled", &[("", 1.0)]);
}

/// What a client can put into a request, with `word` wherever there is room for one.
fn hostile(word: &str) -> Vec<Request<Body>> {
    let chat = |body: Value| request(Method::POST, CHAT, body.to_string());
    let mut question = question_of(word);
    question["model"] = json!(word);
    let mut unknown = question_of(word);
    unknown[word] = json!(word);
    let mut required = question_of(word);
    required["metadata"] = json!({ "require": word });
    let mut marked = request(Method::GET, "/status", "");
    for name in ["x-speech-code", "x-speech-receipt", "x-speech-authority", "traceparent"] {
        marked.headers_mut().insert(name, word.parse().expect("a header"));
    }
    let invented = Method::from_bytes(word.as_bytes()).expect("a method");
    let mut requests = vec![
        chat(question),
        chat(unknown),
        chat(required),
        chat(json!(word)),
        request(Method::POST, CHAT, word.to_owned()),
        marked,
        request(invented.clone(), "/status", ""),
        request(invented, &format!("/{word}"), ""),
        request(Method::GET, &format!("/{word}?{word}={word}"), ""),
        request(Method::GET, "/v1/library/documents/%22%7D%0A", ""),
        request(Method::POST, "/v1/enforce", json!({ word: word }).to_string()),
    ];
    for row in app::routes().rows() {
        let path = row.path.replace("{id}", word);
        requests.push(request(row.method.clone(), &path, json!({ word: word }).to_string()));
    }
    requests
}

#[tokio::test]
async fn no_request_makes_a_new_value_of_a_label() {
    let assistant = assistant().await;
    let mut seen = Vec::new();
    for word in [MARKER, "Pterodactylus", "Rhamphorhynchus"] {
        for request in hostile(word) {
            assistant.send(request).await;
        }
        let counted = counted(&assistant).await;
        let series: BTreeSet<String> = counted.into_keys().collect();
        assert!(!series.iter().any(|series| series.contains(word)), "{series:#?}");
        seen.push(series);
    }
    // The first look at the counters is itself counted from the second on.
    assert_eq!(seen[1], seen[2]);
    let added: Vec<&String> = seen[1].difference(&seen[0]).collect();
    assert!(added.iter().all(|series| series.contains("/metrics")), "{added:#?}");
    let codes =
        seen[2].iter().filter_map(|series| series.split_once("code=\"")?.1.split('"').next());
    let is_code =
        |code: &str| code == "none" || code.bytes().all(|b| b == b'_' || b.is_ascii_uppercase());
    assert!(codes.clone().count() > 5 && codes.into_iter().all(is_code), "{seen:#?}");
}
