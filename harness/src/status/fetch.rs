//! Gets a document over HTTP: all of it in time, and no more of it than a document may have.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::words::one_line;
use crate::trouble::Trouble;

/// So many redirects are followed, where they are followed.
const REDIRECTS_MAX: usize = 5;

/// So much is shown of what a library says of a failure, in bytes.
const REASON_MAX_BYTES: usize = 200;

/// What to ask, and how.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    /// The address.
    pub(super) url: Url,
    /// Sent as it is.
    pub(super) authorization: Option<HeaderValue>,
    /// Whether another address may answer.
    pub(super) follow_redirects: bool,
    /// For the whole of it, from the name to the last byte.
    pub(super) deadline: Duration,
}

/// Something that asks, again and again if need be.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client,
    asking: Asking,
}

/// The words in which no document was got.
pub(super) type Unreachable = String;

impl Asker {
    /// It goes the straight way: no proxy that a variable names, because the bearer would go there.
    ///
    /// # Errors
    ///
    /// The address is of another scheme, or the machine trusts nobody and the address needs somebody who is trusted.
    pub(super) fn new(asking: Asking) -> Result<Self, Unreachable> {
        let scheme = asking.url.scheme();
        if !["http", "https"].contains(&scheme) {
            let scheme = one_line(scheme, REASON_MAX_BYTES);
            return Err(format!("expected an address of http or https, found {scheme}"));
        }
        let redirects =
            if asking.follow_redirects { Policy::limited(REDIRECTS_MAX) } else { Policy::none() };
        let tls = tls(scheme == "https" || asking.follow_redirects)
            .map_err(|error| format!("expected a machine that trusts somebody: {error}"))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirects)
            .no_proxy()
            .http1_only()
            // Each look is at a new connection, so that an old one that ended says nothing of the service.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| reason(&error.without_url()))?;
        Ok(Self { client, asking })
    }

    /// Asks once. Gives the body, cut after `limit` bytes and one more.
    ///
    /// # Errors
    ///
    /// No connection, another status than 200, a body that ends too early, or no end within the deadline.
    pub(super) async fn ask(&self, limit: usize) -> Result<Vec<u8>, Unreachable> {
        let deadline = self.asking.deadline;
        match timeout(deadline, self.whole(limit)).await {
            Ok(asked) => asked.map_err(|error| format!("{}: {error}", self.address())),
            Err(_) => Err(format!(
                "{}: expected the whole document within {} seconds",
                self.address(),
                deadline.as_secs_f64()
            )),
        }
    }

    /// The address without what may be secret in it.
    #[must_use]
    pub(super) fn address(&self) -> String {
        address(&self.asking.url)
    }

    async fn whole(&self, limit: usize) -> Result<Vec<u8>, Unreachable> {
        let mut request = self.client.get(self.asking.url.clone());
        request = request.header(ACCEPT, "application/json").header(ACCEPT_ENCODING, "identity");
        if let Some(value) = &self.asking.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.map_err(unanswered)?;
        self.refuse(response.status())?;
        body(response, limit).await
    }

    fn refuse(&self, status: StatusCode) -> Result<(), Unreachable> {
        if status == StatusCode::OK {
            return Ok(());
        }
        let hint = if status.is_redirection() && !self.asking.follow_redirects {
            "; --follow-redirects goes on from there"
        } else {
            ""
        };
        Err(format!("expected status 200, found {}{hint}", status.as_u16()))
    }
}

/// An address without its name, password and query, in which secrets travel.
#[must_use]
pub(super) fn address(url: &Url) -> String {
    let mut shown = url.clone();
    // An address that cannot have them has none.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown.set_fragment(None);
    shown.to_string()
}

async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, Unreachable> {
    let mut taken = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            format!("expected the rest of the document: {}", reason(&error.without_url()))
        })?;
        let Some(chunk) = chunk else {
            return Ok(taken);
        };
        let left = (limit + 1).saturating_sub(taken.len());
        taken.extend_from_slice(chunk.get(..left).unwrap_or(&chunk));
        if taken.len() > limit {
            return Ok(taken);
        }
    }
}

fn unanswered(error: reqwest::Error) -> Unreachable {
    let expected = if error.is_connect() {
        "a connection"
    } else if error.is_redirect() {
        "fewer redirects"
    } else {
        "an answer"
    };
    format!("expected {expected}: {}", reason(&error.without_url()))
}

/// The innermost cause, which is the one that says something.
fn reason(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    one_line(&cause.to_string(), REASON_MAX_BYTES)
}

/// The machine decides who is trusted. Where nobody has to be, a machine without authorities can ask all the same.
fn tls(is_spoken: bool) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let builder = if is_spoken {
        builder.with_platform_verifier()?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}

/// Runs `future` on this thread. What it left behind is not waited for: a name that is still being looked up would
/// hold the end of the command.
///
/// # Errors
///
/// The machine gives no runtime.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Trouble> {
    let runtime: Runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Trouble::new(format!("expected to wait for a network: {error}")))?;
    let given = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(given)
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use tokio::task::spawn_blocking;
    use tokio::time::timeout;

    use super::block_on;

    #[test]
    fn what_is_still_looked_up_is_not_waited_for() {
        let start = Instant::now();
        let long = Duration::from_secs(60);
        let slow = async { spawn_blocking(move || thread::sleep(long)).await.is_ok() };
        let waited = block_on(async { timeout(Duration::from_millis(10), slow).await.is_ok() });
        assert!(matches!(waited, Ok(false)));
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
