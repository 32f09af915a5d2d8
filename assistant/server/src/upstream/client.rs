//! One call over HTTP: what is sent, which response is taken at all, and how much of it for how long.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use http::StatusCode;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER,
};
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout_at};

use super::fault::{Fault, FaultCode, status_fault};
use super::retry::Comeback;
use super::settings::{Limits, Settings};
use crate::store::Road;

/// How many bytes of a response are kept that is no answer.
const MAX_REFUSED_BYTES: usize = 64 << 10;

/// How long a list of models may take. It is not made up word by word, so the limits of answers are not its own, and
/// one that hangs should be seen within an interval of the probe.
const MODELS_PATIENCE: Duration = Duration::from_secs(1);

/// Why the upstream cannot be asked at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("UPSTREAM_CLIENT: expected a client for the upstream: {0}")]
pub struct ClientError(pub(super) String);

/// Asks. It goes the straight way: no proxy that a variable names, because the key and the questions would go
/// there; no redirect, for the same reason; no compression, because the limits are of what is read.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    settings: Settings,
}

fn tls(settings: &Settings) -> Result<rustls::ClientConfig, ClientError> {
    let config = crate::tls::config(settings.base.scheme() == "https");
    config.map_err(|error| ClientError(error.to_string()))
}

/// A call that gave no answer.
pub(super) struct Failure {
    pub(super) fault: Fault,
    pub(super) comeback: Comeback,
    /// The response, if there was one.
    pub(super) refused: Option<Taking>,
}

impl Client {
    pub(super) fn new(settings: Settings) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(&settings)?)
            .connect_timeout(settings.limits.connect)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .user_agent(concat!("assistant/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ClientError(error.without_url().to_string()))?;
        Ok(Self { http, settings })
    }

    pub(super) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Asks for a completion: a response of the kind that was asked for, of which nothing is taken yet.
    pub(super) async fn call(
        &self,
        body: Bytes,
        road: Road,
        total: Instant,
    ) -> Result<Taking, Failure> {
        let accept = media_type(road);
        let request = self.http.post(self.settings.endpoint("chat/completions"));
        let request = request.header(CONTENT_TYPE, "application/json").header(ACCEPT, accept);
        let taking = self.send(request.body(body), total).await?;
        let headers = taking.response.headers();
        let fault = fault_of(taking.response.status(), headers, accept);
        let comeback = Comeback::read(headers.get(RETRY_AFTER).map(|value| value.as_bytes()));
        match fault {
            None => Ok(taking),
            Some(fault) => {
                let limit = taking.limit.min(MAX_REFUSED_BYTES);
                Err(Failure { fault, comeback, refused: Some(Taking { limit, ..taking }) })
            }
        }
    }

    /// Asks which models there are, and does not look at the answer. Whether there is such a list: not every server
    /// has one, and one that is asked too often is there and does not give it now.
    pub(super) async fn models(&self) -> Result<bool, Fault> {
        let total = Instant::now() + MODELS_PATIENCE;
        let request = self.http.get(self.settings.endpoint("models"));
        let taking = self.send(request, total).await.map_err(|failure| failure.fault)?;
        match taking.status() {
            404 | 405 | 410 | 429 => Ok(false),
            status => status_fault(status).map_or(Ok(true), Err),
        }
    }

    async fn send(&self, request: RequestBuilder, total: Instant) -> Result<Taking, Failure> {
        let Limits { first_byte, idle, body_bytes, .. } = self.settings.limits;
        let mut request = request.header(ACCEPT_ENCODING, "identity");
        if let Some(key) = &self.settings.key {
            request = request.header(AUTHORIZATION, key.header());
        }
        let first = (Instant::now() + first_byte).min(total);
        let fault = match timeout_at(first, request.send()).await {
            Ok(Ok(response)) => {
                let (first, taken) = (Some(first), Vec::new());
                return Ok(Taking { response, taken, first, idle, total, limit: body_bytes });
            }
            Err(_) => late(),
            Ok(Err(error)) if error.is_timeout() => late(),
            Ok(Err(error)) if error.is_connect() => {
                Fault::new(FaultCode::Unreachable, "expected a connection")
            }
            Ok(Err(_)) => Fault::cut("expected a response before the connection ends"),
        };
        Err(Failure { fault, comeback: Comeback::Unsaid, refused: None })
    }
}

