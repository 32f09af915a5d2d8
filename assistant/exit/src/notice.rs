//! Errors in one shape, with words that have no room for an answer.

use axum_core::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::departure::Departure;
use crate::receipt::{Ended, Tally};
use crate::slot::{Content, Due, Fault, Outgoing};
use crate::strict;

const EXIT_UNMARKED: &str = "EXIT_UNMARKED";
pub(crate) const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// An error answer: status, code and words that were fixed at compile time or come from a [`Fault`](strict::Fault).
///
/// Its body is `{"error":{"code","message","pointer"?}}`. It is no speech and passes the guard as it is.
#[derive(Debug)]
pub struct Notice {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    error: ErrorBody,
}

#[derive(Debug, serde::Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

impl Notice {
    /// An error of status 4xx or 5xx; any other status becomes 500.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self::with(status, code, message.to_owned(), None)
    }

    /// A broken input that is well formed but not to be had: its code, and a fault that names the place.
    ///
    /// The fault's own code gives way to `code`.
    #[must_use]
    pub fn about(status: StatusCode, code: &'static str, fault: strict::Fault) -> Self {
        let strict::Fault { pointer, message, .. } = fault;
        Self::with(status, code, message, Some(pointer))
    }

    /// Tells the client to come back after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.headers.push((RETRY_AFTER, seconds.into()));
        self
    }

    /// Tells the client that the same request would fail again.
    pub(crate) fn final_word(mut self) -> Self {
        self.headers.push((SHOULD_RETRY, HeaderValue::from_static("false")));
        self
    }

    /// What the guard says in the place of a response that bears no mark.
    pub(crate) fn in_place_of(status: StatusCode, headers: &HeaderMap) -> Self {
        if !status.is_client_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            return Self::exit_unmarked();
        }
        let (code, message) = fixed_words(status);
        let mut notice = Self::new(status, code, message);
        let kept = [(ALLOW, method_list(headers)), (RETRY_AFTER, seconds(headers))];
        let kept = kept.into_iter().filter_map(|(name, value)| Some((name, value?)));
        notice.headers.extend(kept);
        notice
    }

    /// What the guard says in the place of a response whose receipt could not be kept.
    pub(crate) fn unkept() -> Self {
        let words = "expected the receipt of this answer to be kept";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "RECEIPT_UNAVAILABLE", words).retry_after(1)
    }

    pub(crate) fn exit_unmarked() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            EXIT_UNMARKED,
            "a response without a verdict was stopped at the exit",
        )
        .final_word()
    }

    fn with(
        status: StatusCode,
        code: &'static str,
        message: String,
        pointer: Option<String>,
    ) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        let status = if is_error { status } else { StatusCode::INTERNAL_SERVER_ERROR };
        Self { status, headers: Vec::new(), error: ErrorBody { code, message, pointer } }
    }

    pub(crate) fn into_outgoing(self) -> Outgoing {
        let departure = match self.error.code {
            EXIT_UNMARKED => Departure::Stopped,
            code => Departure::Rejected(code),
        };
        let body = self.bytes();
        let (status, headers) = (self.status, self.headers);
        let (content, due) = (Content::Json(body), Due::Nothing);
        Outgoing { exchange: None, status, headers, content, due, departure }
    }

    /// What leaves when it could not be decided what may leave.
    pub(crate) fn unavailable(self) -> Outgoing {
        let departure = Departure::Unavailable(self.error.code);
        Outgoing { departure, ..self.into_outgoing() }
    }

    /// What leaves when the input was broken: that it did is kept like a verdict.
    pub(crate) fn malformed(self) -> Outgoing {
        let mut tally = Tally::default();
        tally.add(&self.bytes());
        let (code, pointer) = (self.error.code, self.error.pointer.clone());
        let fault = Fault { code, pointer, sent: tally.close(Ended::Complete) };
        let (due, departure) = (Due::Fault(Box::new(fault)), Departure::Malformed(code));
        Outgoing { due, departure, ..self.into_outgoing() }
    }

    fn bytes(&self) -> Vec<u8> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            error: Written<'a>,
        }
        /// With the pointer and the kind of the error where clients of the vendors' protocols look for them.
        #[derive(serde::Serialize)]
        struct Written<'a> {
            #[serde(flatten)]
            error: &'a ErrorBody,
            param: Option<&'a str>,
            r#type: &'static str,
        }
        let is_clients = self.status.is_client_error();
        let kind = if is_clients { "invalid_request_error" } else { "server_error" };
        let param = self.error.pointer.as_deref();
        let body = Body { error: Written { error: &self.error, param, r#type: kind } };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// The methods of an `Allow` header, written anew: a header has room for words too.
fn method_list(headers: &HeaderMap) -> Option<HeaderValue> {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let list = headers.get(ALLOW)?.to_str().ok()?;
    let method = |word: &str| KNOWN.into_iter().find(|known| *known == word.trim());
    let methods: Option<Vec<&str>> = list.split(',').map(method).collect();
    HeaderValue::try_from(methods?.join(",")).ok()
}

fn seconds(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse::<u32>().ok().map(HeaderValue::from)
}

fn fixed_words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => ("UNAUTHORIZED", "credentials are missing or not valid"),
        StatusCode::FORBIDDEN => ("FORBIDDEN", "this request is not allowed"),
        StatusCode::NOT_FOUND => ("NOT_FOUND", "nothing is served at this path"),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("METHOD_NOT_ALLOWED", "this path does not take this method")
        }
        StatusCode::REQUEST_TIMEOUT => ("REQUEST_TIMEOUT", "the request came in too slowly"),
        StatusCode::PAYLOAD_TOO_LARGE => ("TOO_LARGE", "the request body is over its limit"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("UNSUPPORTED_MEDIA_TYPE", "this path does not take this content type")
        }
        StatusCode::TOO_MANY_REQUESTS => ("TOO_MANY_REQUESTS", "too many requests"),
        StatusCode::SERVICE_UNAVAILABLE => ("UNAVAILABLE", "the service cannot answer now"),
        _ => ("BAD_REQUEST", "the request cannot be served"),
    }
}

impl From<strict::Fault> for Notice {
    fn from(fault: strict::Fault) -> Self {
        let code = fault.code();
        Self::about(code.status(), code.as_str(), fault)
    }
}

impl IntoResponse for Notice {
    fn into_response(self) -> Response {
        self.into_outgoing().into_held_response()
    }
}
