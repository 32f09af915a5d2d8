//! What may leave travels beside the response, not in it.

use std::sync::{Arc, Mutex, PoisonError};

use axum_core::body::Body;
use axum_core::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body::Body as _;

use crate::exchange::Exchange;

/// A finished response. `exchange` is the request that it answers; only a notice, which says nothing, has none.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) exchange: Option<Exchange>,
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

impl Outgoing {
    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// An empty response with this one in a slot beside it, for the guard to open.
    pub(crate) fn into_held_response(mut self) -> Response {
        let exchange = self.exchange.take();
        hold(exchange, self.into_response())
    }
}

/// Puts a response into a slot beside an empty one of the same status.
pub(crate) fn hold(exchange: Option<Exchange>, response: Response) -> Response {
    let mut empty = Response::new(Body::empty());
    *empty.status_mut() = response.status();
    empty.extensions_mut().insert(Slot(Arc::new(Mutex::new(Some(Held { exchange, response })))));
    empty
}

/// Whether a response was judged, or is a notice: then it has a slot of its own.
pub(crate) fn is_held(response: &Response) -> bool {
    response.extensions().get::<Slot>().is_some()
}

/// Gives up what it holds once, to whichever copy asks first.
#[derive(Clone)]
struct Slot(Arc<Mutex<Option<Held>>>);

struct Held {
    exchange: Option<Exchange>,
    response: Response,
}

/// What the slot of a response holds, if nobody took it before, if it answers this request, and if no body was
/// put beside it.
pub(crate) fn take(mut beside: Response, exchange: &Exchange) -> Option<Response> {
    let Slot(held) = beside.extensions_mut().remove()?;
    let Held { exchange: own, response } =
        held.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let is_ours = own.is_none_or(|own| own.is(exchange));
    (is_ours && beside.body().is_end_stream()).then_some(response)
}
