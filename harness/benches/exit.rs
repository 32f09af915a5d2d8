//! Recorder, verdict and guard, beside a whole chat completion over the sample library.

use std::convert::Infallible;
use std::sync::Arc;

use assistant::app::{self, App};
use assistant::library::add_samples;
use assistant::status::{Board, StatusContract};
use assistant::store::Store;
use assistant::web::Limits;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use axum::routing::get;
use divan::Bencher;
use http::{Method, Request};
use serde_json::{Value, json};
use speech_benches::streams::Forgetful;
use speech_exit::{
    Claims, Draft, Effect, Envelope, Exit, Label, Recorder, Refused, Routes, Sourced, Spoken, speak,
};
use speech_kernel::{Authority, SystemMode};
use tokio::runtime::Runtime;
use tower::{Service, ServiceExt};

fn main() {
    divan::main();
}

const QUESTION: &str = "What are the three requirements for a reference monitor?";

/// The body of a completion such as the assistant gives, with nothing composed.
fn completion() -> Value {
    let text = "A reference monitor decides on every access. ".repeat(8);
    let citation = json!({ "type": "url_citation", "url_citation":
        { "start_index": 0, "end_index": 3, "title": "Reference monitors", "url": "/v1/library" } });
    let message = json!({ "role": "assistant", "content": text, "refusal": null,
        "annotations": [citation, citation, citation] });
    json!({ "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": "stop" }] })
}

async fn recorded_and_spoken(mut recorder: Recorder) -> Result<Spoken, Refused> {
    for document in ["doc_1", "doc_2", "doc_3"] {
        let text = Sourced::new(Label::library(), Some(document.into()), "words".to_owned());
        let _words = text.map(|text| recorder.admit(text));
    }
    let claims = Claims { authority: Authority::Memory, system_mode: SystemMode::Full };
    speak(Draft::answer(Envelope::Plain, &completion(), claims), recorder.seal())
}

async fn without_an_exit() -> String {
    completion().to_string()
}

fn ask<S>(runtime: &Runtime, server: S, request: Request<Body>) -> usize
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    runtime.block_on(async {
        let Ok(response) = server.oneshot(request).await;
        assert!(response.status().is_success());
        to_bytes(response.into_body(), usize::MAX).await.map_or(0, |bytes| bytes.len())
    })
}

fn spoken_through(bencher: Bencher<'_, '_>, exit: &Exit) {
    let table: Routes<()> = Routes::new();
    let table = table.speaks(Method::GET, "/", Effect::Reads("a benchmark"), recorded_and_spoken);
    let server = table.guarded((), exit, |router| router);
    let (Ok(runtime), Ok(server)) = (Runtime::new(), server) else { return };
    bencher.bench_local(|| ask(&runtime, server.clone(), Request::new(Body::empty())));
}

#[divan::bench(sample_count = 1_000)]
fn route_with_an_exit(bencher: Bencher<'_, '_>) {
    spoken_through(bencher, &Exit::new(|| SystemMode::Full, []));
}

#[divan::bench(sample_count = 1_000)]
fn route_with_an_exit_and_receipts(bencher: Bencher<'_, '_>) {
    let exit = Exit::new(|| SystemMode::Full, []).keeping(Arc::new(Forgetful));
    spoken_through(bencher, &exit);
}

#[divan::bench(sample_count = 1_000)]
fn route_without_an_exit(bencher: Bencher<'_, '_>) {
    let server: Router = Router::new().route("/", get(without_an_exit));
    let Ok(runtime) = Runtime::new() else { return };
    bencher.bench_local(|| ask(&runtime, server.clone(), Request::new(Body::empty())));
}

#[divan::bench(sample_count = 500)]
fn chat_completion(bencher: Bencher<'_, '_>) {
    let (Ok(runtime), Ok(directory)) = (Runtime::new(), tempfile::tempdir()) else { return };
    let server = runtime.block_on(async {
        let store = Store::open(directory.path(), Arc::new(Board::new())).await.ok()?;
        add_samples(&store).await.ok()?;
        let contract = StatusContract::embedded().ok()?;
        app::build(App::embedded(store, Limits::default(), contract)).ok()
    });
    let Some(server) = server else { return };
    let messages = json!([{ "role": "user", "content": QUESTION }]);
    let body = json!({ "model": "m", "messages": messages }).to_string();
    let request = || {
        let builder = Request::post("/v1/chat/completions").header("host", "localhost");
        builder.header("content-type", "application/json").body(Body::from(body.clone()))
    };
    bencher
        .with_inputs(|| request().unwrap_or_default())
        .bench_local_values(|request| ask(&runtime, server.clone(), request));
}
