//! One span for each answer of a speaking route.

use std::sync::{Arc, Mutex};

use assistant::app::{self, App};
use assistant::respond::Responder;
use assistant::telemetry::Spans;
use assistant::web::Limits;
use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use opentelemetry::Value;
use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use serde_json::json;
use speech_exit::{Cut, Voice};
use speech_kernel::Authority;
use tower::ServiceExt as _;

use super::MARKER;
use super::collector::Attributes;
use super::flowing::{Flowing, Part, end, streamed, words};
use crate::support::{Assistant, contract, question_of, request, store};

/// The spans that ended so far.
#[derive(Debug, Clone, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Ended {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("a lock").extend(batch);
        Ok(())
    }
}

impl Ended {
    /// All of them, each looked through for words.
    fn all(&self) -> Vec<SpanData> {
        let all = self.0.lock().expect("a lock").clone();
        assert!(!format!("{all:?}").contains(MARKER), "{all:#?}");
        all
    }

    #[track_caller]
    fn one(&self) -> SpanData {
        let all = self.all();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.into_iter().next().expect("one")
    }
}

async fn traced(responder: Option<Flowing>) -> (Assistant, Ended) {
    let (store, directory) = store().await;
    let app = match responder {
        Some(flowing) => {
            let responder: Arc<dyn Responder> = Arc::new(flowing);
            App::new(store, responder, Limits::default(), contract())
        }
        None => App::embedded(store, Limits::default(), contract()),
    };
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(ended.clone()).build();
    let mut assistant = Assistant::of(app, directory);
    assistant.server = assistant.server.exporting(Some(Spans::new(provider)));
    (assistant, ended)
}

fn attributes(span: &SpanData) -> Attributes {
    let text = |value: &Value| value.to_string().replace('"', "");
    let each = span.attributes.iter().map(|each| (each.key.to_string(), text(&each.value)));
    each.collect()
}

/// The attributes, and no others; those that are drawn at random are looked at for their form alone.
#[track_caller]
fn assert_attributes(span: &SpanData, expected: &[(&str, &str)]) {
    let mut found = attributes(span);
    for (name, prefix) in [("gen_ai.response.id", "chatcmpl-"), ("speech.receipt", "rcpt_")] {
        if let Some(value) = found.get_mut(name) {
            assert!(value.starts_with(prefix), "{value}");
            *value = "drawn".to_owned();
        }
    }
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    assert_eq!(found, expected.iter().map(text).collect());
}

#[tokio::test]
async fn a_whole_answer_is_told_in_names_and_numbers() {
    let (assistant, ended) = traced(None).await;
    let mut question = question_of(&format!("what is {MARKER}?"));
    question["max_tokens"] = json!(64);
    let answer = assistant.chat(&question).await;
    let usage = answer.json()["usage"].clone();
    let span = ended.one();
    assert_eq!((span.name.as_ref(), span.span_kind.clone()), ("chat m", SpanKind::Server));
    assert_eq!((span.parent_span_id, span.status.clone()), (SpanId::INVALID, Status::Unset));
    assert!(span.start_time <= span.end_time);
    let text = |name: &str| usage[name].to_string();
    let (input, output) = (text("prompt_tokens"), text("completion_tokens"));
    assert_attributes(
        &span,
        &[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "assistant"),
            ("gen_ai.request.model", "m"),
            ("gen_ai.request.stream", "false"),
            ("gen_ai.request.max_tokens", "64"),
            ("gen_ai.response.id", "drawn"),
            ("gen_ai.response.finish_reasons", "[stop]"),
            ("gen_ai.usage.input_tokens", &input),
            ("gen_ai.usage.output_tokens", &output),
            ("http.request.method", "POST"),
            ("http.response.status_code", "200"),
            ("http.route", "/v1/chat/completions"),
            ("speech.verdict", "allow"),
            ("speech.action", "speak"),
            ("speech.authority", "system"),
            ("speech.mode", "full"),
            ("speech.receipt", "drawn"),
            ("speech.segments", "1"),
        ],
    );
    let named = attributes(&span);
    assert_eq!(answer.header("x-speech-receipt"), Some(named["speech.receipt"].as_str()));
    assert_eq!(answer.json()["id"], named["gen_ai.response.id"].as_str());
}

