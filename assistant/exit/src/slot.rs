//! What may leave travels beside the response, not in it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum_core::body::Body;
use axum_core::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body::Body as _;

use crate::departure::Departure;
use crate::exchange::Exchange;
use crate::receipt::{Closing, Unreceipted};

/// A finished response. `exchange` is the request that it answers; only a notice, which says nothing, has none.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) exchange: Option<Exchange>,
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) content: Content,
    pub(crate) due: Due,
    pub(crate) departure: Departure,
}

/// The media type and the bytes of what leaves.
pub(crate) enum Content {
    Json(Vec<u8>),
    Events(Body),
}

/// What has to be kept before a response leaves.
#[derive(Debug)]
pub(crate) enum Due {
    Nothing,
    Receipt(Box<Unreceipted>),
    /// That an input was broken. It has no id before the guard draws one.
    Fault(Box<Fault>),
}

/// What was wrong with an input, and what was sent about it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) pointer: Option<String>,
    pub(crate) sent: Closing,
}

/// Without the bytes: what leaves is shown to nobody on the way.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "Json",
            Self::Events(_) => "Events",
        })
    }
}

impl Content {
    fn into_parts(self) -> (Body, &'static str) {
        match self {
            Self::Json(bytes) => (Body::from(bytes), "application/json"),
            Self::Events(body) => (body, "text/event-stream"),
        }
    }
}

impl Outgoing {
    pub(crate) fn into_response(self) -> Response {
        let (body, media_type) = self.content.into_parts();
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        response.extensions_mut().insert(self.departure);
        response
    }

    /// An empty response with this one in a slot beside it, for the guard to open.
    pub(crate) fn into_held_response(mut self) -> Response {
        let exchange = self.exchange.take();
        let due = std::mem::replace(&mut self.due, Due::Nothing);
        hold(Held { exchange, due, response: self.into_response() })
    }
}

/// What a slot holds.
pub(crate) struct Held {
    pub(crate) exchange: Option<Exchange>,
    pub(crate) due: Due,
    pub(crate) response: Response,
}

/// Puts a response into a slot beside an empty one of the same status.
pub(crate) fn hold(held: Held) -> Response {
    let mut empty = Response::new(Body::empty());
    *empty.status_mut() = held.response.status();
    empty.extensions_mut().insert(Slot(Arc::new(Mutex::new(Some(held)))));
    empty
}

/// Whether a response was judged, or is a notice: then it has a slot of its own.
pub(crate) fn is_held(response: &Response) -> bool {
    response.extensions().get::<Slot>().is_some()
}

/// Gives up what it holds once, to whichever copy asks first.
#[derive(Clone)]
struct Slot(Arc<Mutex<Option<Held>>>);

/// What the slot of a response holds, if nobody took it before, if it answers this request, and if no body was
/// put beside it.
pub(crate) fn take(mut beside: Response, exchange: &Exchange) -> Option<Held> {
    let Slot(held) = beside.extensions_mut().remove()?;
    let held = held.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let is_ours = held.exchange.as_ref().is_none_or(|own| own.is(exchange));
    (is_ours && beside.body().is_end_stream()).then_some(held)
}
