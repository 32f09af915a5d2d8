//! One text as a stream of events: through the exit, and from a plain handler.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};
use speech_exit::receipt::{Keeping, Ledger, Memo, Receipt};
use speech_exit::{
    Claims, Effect, End, Envelope, Exit, Finish, Guard, Heading, Label, Name, Piece, Recorder,
    Refused, Routes, Segment, Segments, Sourced, SpokenStream, Text, Usage, speak_stream,
};
use speech_kernel::{Authority, SystemMode};
use tower::{Service, ServiceExt as _};

use crate::shapes::{Completion, Drawn, Provenance};

const SOURCES: [&str; 3] = ["doc_1", "doc_2", "doc_3"];
const ID: &str = "chatcmpl-0123456789abcdef0123456789abcdef";
const MODEL: &str = "m";

/// A text of so many pieces that are the same.
#[derive(Debug, Clone)]
pub struct Words {
    piece: Arc<str>,
    count: usize,
}

impl Words {
    /// A text of `count` pieces of about `size` bytes.
    #[must_use]
    pub fn new(size: usize, count: usize) -> Self {
        let sentence = "A reference monitor decides on every \"access\".\n";
        let piece: String = sentence.chars().cycle().take(size).collect();
        Self { piece: piece.into(), count }
    }

    /// The pieces, each made when it is asked for.
    pub fn pieces(&self) -> impl Iterator<Item = String> + Send + use<> {
        let piece = Arc::clone(&self.piece);
        (0..self.count).map(move |_| piece.as_ref().to_owned())
    }

    /// The pieces and their end, as the exit takes them.
    #[must_use]
    pub fn text(&self, usage: Option<Usage>) -> Text {
        let end = Piece::End(End { finish: Finish::Stop, usage });
        Box::pin(stream::iter(self.pieces().map(Piece::Words).chain([end]).map(Ok)))
    }
}

/// One segment and no other.
#[derive(Debug)]
pub struct Once {
    claims: Claims,
    words: Option<Words>,
    usage: Option<Usage>,
}

impl Once {
    /// The segment with these claims, and how much its end says was read and written.
    #[must_use]
    pub const fn new(claims: Claims, words: Words, usage: Option<Usage>) -> Self {
        Self { claims, words: Some(words), usage }
    }

    /// The segment, the first time.
    pub fn take(&mut self, recorder: Recorder) -> Option<Segment> {
        let words = self.words.take()?;
        Some(Segment::answer(self.claims, recorder.seal(), words.text(self.usage)))
    }
}

impl Segments for Once {
    fn next(&mut self, recorder: Recorder) -> impl Future<Output = Option<Segment>> + Send {
        ready(self.take(recorder))
    }
}

/// Keeps nothing, at once: what is left is what the exit itself does.
#[derive(Debug)]
pub struct Forgetful;

impl Ledger for Forgetful {
    fn keep(&self, _: Receipt, _: Option<Memo>) -> Keeping<'_> {
        Box::pin(ready(Ok(())))
    }

    fn keep_later(&self, _: Receipt) {}
}

/// Whether what is sent is counted and digested for a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    /// It is.
    Kept,
    /// It is not.
    None,
}

/// A server that streams the words through the exit; `None` if its one route is none.
#[must_use]
pub fn with_exit(words: Words, receipts: Receipts) -> Option<Guard<Router>> {
    let table: Routes<Words> = Routes::new();
    let table = table.speaks(Method::GET, "/", Effect::Reads("a benchmark"), spoken);
    let exit = Exit::new(|| SystemMode::Full, []);
    let exit = match receipts {
        Receipts::Kept => exit.keeping(Arc::new(Forgetful)),
        Receipts::None => exit,
    };
    table.guarded(words, &exit, |router| router).ok()
}

async fn spoken(
    State(words): State<Words>,
    mut recorder: Recorder,
) -> Result<SpokenStream, Refused> {
    for document in SOURCES {
        let text = Sourced::new(Label::library(), Some(document.into()), "words".to_owned());
        let _words = text.map(|text| recorder.admit(text));
    }
    let claims = Claims { authority: Authority::Memory, system_mode: SystemMode::Full };
    let envelope = heading().map_or(Envelope::Plain, Envelope::Chat);
    speak_stream(envelope, Once::new(claims, words, None), recorder).await
}

fn heading() -> Option<Heading> {
    let (id, model) = (Name::parse(ID)?, Name::parse(MODEL)?);
    Some(Heading { id, created: 1, model, conversation: None, previous: None, begins: false })
}

/// A server that streams the words as they are.
pub fn without_exit(words: Words) -> Router {
    Router::new().route("/", get(unjudged)).with_state(words)
}

async fn unjudged(State(words): State<Words>) -> Response {
    let completion =
        Completion { id: ID.to_owned(), created: 1, model: MODEL.to_owned(), conversation: None };
    let provenance = Provenance {
        authority: "memory",
        system_mode: "full",
        kind: "answer",
        sources: SOURCES.map(|identifier| Drawn { source: "library", identifier }).into(),
        receipt: None,
    };
    events(completion, &provenance, words.pieces(), ready(()))
}

/// The response of a server without an exit. `kept` is waited for before its last events.
pub fn events(
    completion: Completion,
    provenance: &Provenance,
    pieces: impl Iterator<Item = String> + Send + 'static,
    kept: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let begun = completion.begun(provenance);
    let flow = flow(completion, begun, pieces, kept);
    let mut response = Response::new(Body::from_stream(flow));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

type Flow = Pin<Box<dyn Stream<Item = Result<Bytes, Infallible>> + Send>>;

fn flow(
    completion: Completion,
    begun: Vec<u8>,
    pieces: impl Iterator<Item = String> + Send + 'static,
    kept: impl Future<Output = ()> + Send + 'static,
) -> Flow {
    let end = completion.ended();
    let pieces = stream::iter(pieces).map(move |piece| completion.words(&piece));
    let end = stream::once(kept.map(|()| end));
    let all = stream::iter([begun]).chain(pieces).chain(end);
    Box::pin(all.map(|bytes| Ok(Bytes::from(bytes))))
}

/// The body of a server's one response, chunk by chunk.
///
/// # Panics
///
/// When the response is no success.
pub async fn asked<S>(server: S) -> BodyDataStream
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    let Ok(response) = server.oneshot(Request::new(Body::empty())).await;
    assert!(response.status().is_success());
    response.into_body().into_data_stream()
}

/// How many bytes a body has.
pub async fn drained(mut body: BodyDataStream) -> usize {
    let mut count = 0;
    while let Some(Ok(chunk)) = body.next().await {
        count += chunk.len();
    }
    count
}

/// The bytes of a body, without the receipt that is named in it.
///
/// # Panics
///
/// When they are no text.
pub async fn text(mut body: BodyDataStream) -> String {
    let mut all = Vec::new();
    while let Some(Ok(chunk)) = body.next().await {
        all.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(all);
    assert!(text.is_ok(), "expected text");
    without_receipt(text.unwrap_or_default())
}

fn without_receipt(mut text: String) -> String {
    const BEFORE: &str = ",\"receipt\":\"";
    if let Some(start) = text.find(BEFORE) {
        let rest = text.get(start + BEFORE.len()..).and_then(|rest| rest.find('"'));
        let end = rest.map_or(start, |end| start + BEFORE.len() + end + 1);
        text.replace_range(start..end, "");
    }
    text
}
