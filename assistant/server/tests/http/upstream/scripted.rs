//! An upstream that does what a script says, one act for each question, and remembers what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

/// What it does when it is asked for a completion.
pub(crate) enum Act {
    /// Sends a response with this body.
    Send { status: u16, headers: Vec<(&'static str, String)>, steps: Vec<Step> },
    /// Sends nothing for as long as the other end waits.
    Nothing,
}

pub(crate) enum Step {
    /// Sends these bytes in a piece of their own.
    Bytes(Bytes),
    /// Goes on when the test says so, or the test is over.
    Wait(oneshot::Receiver<()>),
    /// Closes the socket in the middle of the body.
    Break,
    /// Notices that the other end has gone, and never goes on.
    Linger(Arc<Notify>),
}

#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    serving: tokio::task::JoinHandle<()>,
}

struct Shared {
    script: Mutex<VecDeque<Act>>,
    asked: Mutex<Vec<Asked>>,
    models: Mutex<u16>,
}

impl Scripted {
    pub(crate) async fn new(script: impl IntoIterator<Item = Act>) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), script).await
    }

    pub(crate) async fn at(address: SocketAddr, script: impl IntoIterator<Item = Act>) -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::new(script.into_iter().collect()),
            asked: Mutex::default(),
            models: Mutex::new(200),
        });
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(act).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a server");
        });
        Self { address, shared, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it was asked for completions.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked_at("/v1/chat/completions")
    }

    pub(crate) fn asked_at(&self, path: &str) -> Vec<Asked> {
        let asked = self.shared.asked.lock().expect("no panic");
        asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// The status with which it lists its models from now on.
    pub(crate) fn list_models_with(&self, status: u16) {
        *self.shared.models.lock().expect("no panic") = status;
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn act(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let path = parts.uri.path().to_owned();
    let lists_models = path == "/v1/models";
    shared.asked.lock().expect("no panic").push(Asked { path, headers: parts.headers, body });
    if lists_models {
        let status = *shared.models.lock().expect("no panic");
        return respond(status, &[], Body::from(r#"{"object":"list","data":[]}"#));
    }
    let act = shared.script.lock().expect("no panic").pop_front();
    match act {
        Some(Act::Send { status, headers, steps }) => respond(status, &headers, body_of(steps)),
        Some(Act::Nothing) => std::future::pending().await,
        None => respond(418, &[], Body::from("nothing is left in the script")),
    }
}

fn respond(status: u16, headers: &[(&'static str, String)], body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        response.headers_mut().append(*name, value.parse().expect("a value"));
    }
    response
}

fn body_of(steps: Vec<Step>) -> Body {
    Body::from_stream(stream::unfold(steps.into_iter(), |mut steps| async move {
        loop {
            match steps.next()? {
                Step::Bytes(bytes) => return Some((Ok(bytes), steps)),
                Step::Wait(gate) => drop(gate.await),
                Step::Break => {
                    // Whoever writes the body flushes when there is nothing more for a moment.
                    tokio::task::yield_now().await;
                    return Some((Err(std::io::Error::other("broken")), steps));
                }
                Step::Linger(gone) => {
                    let _gone = Gone(gone);
                    std::future::pending::<()>().await;
                }
            }
        }
    }))
}

struct Gone(Arc<Notify>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

pub(crate) fn bytes(bytes: impl AsRef<[u8]>) -> Step {
    Step::Bytes(Bytes::copy_from_slice(bytes.as_ref()))
}

pub(crate) fn status(status: u16, headers: &[(&'static str, &str)]) -> Act {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Act::Send { status, headers, steps: vec![bytes(r#"{"error":{"message":"from outside"}}"#)] }
}

/// A response of this media type.
pub(crate) fn typed(media_type: &str, steps: Vec<Step>) -> Act {
    Act::Send { status: 200, headers: vec![("content-type", media_type.to_owned())], steps }
}

pub(crate) fn whole(answer: &Value) -> Act {
    typed("application/json", vec![bytes(answer.to_string())])
}

pub(crate) fn streamed(steps: Vec<Step>) -> Act {
    typed("text/event-stream", steps)
}

pub(crate) fn completion(message: Value, finish: &str) -> Value {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    })
}

pub(crate) fn hello() -> Value {
    completion(json!({ "role": "assistant", "content": "Hello" }), "stop")
}

pub(crate) fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

pub(crate) fn chunk(delta: Value, finish: Option<&str>) -> String {
    event(&json!({
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
    }))
}

pub(crate) fn say(words: &str) -> String {
    chunk(json!({ "content": words }), None)
}

/// The end of a stream as it should be.
pub(crate) fn end() -> String {
    let usage = json!({
        "object": "chat.completion.chunk", "choices": [],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    });
    [&chunk(json!({}), Some("stop")), &event(&usage), "data: [DONE]\n\n"].concat()
}
