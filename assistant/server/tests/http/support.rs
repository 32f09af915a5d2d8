//! An assistant in a directory of its own, and a client without a socket.

use std::sync::Arc;

use assistant::app::{self, App, Server};
use assistant::respond::{Asked, Composed, Composing, Responder};
use assistant::status::StatusContract;
use assistant::store::Store;
use assistant::web::Limits;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use serde_json::{Value, json};
use speech_exit::Recorder;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::databases::{self, Other, open, other_connection_to};

pub(crate) struct Assistant {
    pub(crate) app: App,
    pub(crate) server: Server,
    pub(crate) store: Store,
    directory: TempDir,
}

/// The probes of an assistant.
pub(crate) struct Watching(tokio::task::JoinHandle<()>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) async fn store() -> (Store, TempDir) {
    let directory = TempDir::new().expect("a directory");
    let store = open(directory.path()).await;
    (store, directory)
}

pub(crate) fn contract() -> StatusContract {
    StatusContract::embedded().expect("a contract")
}

pub(crate) async fn assistant() -> Assistant {
    limited(Limits::default()).await
}

pub(crate) async fn limited(limits: Limits) -> Assistant {
    let (store, directory) = store().await;
    Assistant::of(App::embedded(store, limits, contract()), directory)
}

/// An assistant whose answers `responder` composes.
pub(crate) async fn with<R: Responder>(responder: impl FnOnce(&Store) -> R) -> Assistant {
    let (store, directory) = store().await;
    let responder = Arc::new(responder(&store));
    Assistant::of(App::new(store, responder, Limits::default(), contract()), directory)
}

/// A responder that does what a closure says.
pub(crate) struct By<F>(pub(crate) F);

impl<F, Fut> Responder for By<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Composed> + Send + 'static,
{
    fn compose<'a>(&'a self, _: &'a Asked, _: &'a mut Recorder) -> Composing<'a> {
        Box::pin((self.0)())
    }
}

pub(crate) fn request(method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8787")
        .header("content-type", "application/json")
        .body(body.into())
        .expect("a request")
}

impl Assistant {
    pub(crate) fn of(app: App, directory: TempDir) -> Self {
        let server = app::build(app.clone()).expect("a table");
        let store = app.store().clone();
        Self { app, server, store, directory }
    }

    /// Probes as the program does, until the result is dropped.
    pub(crate) fn watched(&self) -> Watching {
        Watching(tokio::spawn(assistant::status::watch(self.app.clone())))
    }

    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// What another process has of the database.
    pub(crate) async fn other_connection(&self) -> Other {
        other_connection_to(self.directory.path()).await
    }

    /// Another process's hold on the right to write.
    pub(crate) async fn hold_the_write_lock(&self) -> Other {
        let mut other = self.other_connection().await;
        other.hold().await;
        other
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let sent = self.server.clone().oneshot(request).await;
        let (parts, body) = sent.unwrap_or_else(|never| match never {}).into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, "")).await
    }

    /// The same as text for people.
    pub(crate) async fn text_of(&self, path: &str) -> Answer {
        let mut request = request(Method::GET, path, "");
        request.headers_mut().insert("accept", HeaderValue::from_static("text/plain"));
        self.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(request(Method::POST, path, body.to_string())).await
    }

    pub(crate) async fn chat(&self, body: &Value) -> Answer {
        self.post("/v1/chat/completions", body).await
    }

    pub(crate) async fn ask(&self, question: &str) -> Answer {
        self.chat(&question_of(question)).await
    }

    pub(crate) async fn ask_with(&self, question: &str, metadata: Value) -> Answer {
        let mut body = question_of(question);
        body["metadata"] = metadata;
        self.chat(&body).await
    }

    pub(crate) async fn add(&self, title: &str, text: &str) -> String {
        let body = json!({ "title": title, "text": text, "format": "markdown" });
        let answer = self.post("/v1/library/documents", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()["id"].as_str().expect("an id").to_owned()
    }
}

pub(crate) fn question_of(question: &str) -> Value {
    json!({ "model": "m", "messages": [{ "role": "user", "content": question }] })
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn content(&self) -> String {
        let json = self.json();
        let content = json["choices"][0]["message"]["content"].as_str();
        content.unwrap_or_else(|| panic!("no content: {json}")).to_owned()
    }

    pub(crate) fn conversation(&self) -> String {
        self.json()["conversation"].as_str().expect("a conversation").to_owned()
    }

    /// Code and pointer of an error.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str, pointer: Option<&str>) {
        let error = &self.json()["error"];
        let found = (self.status.as_u16(), error["code"].as_str(), error["pointer"].as_str());
        assert_eq!(found, (status, Some(code), pointer), "{}", self.text);
    }

    /// An answer with this authority, in the body and in the headers.
    #[track_caller]
    pub(crate) fn assert_answers_as(&self, authority: &str) {
        let provenance = &self.json()["provenance"];
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert_eq!(provenance["kind"], "answer", "{}", self.text);
        assert_eq!(provenance["authority"], authority, "{}", self.text);
        assert_eq!(self.header("x-speech-authority"), Some(authority));
        assert_eq!(self.header("x-speech-mode"), provenance["system_mode"].as_str());
    }

    /// A truthful refusal for this violation.
    #[track_caller]
    pub(crate) fn assert_refused_for(&self, code: &str) {
        let json = self.json();
        let message = &json["choices"][0]["message"];
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert_eq!(self.header("x-speech-code"), Some(code), "{}", self.text);
        assert_eq!(self.header("x-speech-authority"), Some("none"));
        assert_eq!(json["provenance"]["authority"], "none");
        assert_eq!(message["content"], Value::Null, "{}", self.text);
        assert!(message["refusal"].is_string(), "{}", self.text);
    }
}

/// The program itself, running until it is dropped.
pub(crate) struct Program {
    pub(crate) child: std::process::Child,
    pub(crate) address: String,
    pub(crate) output: std::io::BufReader<std::process::ChildStdout>,
}

pub(crate) fn command(data: &std::path::Path, arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_assistant"));
    command.args(arguments).env("ASSISTANT_DATA_DIR", data).env("ASSISTANT_LISTEN", "127.0.0.1:0");
    command.env("DATABASE_URL", databases::url(data).unwrap_or_default());
    command.stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    command
}

pub(crate) fn start(data: &std::path::Path, arguments: &[&str]) -> Program {
    started(command(data, arguments))
}

pub(crate) fn started(mut command: std::process::Command) -> Program {
    use std::io::BufRead as _;
    let mut child = command.spawn().expect("the program");
    let mut output = std::io::BufReader::new(child.stdout.take().expect("its output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening at http://").expect("an address").to_owned();
    Program { child, address, output }
}

impl Program {
    /// The code that it ends with; none if it has to be killed after waiting longer than its drain.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(40);
        while std::time::Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status.code();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request over a socket of its own: status line, headers and body, or what broke off.
pub(crate) fn wire(
    address: &str,
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<(u16, String, String)> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let broken = || std::io::Error::other("expected a response");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    Ok((status, head.to_owned(), body.to_owned()))
}
