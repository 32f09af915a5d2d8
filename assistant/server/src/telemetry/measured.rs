//! The service around the guard: it counts what leaves, and changes nothing of it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Extensions, HeaderMap, Method, StatusCode};
use hyper::body::{Frame, SizeHint};
use opentelemetry::trace::SpanContext;
use speech_exit::{Departure, Row, Voice};
use tower::{Service, ServiceExt as _};

use super::label::{self, UNMATCHED};
use super::meters::Meters;
use super::notes::Notes;
use super::span::Spans;
use super::traceparent;

/// A service whose answers are counted and traced.
#[derive(Debug, Clone)]
pub struct Measured<S> {
    inner: S,
    around: Around,
}

#[derive(Debug, Clone)]
struct Around {
    rows: Arc<[Row]>,
    meters: Meters,
    spans: Option<Spans>,
}

impl<S> Measured<S> {
    /// The same service, counted in `meters` by the paths of `rows`.
    pub fn new(inner: S, rows: &[Row], meters: Meters) -> Self {
        Self { inner, around: Around { rows: rows.into(), meters, spans: None } }
    }

    /// The same service, with a span for each answer of a speaking route if spans go anywhere.
    #[must_use]
    pub fn exporting(mut self, spans: Option<Spans>) -> Self {
        self.around.spans = spans;
        self
    }
}

impl<S> Service<Request> for Measured<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let asked = Asked::of(&request);
        request.extensions_mut().insert(asked.notes.clone());
        let (inner, around) = (self.inner.clone(), self.around.clone());
        Box::pin(async move {
            let Ok(response) = inner.oneshot(request).await;
            Ok(around.counted(asked, response))
        })
    }
}

/// What is known before there is an answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) since: Instant,
    /// The same on the clock of the machine, which spans are drawn on.
    pub(super) at: SystemTime,
    pub(super) method: Method,
    pub(super) parent: Option<SpanContext>,
    pub(super) notes: Notes,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self {
            since: Instant::now(),
            at: SystemTime::now(),
            method: request.method().clone(),
            parent: traceparent::read(request.headers()),
            notes: Notes::default(),
        }
    }
}

/// What is known of an answer before its body.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) route: &'static str,
    pub(super) speaks: bool,
    pub(super) status: StatusCode,
    pub(super) departure: Option<Departure>,
    pub(super) authority: Option<String>,
    pub(super) mode: Option<String>,
    pub(super) receipt: Option<String>,
}

impl Around {
    fn counted(self, asked: Asked, response: Response) -> Response {
        let left = self.left(&asked, &response);
        let method = label::method(&asked.method);
        self.meters.request(left.route, method, left.status.as_u16());
        if let Some(departure) = left.departure {
            self.meters.departure(departure);
        }
        // Its other receipts are kept while its body is sent, and are noted by the id of the first.
        if let Some(receipt) = left.receipt.as_deref().filter(|_| is_stream(response.headers())) {
            self.meters.opened(receipt, asked.notes.clone());
        }
        let watch = Watch { around: self, asked, left, first_byte_seen: false };
        response.map(|body| Body::new(Watched { body, watch: Some(watch) }))
    }

    fn left(&self, asked: &Asked, response: &Response) -> Left {
        let path = asked.notes.so_far().path;
        let path = path.as_ref().map(|path| path.as_str());
        let mut on_path = self.rows.iter().filter(|row| Some(row.path) == path).peekable();
        let route = on_path.peek().map_or(UNMATCHED, |row| row.path);
        let speaks = on_path.any(|row| row.voice == Voice::Speaks && row.method == asked.method);
        let header = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        Left {
            route,
            speaks,
            status: response.status(),
            departure: departure_in(response.extensions()),
            authority: header("x-speech-authority"),
            mode: header("x-speech-mode"),
            receipt: header("x-speech-receipt"),
        }
    }
}

fn departure_in(extensions: &Extensions) -> Option<Departure> {
    extensions.get::<Departure>().copied()
}

fn is_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value == "text/event-stream")
}

/// A body on its way to the socket.
struct Watched {
    body: Body,
    watch: Option<Watch>,
}

/// What is still to be counted of an answer.
struct Watch {
    around: Around,
    asked: Asked,
    left: Left,
    first_byte_seen: bool,
}

impl Watch {
    fn byte(&mut self) {
        if !std::mem::replace(&mut self.first_byte_seen, true) {
            self.around.meters.first_byte(self.left.route, self.asked.since.elapsed());
        }
    }

    fn end(self) {
        let Around { meters, spans, .. } = self.around;
        meters.duration(self.left.route, self.asked.since.elapsed());
        if let Some(receipt) = &self.left.receipt {
            meters.closed(receipt);
        }
        if let Some(spans) = spans.filter(|_| self.left.speaks) {
            spans.record(&self.asked, &self.left);
        }
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(watch), true) = (&mut self.watch, frame.is_data()) {
                    watch.byte();
                }
            }
            Poll::Ready(None) => {
                if let Some(watch) = self.watch.take() {
                    watch.end();
                }
            }
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // A stream that nobody reads to its end keeps its last receipt when it is dropped: first that, then the end.
        drop(std::mem::take(&mut self.body));
        if let Some(watch) = self.watch.take() {
            watch.end();
        }
    }
}
