//! Which requests are taken at all. Every refusal is a notice with a code of its own.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, StatusCode, Uri};
use speech_exit::Notice;
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::telemetry::{Notes, note_route};

/// What one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a whole answer.
    pub answer: Duration,
    /// For a request's body to come in.
    pub body: Duration,
    /// For a request's headers to come in.
    pub headers: Duration,
    /// For a client to take the next bytes of an answer.
    pub write: Duration,
    /// How many requests are answered at once.
    pub concurrent: usize,
    /// For what is under way to finish after a stop signal.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            body: Duration::from_secs(10),
            headers: Duration::from_secs(10),
            write: Duration::from_secs(10),
            concurrent: 64,
            drain: Duration::from_secs(30),
        }
    }
}

/// The names under which the server is asked when it serves its own machine only.
pub const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Puts the rules around the routes, the cheapest outermost.
pub(crate) fn layers(router: Router, app: &App) -> Router {
    router
        .layer(from_fn_with_state(app.clone(), within_time))
        .layer(from_fn_with_state(app.clone(), unless_overloaded))
        .layer(from_fn(from_here))
        .layer(from_fn(note_route))
}

/// Refuses what was sent to another name or from another site, so that no page of another site can ask.
async fn from_here(request: Request, next: Next) -> Response {
    let checked = check_host(request.uri(), request.headers())
        .and_then(|own| check_site(&own, request.headers()));
    match checked {
        Ok(()) => next.run(request).await,
        Err(notice) => notice.into_response(),
    }
}

fn check_host(uri: &Uri, headers: &HeaderMap) -> Result<Authority, Notice> {
    let mut hosts = headers.get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    let host = match (first, second) {
        (Some(host), None) => host.to_str().ok().and_then(authority),
        (None, _) => {
            let words = "expected a host header, found none";
            return Err(Notice::new(StatusCode::BAD_REQUEST, "HOST_MISSING", words));
        }
        (Some(_), Some(_)) => None,
    };
    let is_named = uri.authority().is_none_or(is_own_machine);
    host.filter(|host| is_own_machine(host) && is_named).ok_or_else(|| {
        let words = "expected one host header with a name that this server serves";
        Notice::new(StatusCode::FORBIDDEN, "HOST_NOT_ALLOWED", words)
    })
}

/// Whether the server is asked under a name of its own machine, which no other site's name can be made to mean.
fn is_own_machine(authority: &Authority) -> bool {
    let host = authority.host().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn check_site(own: &Authority, headers: &HeaderMap) -> Result<(), Notice> {
    let is_own_origin = headers
        .get_all(ORIGIN)
        .iter()
        .all(|origin| origin.to_str().is_ok_and(|origin| is_origin_of(origin, own)));
    let is_own_fetch = headers
        .get_all(SEC_FETCH_SITE)
        .iter()
        .all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    if is_own_origin && is_own_fetch {
        Ok(())
    } else {
        let words = "expected a request from this server's own pages or from no page";
        Err(Notice::new(StatusCode::FORBIDDEN, "CROSS_SITE", words))
    }
}

/// Whether pages of `origin` are those of the server that was asked as `own`: another port is another server.
fn is_origin_of(origin: &str, own: &Authority) -> bool {
    let parts = [("http://", 80), ("https://", 443)]
        .into_iter()
        .find_map(|(scheme, port)| Some((authority(origin.strip_prefix(scheme)?)?, port)));
    parts.is_some_and(|(origin, port)| {
        origin.host().eq_ignore_ascii_case(own.host())
            && origin.port_u16().unwrap_or(port) == own.port_u16().unwrap_or(port)
    })
}

/// A host with or without a port, and nothing else.
fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    let end = match authority.port_u16() {
        Some(port) => format!(":{port}"),
        None => String::new(),
    };
    (authority.as_str() == format!("{}{end}", authority.host())).then_some(authority)
}

/// The place of one request among those that are answered at once. A stream holds it until its end.
#[derive(Debug, Clone)]
pub struct Slot {
    #[expect(dead_code, reason = "it is there to be dropped")]
    permit: Arc<OwnedSemaphorePermit>,
    notes: Notes,
}

impl Slot {
    /// What is noted of the request.
    pub(crate) const fn notes(&self) -> &Notes {
        &self.notes
    }
}

/// Takes no more requests than can be answered in time; who comes too many is told to come back.
async fn unless_overloaded(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // How things stand is asked most when they stand badly, and to say it waits for nothing.
    if request.uri().path() == "/status" {
        return next.run(request).await;
    }
    match Arc::clone(app.slots()).try_acquire_owned() {
        Ok(permit) => {
            let notes = request.extensions().get::<Notes>().cloned().unwrap_or_default();
            request.extensions_mut().insert(Slot { permit: Arc::new(permit), notes });
            next.run(request).await
        }
        Err(_) => {
            let words = "expected fewer requests at once";
            Notice::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", words)
                .retry_after(1)
                .into_response()
        }
    }
}

async fn within_time(State(app): State<App>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.limits().answer, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let words = "expected to have answered by now";
            Notice::new(StatusCode::SERVICE_UNAVAILABLE, "ANSWER_TIMEOUT", words)
                .retry_after(1)
                .into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{authority, is_origin_of};

    #[test]
    fn a_host_has_no_user_and_no_path() {
        for text in ["localhost", "localhost:1", "[::1]:8787", "127.0.0.1"] {
            assert!(authority(text).is_some(), "{text}");
        }
        for text in ["", "evil@localhost", "localhost/x", "local host", "localhost:", "localhost:x"]
        {
            assert!(authority(text).is_none(), "{text}");
        }
    }

    #[test]
    fn another_port_is_another_server() {
        let is_own =
            |origin, own: &str| authority(own).is_some_and(|own| is_origin_of(origin, &own));
        assert!(is_own("http://localhost:8787", "LOCALHOST:8787"));
        assert!(is_own("http://localhost", "localhost:80"));
        assert!(is_own("https://[::1]", "[::1]:443"));
        for origin in
            ["http://localhost:9999", "http://localhost", "http://127.0.0.1:8787", "null", ""]
        {
            assert!(!is_own(origin, "localhost:8787"), "{origin}");
        }
    }
}
