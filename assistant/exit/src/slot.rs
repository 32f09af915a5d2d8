//! What may leave travels beside the response, not in it.

use std::sync::{Arc, Mutex, PoisonError};

use axum_core::body::Body;
use axum_core::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::exchange::Exchange;

/// A finished response. `exchange` is the request that it answers; only a notice, which says nothing, has none.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) exchange: Option<Exchange>,
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

/// Gives up what it holds once, to whichever copy asks first.
#[derive(Clone)]
pub(crate) struct Slot(Arc<Mutex<Option<Outgoing>>>);

impl Slot {
    pub(crate) fn take(&self) -> Option<Outgoing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Outgoing {
    /// An empty response with the slot in its extensions, for the guard to open.
    pub(crate) fn into_marked_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(Slot(Arc::new(Mutex::new(Some(self)))));
        response
    }

    /// The response as it leaves. Only the guard calls this.
    pub(crate) fn into_sent_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}