#[tokio::test]
async fn a_refusal_is_told_with_verdict_and_action_apart_and_is_no_error() {
    let (assistant, ended) = traced(None).await;
    let denied = assistant.ask_with(MARKER, json!({ "require": "library" })).await;
    denied.assert_refused_for("CONTEXT_UNAVAILABLE");
    let span = ended.one();
    let named = attributes(&span);
    assert_eq!(span.status, Status::Unset);
    for (name, value) in [
        ("speech.verdict", "deny"),
        ("speech.action", "refuse"),
        ("speech.code", "CONTEXT_UNAVAILABLE"),
        ("speech.authority", "none"),
    ] {
        assert_eq!(named.get(name).map(String::as_str), Some(value), "{named:?}");
    }
    for name in ["error.type", "gen_ai.response.id", "gen_ai.response.finish_reasons"] {
        assert_eq!(named.get(name), None, "{named:?}");
    }
}

#[tokio::test]
async fn what_is_not_answered_is_an_error_with_its_code() {
    let (assistant, ended) = traced(None).await;
    assistant.chat(&json!({ "model": "m", MARKER: MARKER })).await;
    let span = ended.one();
    assert_eq!((span.name.as_ref(), span.status.clone()), ("chat", Status::error("MISSING_FIELD")));
    assert_attributes(
        &span,
        &[
            ("error.type", "MISSING_FIELD"),
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "assistant"),
            ("http.request.method", "POST"),
            ("http.response.status_code", "422"),
            ("http.route", "/v1/chat/completions"),
            ("speech.verdict", "malformed"),
            ("speech.action", "reject"),
            ("speech.code", "MISSING_FIELD"),
            ("speech.receipt", "drawn"),
            ("speech.segments", "0"),
        ],
    );
}

#[tokio::test]
async fn routes_that_do_not_speak_have_no_span() {
    let (assistant, ended) = traced(None).await;
    for row in app::routes().rows() {
        if row.voice != Voice::Speaks {
            assistant.send(request(row.method.clone(), row.path, "{}")).await;
        }
    }
    assistant.get("/v1/chat/completions").await.assert_error(405, "METHOD_NOT_ALLOWED", None);
    assistant.get(&format!("/{MARKER}")).await.assert_error(404, "NOT_FOUND", None);
    assert_eq!(ended.all().len(), 0);
    assistant.post("/v1/responses", &json!({ "model": "n", "input": MARKER })).await;
    assert_eq!(ended.one().name, "chat n");
}

#[tokio::test]
async fn the_span_of_a_stream_ends_with_its_body() {
    let parts = vec![Part::of(vec![words()]), Part::of(vec![words(), end()])];
    let (assistant, ended) = traced(Some(Flowing(parts))).await;
    let response = assistant.server.clone().oneshot(streamed()).await.expect("an answer");
    let mut body = response.into_body();
    let mut frames = 0;
    while let Some(frame) = body.frame().await {
        frame.expect("a frame");
        frames += 1;
        // The last frame is given before it is known that it is the last.
        assert!(ended.all().is_empty(), "after {frames} frames");
    }
    assert!(frames > 4, "{frames}");
    let span = ended.one();
    assert_attributes(
        &span,
        &[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "assistant"),
            ("gen_ai.request.model", "m"),
            ("gen_ai.request.stream", "true"),
            ("gen_ai.response.id", "drawn"),
            ("gen_ai.response.finish_reasons", "[length]"),
            ("gen_ai.usage.input_tokens", "3"),
            ("gen_ai.usage.output_tokens", "5"),
            ("http.request.method", "POST"),
            ("http.response.status_code", "200"),
            ("http.route", "/v1/chat/completions"),
            ("speech.verdict", "allow"),
            ("speech.action", "speak"),
            ("speech.authority", "system"),
            ("speech.mode", "full"),
            ("speech.receipt", "drawn"),
            ("speech.segments", "2"),
            ("speech.ended", "complete"),
        ],
    );
    drop(body);
    ended.one();
}

