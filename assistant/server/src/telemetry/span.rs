//! One span for each answer of a speaking route, in the names of OpenTelemetry's conventions for generative models.

use std::fmt;

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Array, Context, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use speech_exit::receipt::Ended;
use speech_exit::{Departure, Finish};

use super::label;
use super::measured::{Asked, Left};
use super::notes::Noted;

const OPERATION: &str = "chat";
const PROVIDER: &str = "assistant";

/// Where spans go. Clones are the same.
#[derive(Clone)]
pub struct Spans {
    tracer: SdkTracer,
    provider: SdkTracerProvider,
}

impl Spans {
    /// Spans that `provider` takes.
    #[must_use]
    pub fn new(provider: SdkTracerProvider) -> Self {
        let scope = InstrumentationScope::builder(PROVIDER).with_version(env!("CARGO_PKG_VERSION"));
        Self { tracer: provider.tracer_with_scope(scope.build()), provider }
    }

    /// Sends what waits, and takes no more. It gives up after some seconds: nobody waits for a collector.
    pub async fn flush(self) {
        let provider = self.provider;
        // It blocks, and what it waits for needs this thread.
        let flushed = tokio::task::spawn_blocking(move || provider.shutdown()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::warn!("spans were not exported");
        }
    }

    /// Begins a span when the request came, and ends it now.
    pub(super) fn record(&self, asked: &Asked, left: &Left) {
        let noted = asked.notes.so_far();
        let name = match &noted.asked {
            Some(asked) => format!("{OPERATION} {}", asked.model.as_str()),
            None => OPERATION.to_owned(),
        };
        let mut attributes = of_model(&noted, left);
        attributes.extend(of_request(asked, left));
        attributes.extend(of_speech(&noted, left));
        let error = error_type(&noted, left);
        attributes.extend(error.map(|code| KeyValue::new("error.type", code)));
        let builder = SpanBuilder::from_name(name)
            // Of the request that came in, not of a call that went out.
            .with_kind(SpanKind::Server)
            .with_start_time(asked.at)
            .with_attributes(attributes);
        let parent = match &asked.parent {
            Some(parent) => Context::new().with_remote_span_context(parent.clone()),
            None => Context::new(),
        };
        let mut span = self.tracer.build_with_context(builder, &parent);
        if let Some(code) = error {
            span.set_status(Status::error(code));
        }
        span.end_with_timestamp(asked.at + asked.since.elapsed());
    }
}

/// The attributes `gen_ai.*`: names and numbers, no content.
fn of_model(noted: &Noted, left: &Left) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("gen_ai.operation.name", OPERATION),
        KeyValue::new("gen_ai.provider.name", PROVIDER),
    ];
    if let Some(asked) = &noted.asked {
        let model = asked.model.as_str().to_owned();
        attributes.push(KeyValue::new("gen_ai.request.model", model));
        attributes.push(KeyValue::new("gen_ai.request.stream", asked.is_streamed));
        let max_tokens = asked.max_tokens.map(number);
        attributes.extend(max_tokens.map(|max| KeyValue::new("gen_ai.request.max_tokens", max)));
    }
    // What was composed and not spoken has neither an id nor an end, but it has been read and written.
    if left.departure == Some(Departure::Spoken) {
        let id = noted.response.as_ref().map(|id| id.as_str().to_owned());
        attributes.extend(id.map(|id| KeyValue::new("gen_ai.response.id", id)));
        let reason = noted.end.filter(|_| noted.ended.is_none_or(|ended| ended == Ended::Complete));
        let reason = reason.map(|end| Value::Array(Array::String(vec![finish_reason(end.finish)])));
        attributes
            .extend(reason.map(|reason| KeyValue::new("gen_ai.response.finish_reasons", reason)));
    }
    if let Some(usage) = noted.end.and_then(|end| end.usage) {
        attributes.push(KeyValue::new("gen_ai.usage.input_tokens", number(usage.input)));
        attributes.push(KeyValue::new("gen_ai.usage.output_tokens", number(usage.output)));
    }
    attributes
}

fn of_request(asked: &Asked, left: &Left) -> [KeyValue; 3] {
    [
        KeyValue::new("http.request.method", label::method(&asked.method)),
        KeyValue::new("http.response.status_code", i64::from(left.status.as_u16())),
        KeyValue::new("http.route", left.route),
    ]
}

/// What was decided and what was done, apart: what was decided about a stream is what was decided last.
fn of_speech(noted: &Noted, left: &Left) -> Vec<KeyValue> {
    let denied_later = noted.later.filter(|later| later.code.is_some());
    let departure = match denied_later {
        Some(later) => later.code.map(Departure::Denied),
        None => left.departure,
    };
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let constant = |value: Option<&'static str>| value.map(Value::from);
    [
        ("speech.verdict", constant(departure.map(Departure::verdict))),
        ("speech.action", constant(departure.map(Departure::action))),
        ("speech.code", constant(departure.and_then(Departure::code))),
        ("speech.authority", text(&left.authority)),
        ("speech.mode", text(&left.mode)),
        ("speech.receipt", text(&left.receipt)),
        ("speech.segments", Some(i64::from(noted.segments).into())),
        ("speech.ended", constant(noted.ended.map(label::ended))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(KeyValue::new(name, value?)))
    .collect()
}

/// A refusal is an answer. An error is what was not answered, or broke off.
fn error_type(noted: &Noted, left: &Left) -> Option<&'static str> {
    match left.departure? {
        Departure::Spoken | Departure::Denied(_) | Departure::Silent => {
            noted.ended.filter(|ended| *ended == Ended::Cut).map(label::ended)
        }
        departure @ (Departure::Malformed(_)
        | Departure::Unavailable(_)
        | Departure::Rejected(_)
        | Departure::Stopped) => departure.code(),
    }
}

fn finish_reason(finish: Finish) -> StringValue {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Calls => "tool_calls",
    }
    .into()
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl fmt::Debug for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans").finish_non_exhaustive()
    }
}
