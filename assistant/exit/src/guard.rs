//! The guard: outermost, it sends only what the kernel let pass for this very request.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_core::body::Body;
use axum_core::extract::Request;
use axum_core::response::Response;
use futures_util::FutureExt;
use http_body::Body as _;
use tower::{Layer, Service, ServiceExt};

use crate::exchange::{Exchange, TrueMode};
use crate::label::Label;
use crate::notice::Notice;
use crate::recorder::Ticket;
use crate::slot::Slot;

/// What the exit of one server knows: where the true mode is read, and which labels may be required.
///
/// As a [`Layer`] it puts the guard around a service; it has to be the outermost one.
#[derive(Clone)]
pub struct Exit {
    mode: Arc<dyn TrueMode>,
    labels: Arc<[Label]>,
}

impl Exit {
    /// An exit that reads the true mode from `mode` and takes only `labels` as requirements.
    pub fn new(mode: impl TrueMode, labels: impl IntoIterator<Item = Label>) -> Self {
        Self { mode: Arc::new(mode), labels: labels.into_iter().collect() }
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

/// Left on the response of a route that the table declares silent, for the request that it answers.
#[derive(Clone)]
pub(crate) struct Silent(pub(crate) Exchange);

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
        let Exit { mode, labels } = self.exit.clone();
        let exchange = Exchange::new(mode, labels);
        request.extensions_mut().insert(Ticket(exchange.clone()));
        let inner = AssertUnwindSafe(self.inner.clone().oneshot(request));
        Box::pin(async move {
            let response = inner.catch_unwind().await;
            Ok(match response {
                Ok(Ok(response)) => let_out(response, &exchange),
                Ok(Err(never)) => match never {},
                Err(_panic) => Notice::exit_unmarked().into_outgoing().into_sent_response(),
            })
        })
    }
}

fn let_out(mut response: Response, exchange: &Exchange) -> Response {
    if let Some(slot) = response.extensions_mut().remove::<Slot>() {
        return open(&slot, response.body(), exchange);
    }
    match response.extensions_mut().remove::<Silent>() {
        Some(Silent(own)) if own.is(exchange) => response,
        _ => Notice::in_place_of(response.status(), response.headers())
            .into_outgoing()
            .into_sent_response(),
    }
}

/// Sends what the slot holds if nobody took it before, if it answers this request, and if no body was put beside it.
fn open(slot: &Slot, beside: &Body, exchange: &Exchange) -> Response {
    let outgoing = slot.take().filter(|outgoing| {
        let is_ours = outgoing.exchange.as_ref().is_none_or(|own| own.is(exchange));
        is_ours && beside.is_end_stream()
    });
    match outgoing {
        Some(outgoing) => outgoing.into_sent_response(),
        None => Notice::exit_unmarked().into_outgoing().into_sent_response(),
    }
}
