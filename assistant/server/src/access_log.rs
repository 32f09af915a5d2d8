//! What was sent, as the socket saw it: a line for each response, written outside of the guard, so that the log and
//! the receipts can be held against one another. It has no query and nothing of what was said.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};

const RECEIPT: &str = "x-speech-receipt";

/// Why there is no access log.
#[derive(Debug, thiserror::Error)]
#[error("ACCESS_LOG_UNAVAILABLE: expected to add lines to {}: {error}", .path.display())]
pub struct AccessLogError {
    path: PathBuf,
    error: io::Error,
}

/// The file of the log. Clones write to the same.
#[derive(Debug, Clone)]
pub struct AccessLog(Arc<Mutex<File>>);

impl AccessLog {
    /// Adds to the file of that name, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`AccessLogError`].
    pub fn open(path: &Path) -> Result<Self, AccessLogError> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path);
        let file = file.map_err(|error| AccessLogError { path: path.to_owned(), error })?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    /// One write for each line: lines of several processes do not mix, and none is lost with this one.
    fn write(&self, line: &Line) {
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(&text) {
            tracing::error!(%error, "a line of the access log was not written");
        }
    }
}

#[derive(Debug, serde::Serialize)]
struct Line {
    at: i64,
    method: String,
    path: String,
    status: u16,
    receipt: Option<String>,
    bytes: u64,
}

/// What a line says of the request, noted before the request is gone.
pub(crate) struct Asked {
    method: String,
    path: String,
}

impl Asked {
    pub(crate) fn of(request: &Request<Incoming>) -> Self {
        Self { method: request.method().to_string(), path: request.uri().path().to_owned() }
    }
}

/// A body that is counted on its way to the socket, and logged when nobody takes any more of it.
pub(crate) struct Counted {
    body: Body,
    line: Line,
    log: Option<AccessLog>,
}

/// Puts the counter around a response. Without a log it only passes on.
pub(crate) fn counted(
    log: Option<AccessLog>,
    asked: Asked,
    response: Response<Body>,
) -> Response<Counted> {
    let Asked { method, path } = asked;
    let status = response.status().as_u16();
    let receipt = receipt_in(response.headers());
    let line = Line { at: 0, method, path, status, receipt, bytes: 0 };
    response.map(|body| Counted { body, line, log })
}

fn receipt_in(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(RECEIPT)?.to_str().ok()?.to_owned())
}

impl hyper::body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.line.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
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

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(log) = self.log.take() {
            self.line.at = jiff::Timestamp::now().as_millisecond();
            log.write(&self.line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessLog, Asked, counted};
    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::stream;
    use http::Response;
    use http_body_util::BodyExt as _;

    /// The lines after a response of three pieces, of which so many were taken.
    async fn lines_after(pieces_taken: usize) -> Option<Vec<serde_json::Value>> {
        let directory = tempfile::TempDir::new().ok()?;
        let path = directory.path().join("access.log");
        let log = AccessLog::open(&path).ok()?;
        let asked = Asked { method: "GET".to_owned(), path: "/a\"b".to_owned() };
        let pieces = ["one", "two", "three"].map(|piece| Ok::<_, axum::Error>(Bytes::from(piece)));
        let response = Response::builder().status(201).header("x-speech-receipt", "rcpt_1");
        let response = response.body(Body::from_stream(stream::iter(pieces))).ok()?;
        let mut body = counted(Some(log), asked, response).into_body();
        assert_eq!(std::fs::read(&path).ok()?, b"", "written before the body ended");
        for _ in 0..pieces_taken {
            body.frame().await;
        }
        drop(body);
        let text = std::fs::read_to_string(&path).ok()?;
        text.lines().map(|line| serde_json::from_str(line).ok()).collect()
    }

    #[tokio::test]
    async fn one_line_says_what_was_taken_also_when_the_client_left() {
        for (taken, bytes) in [(0, 0), (1, 3), (2, 6), (4, 11)] {
            let lines = lines_after(taken).await.unwrap_or_default();
            let [line] = lines.as_slice() else { return assert_eq!(lines.len(), 1) };
            let mut line = line.clone();
            let at = line.as_object_mut().and_then(|line| line.remove("at"));
            assert!(at.is_some_and(|at| at.as_u64() > Some(1_600_000_000_000)));
            let expected = serde_json::json!({
                "method": "GET", "path": "/a\"b", "status": 201, "receipt": "rcpt_1", "bytes": bytes
            });
            assert_eq!(line, expected);
        }
    }
}
