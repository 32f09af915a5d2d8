//! The guard: outermost, it sends only what the kernel let pass for this very request.

use std::convert::Infallible;
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum_core::extract::Request;
use axum_core::response::Response;
use futures_util::FutureExt;
use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tower::{Layer, Service, ServiceExt};

use crate::exchange::{Exchange, TrueMode};
use crate::label::Label;
use crate::leaving::RECEIPT;
use crate::notice::Notice;
use crate::receipt::{Ledger, Opening, Receipt, Unkept, Unreceipted};
use crate::recorder::Ticket;
use crate::slot::{self, Due, Fault, Held};

/// What the exit of one server knows: where the true mode is read, and which labels may be required.
///
/// As a [`Layer`] it puts the guard around a service; it has to be the outermost one.
#[derive(Clone)]
pub struct Exit {
    mode: Arc<dyn TrueMode>,
    labels: Arc<[Label]>,
    ledger: Option<Arc<dyn Ledger>>,
}

impl Exit {
    /// An exit that reads the true mode from `mode` and takes only `labels` as requirements.
    pub fn new(mode: impl TrueMode, labels: impl IntoIterator<Item = Label>) -> Self {
        Self { mode: Arc::new(mode), labels: labels.into_iter().collect(), ledger: None }
    }

    /// The same exit, which lets nothing out before its receipt is kept in `ledger`.
    #[must_use]
    pub fn keeping(self, ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger: Some(ledger), ..self }
    }
}

impl<S> Layer<S> for Exit {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, exit: self.clone() }
    }
}

/// A service whose responses leave only with a verdict. Made by [`Exit`].
#[derive(Clone)]
pub struct Guard<S> {
    inner: S,
    exit: Exit,
}

impl<S> Service<Request> for Guard<S>
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
        if request.method() == Method::CONNECT {
            // A handler could keep the connection and write to it what it likes.
            let refused = Notice::in_place_of(StatusCode::METHOD_NOT_ALLOWED, &HeaderMap::new());
            return Box::pin(ready(Ok(sent(refused.into_outgoing().into_response()))));
        }
        let Exit { mode, labels, ledger } = self.exit.clone();
        let exchange = Exchange::new(mode, labels, ledger);
        request.extensions_mut().insert(Ticket(exchange.clone()));
        let inner = AssertUnwindSafe(self.inner.clone().oneshot(request));
        Box::pin(async move {
            let response = inner.catch_unwind().await;
            Ok(sent(match response {
                Ok(Ok(response)) => let_out(response, &exchange).await,
                Ok(Err(never)) => match never {},
                Err(_panic) => Notice::exit_unmarked().into_outgoing().into_response(),
            }))
        })
    }
}

async fn let_out(response: Response, exchange: &Exchange) -> Response {
    if !slot::is_held(&response) {
        let notice = Notice::in_place_of(response.status(), response.headers());
        return notice.into_outgoing().into_response();
    }
    let held = slot::take(response, exchange);
    match held.filter(|held| !held.response.status().is_informational()) {
        Some(held) => once_kept(held, exchange).await,
        None => Notice::exit_unmarked().into_outgoing().into_response(),
    }
}

/// Lets a response out once its receipt is kept.
async fn once_kept(held: Held, exchange: &Exchange) -> Response {
    let Held { due, mut response, .. } = held;
    match due {
        Due::Nothing => response,
        Due::Receipt(unreceipted) => {
            let Unreceipted { receipt, memo, kept } = *unreceipted;
            match exchange.keep(receipt, memo).await {
                Ok(()) => {
                    kept.store(true, Ordering::Release);
                    response
                }
                Err(Unkept) => Notice::unkept().unavailable().into_response(),
            }
        }
        Due::Fault(fault) => {
            // What says nothing needs no receipt to leave: one that cannot be kept is only not named.
            if let Some(id) = keep_fault(*fault, exchange).await {
                response.headers_mut().insert(RECEIPT, id);
            }
            response
        }
    }
}

async fn keep_fault(fault: Fault, exchange: &Exchange) -> Option<HeaderValue> {
    let id = exchange.draw_receipt().ok()??;
    let header = HeaderValue::try_from(id.as_str()).ok()?;
    let Fault { code, pointer, sent } = fault;
    let opening = Some(Opening::malformed(code, pointer));
    let receipt = Receipt { closing: Some(sent), id, opening };
    exchange.keep(receipt, None).await.ok().map(|()| header)
}

/// Adds what every response has.
fn sent(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