const fn late() -> Fault {
    Fault::new(FaultCode::Timeout, "expected an answer within the time limits")
}

const fn media_type(road: Road) -> &'static str {
    match road {
        Road::Whole => "application/json",
        Road::Stream => "text/event-stream",
    }
}

/// What is wrong with a response before anything of its body is read.
fn fault_of(status: StatusCode, headers: &HeaderMap, expected: &'static str) -> Option<Fault> {
    if let Some(fault) = status_fault(status.as_u16()) {
        return Some(fault);
    }
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_plain = text(CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.trim().eq_ignore_ascii_case("identity"));
    let essence = text(CONTENT_TYPE).and_then(|value| value.split(';').next());
    let is_expected = essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(expected));
    let words = match (is_expected, is_plain) {
        (true, true) => return None,
        (true, false) => "expected an answer without an encoding",
        (false, _) => "expected the media type that was asked for",
    };
    Some(Fault::new(FaultCode::ContentType, words))
}

/// A response that is being taken in, and what was taken.
pub(super) struct Taking {
    response: Response,
    taken: Vec<u8>,
    /// When the first bytes have to be there, if they are not.
    first: Option<Instant>,
    idle: Duration,
    total: Instant,
    limit: usize,
}

impl Taking {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// What was taken, which leaves nothing.
    pub(super) fn taken(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.taken)
    }

    /// Pieces of it as they come.
    pub(super) fn chunks(&mut self) -> BoxStream<'_, Result<Bytes, Fault>> {
        Box::pin(stream::unfold(self, async |taking| {
            Some((taking.next().await.transpose()?, taking))
        }))
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        // From now: that nobody took the words before does not make the upstream late.
        let until = self.first.unwrap_or_else(|| Instant::now() + self.idle).min(self.total);
        let chunk = match timeout_at(until, self.response.chunk()).await {
            Err(_) => return Err(late()),
            Ok(Err(_)) => return Err(Fault::cut("expected the rest of the answer")),
            Ok(Ok(None)) => return Ok(None),
            Ok(Ok(Some(chunk))) => chunk,
        };
        self.first = None;
        let left = self.limit.saturating_sub(self.taken.len());
        self.taken.extend_from_slice(chunk.get(..left).unwrap_or(&chunk));
        if chunk.len() > left {
            let words = "expected an answer of no more bytes than its limit";
            return Err(Fault::new(FaultCode::TooLarge, words));
        }
        Ok(Some(chunk))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};

    use super::fault_of;
    use crate::upstream::fault::FaultCode;

    #[test]
    fn an_answer_has_the_media_type_that_was_asked_for_and_no_encoding() {
        let json = "application/json";
        let table = [
            (Some("application/json"), None, true),
            (Some("Application/JSON ; charset=utf-8"), None, true),
            (Some("application/json"), Some("identity"), true),
            (Some("application/json"), Some("gzip"), false),
            (Some("application/jsonl"), None, false),
            (Some("text/html"), None, false),
            (Some("text/event-stream"), None, false),
            (None, None, false),
        ];
        for (media_type, encoding, is_taken) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in [(CONTENT_TYPE, media_type), (CONTENT_ENCODING, encoding)] {
                headers.extend(value.map(|value| (name, HeaderValue::from_static(value))));
            }
            let fault = fault_of(StatusCode::OK, &headers, json).map(|fault| fault.code);
            let expected = (!is_taken).then_some(FaultCode::ContentType);
            assert_eq!(fault, expected, "{media_type:?} {encoding:?}");
        }
    }
}
