//! An upstream as whoever composes sees it, over a socket.

mod breaking;
mod calls;
mod keeping;
pub(crate) mod program;
pub(crate) mod scripted;
mod streams;

use std::path::Path;
use std::time::{Duration, Instant};

use assistant::store::Store;
use assistant::upstream::{
    Arguments, ChatRequest, Delta, Deltas, Fault, FaultCode, Message, Settings, Upstream,
};
use clap::Parser as _;
use futures_util::StreamExt as _;
use tempfile::TempDir;

use crate::databases::other_connection_to;
use crate::support::store;
use scripted::{Act, Scripted};

/// The name of the variable that holds it is `KEY`.
pub(crate) const SECRET: &str = "sk-not-to-be-seen";

/// Longer than anything takes that does not hang.
pub(crate) const LONG: Duration = Duration::from_secs(60);

const HOUR: Duration = Duration::from_secs(3600);

pub(super) struct Setup {
    pub(super) scripted: Scripted,
    pub(super) upstream: Upstream,
    pub(super) store: Store,
    pub(super) directory: TempDir,
}

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    upstream: Arguments,
}

pub(crate) fn settings(url: &str) -> Settings {
    let arguments =
        ["", "--upstream-url", url, "--upstream-model", "m", "--upstream-key-env", "KEY"];
    let command = Command::try_parse_from(arguments).expect("arguments");
    let key = |name: &str| (name == "KEY").then(|| SECRET.to_owned());
    let mut settings = command.upstream.settings(key).expect("settings").expect("an upstream");
    // Where a test is about one of them, it sets that one, and the others do not come before it.
    settings.limits.first_byte = HOUR;
    settings.limits.idle = HOUR;
    settings.limits.total = HOUR;
    settings
}

pub(super) async fn setup(script: impl IntoIterator<Item = Act>) -> Setup {
    setup_with(script, |_| {}).await
}

pub(super) async fn setup_with(
    script: impl IntoIterator<Item = Act>,
    change: impl FnOnce(&mut Settings),
) -> Setup {
    let scripted = Scripted::new(script).await;
    let (store, directory) = store().await;
    let mut settings = settings(&scripted.url());
    change(&mut settings);
    let upstream = Upstream::new(settings, store.clone()).expect("an upstream");
    Setup { scripted, upstream, store, directory }
}

pub(super) fn question() -> ChatRequest {
    ChatRequest { messages: vec![Message::User("Hello?".to_owned())], ..ChatRequest::default() }
}

impl Setup {
    pub(super) async fn whole(&self) -> Result<Vec<Delta>, Fault> {
        self.upstream.whole(&question()).await.map(|reply| reply.pieces)
    }

    /// The pieces of a stream up to its end or its fault.
    pub(super) async fn streamed(&self) -> (Vec<Delta>, Option<FaultCode>) {
        match self.upstream.stream(&question()).await {
            Ok(deltas) => all(deltas).await,
            Err(fault) => (Vec::new(), Some(fault.code)),
        }
    }

    pub(super) async fn kept(&self) -> Vec<Kept> {
        kept(self.directory.path()).await
    }

    pub(super) fn mode(&self) -> assistant::status::Upstream {
        self.store.board().probes().upstream
    }
}

pub(super) async fn all(mut deltas: Deltas) -> (Vec<Delta>, Option<FaultCode>) {
    let mut found = Vec::new();
    while let Some(next) = deltas.next().await {
        match next {
            Ok(delta) => found.push(delta),
            Err(fault) => {
                assert!(deltas.next().await.is_none(), "something after {fault}");
                return (found, Some(fault.code));
            }
        }
    }
    (found, None)
}

/// Road, status, how it ended, and what came.
pub(crate) type Kept = (String, i64, String, String);

pub(crate) async fn kept(directory: &Path) -> Vec<Kept> {
    let rows = other_connection_to(directory).await.external().await;
    let text = |body: Vec<u8>| String::from_utf8_lossy(&body).into_owned();
    rows.into_iter().map(|(road, status, ended, body)| (road, status, ended, text(body))).collect()
}

/// The outcome of something that has to come by itself.
pub(super) async fn soon<T>(outcome: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, outcome).await.expect("it hangs")
}

/// Waits for something that happens beside the test.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + LONG;
    while !is_so().await {
        assert!(Instant::now() < until, "it never came to pass that {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(super) fn words(words: &str) -> Delta {
    Delta::Words(words.to_owned())
}