#[tokio::test]
async fn a_stream_that_is_denied_later_or_cut_or_left_says_so() {
    let lie = Part { authority: Authority::Tool, ..Part::of(vec![words(), end()]) };
    let cut = Err(Cut::new("STREAM_CUT", "the answer broke off before its end"));
    let stalled = Part { stalls: true, ..Part::of(vec![words()]) };
    type Told<'a> = [(&'a str, Option<&'a str>); 6];
    let told = |verdict, action, code, ended, segments, error| -> Told<'_> {
        [
            ("speech.verdict", Some(verdict)),
            ("speech.action", Some(action)),
            ("speech.code", code),
            ("speech.ended", Some(ended)),
            ("speech.segments", Some(segments)),
            ("error.type", error),
        ]
    };
    let denied = Some("AUTHORITY_MISMATCH");
    for (parts, expected) in [
        (vec![Part::of(vec![words()]), lie], told("deny", "refuse", denied, "refused", "2", None)),
        (vec![Part::of(vec![words(), cut])], told("allow", "speak", None, "cut", "1", Some("cut"))),
        (vec![stalled], told("allow", "speak", None, "client_gone", "1", None)),
    ] {
        let stays = !parts[0].stalls;
        let (assistant, ended) = traced(Some(Flowing(parts))).await;
        let response = assistant.server.clone().oneshot(streamed()).await.expect("an answer");
        let mut body = response.into_body();
        body.frame().await.expect("a frame").expect("a frame");
        if stays {
            body.collect().await.expect("the rest");
        } else {
            assert!(ended.all().is_empty());
            drop(body);
        }
        let span = ended.one();
        let named = attributes(&span);
        for (name, value) in expected {
            assert_eq!(named.get(name).map(String::as_str), value, "{name} {named:#?}");
        }
        assert_eq!(matches!(span.status, Status::Error { .. }), named.contains_key("error.type"));
        assert_eq!(named.get("gen_ai.response.finish_reasons"), None);
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn within(parents: &[String]) -> Request<Body> {
    let mut request =
        request(Method::POST, "/v1/chat/completions", question_of("hello").to_string());
    for parent in parents {
        request.headers_mut().append("traceparent", parent.parse().expect("a header"));
    }
    request.headers_mut().append("tracestate", format!("a={MARKER}").parse().expect("a header"));
    request
}

#[tokio::test]
async fn the_parent_is_the_one_that_the_request_names() {
    let (assistant, ended) = traced(None).await;
    assistant.send(within(&[format!("00-{TRACE}-{SPAN}-01")])).await.assert_answers_as("system");
    let span = ended.one();
    assert_eq!(span.span_context.trace_id(), TraceId::from_hex(TRACE).expect("an id"));
    assert_eq!(span.parent_span_id, SpanId::from_hex(SPAN).expect("an id"));
    assert!(span.parent_span_is_remote);
}

#[tokio::test]
async fn a_parent_that_is_not_sampled_has_no_span_exported() {
    let (assistant, ended) = traced(None).await;
    assistant.send(within(&[format!("00-{TRACE}-{SPAN}-00")])).await.assert_answers_as("system");
    assert!(ended.all().is_empty());
}

#[tokio::test]
async fn a_parent_that_cannot_be_read_is_none_and_changes_no_answer() {
    let one = format!("00-{TRACE}-{SPAN}-01");
    for parents in [
        vec![format!("00-{}-{SPAN}-01", TRACE.to_uppercase())],
        vec![format!("00-{TRACE}-{SPAN}-01-{MARKER}")],
        vec![one.clone(), one],
    ] {
        let (assistant, ended) = traced(None).await;
        assistant.send(within(&parents)).await.assert_answers_as("system");
        let span = ended.one();
        assert_eq!(span.parent_span_id, SpanId::INVALID, "{parents:?}");
        assert_ne!(span.span_context.trace_id().to_string(), TRACE);
    }
}
