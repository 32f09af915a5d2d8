//! Sends what the exporter hands over. The exporter works in a thread of its own, and this in the runtime.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

use super::{ExportError, Settings};

/// How much of a collector's response is read.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// Goes the straight way: no redirect and no proxy, because the headers may have a key in them.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

impl Client {
    /// A client that sends in the runtime that this is called from.
    pub(super) fn new(settings: &Settings) -> Result<Self, ExportError> {
        let failed = |why: String| ExportError::Exporter(why);
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(
                crate::tls::config(settings.is_https()).map_err(|e| failed(e.to_string()))?,
            )
            .timeout(settings.timeout())
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .user_agent(concat!("assistant/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| failed(error.without_url().to_string()))?;
        let runtime = Handle::try_current().map_err(|error| failed(error.to_string()))?;
        Ok(Self { http, runtime })
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let sending = send(self.http.clone(), request);
        self.runtime.spawn(sending).await?
    }
}

async fn send(
    http: reqwest::Client,
    request: reqwest::Request,
) -> Result<Response<Bytes>, HttpError> {
    let mut response = http.execute(request).await.map_err(reqwest::Error::without_url)?;
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_RESPONSE_BYTES {
            return Err("expected a shorter response".into());
        }
    }
    let mut taken = Response::new(body.freeze());
    *taken.status_mut() = response.status();
    *taken.headers_mut() = std::mem::take(response.headers_mut());
    Ok(taken)
}
