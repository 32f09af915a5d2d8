//! Runs tasks that were granted when they were made. It reads that decision and asks no engine for another; what it
//! writes passes the gate like every other write, under the epoch of its hold.

mod answer;

use std::time::Duration;

use mutation_gate::{Id, MutationClass, TerminalKind};
use serde_json::{Value, json};

use crate::app::{App, Server};
use crate::gate::{Asking, Came, Wanted, mutate};
use crate::store::StoreError;
use crate::store::gate::{Applied, Candidate, KeptSignal, Lease, Unapplied};
use crate::store::random_hex;
use answer::{Answered, ask};

/// How many tasks are looked at for one that nothing is in the way of.
const LOOK_AT: u32 = 64;
/// What the run of a question calls its answer.
const ANSWER: &str = "answer";

/// How long the worker holds on, and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// For how long a run is held without a sign of life.
    pub lease: Duration,
    /// How often there is one.
    pub beat: Duration,
    /// How long nothing is looked for after nothing was found.
    pub rest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            beat: Duration::from_secs(10),
            rest: Duration::from_millis(500),
        }
    }
}

/// What a worker is and what it works with.
#[derive(Clone)]
pub struct Worker {
    app: App,
    server: Server,
    name: Id,
    pace: Pace,
}

/// What came of a look for work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    /// There was nothing to do.
    Nothing,
    /// A run was ended.
    Ended(TerminalKind),
    /// A run was begun and not ended: the hold was lost, or the gate did not let it end.
    Left,
}

impl Worker {
    /// A worker of a name that nobody else has. It asks `server` as anybody else does.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn new(app: App, server: Server, pace: Pace) -> Result<Self, getrandom::Error> {
        let name = Id::parse(&format!("worker_{}", random_hex()?));
        let name = name.ok_or(getrandom::Error::UNEXPECTED)?;
        Ok(Self { app, server, name, pace })
    }

    /// What it is called as the holder of a run.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Works until it is dropped. A run that it holds then is taken over when the hold ends.
    pub async fn run(self) {
        loop {
            match self.once().await {
                Ok(Worked::Ended(_)) => {}
                Ok(Worked::Nothing | Worked::Left) => tokio::time::sleep(self.pace.rest).await,
                Err(error) => {
                    tracing::warn!(%error, "the worker could not work");
                    tokio::time::sleep(self.pace.rest).await;
                }
            }
        }
    }

    /// Runs one task, if there is one to run.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn once(&self) -> Result<Worked, StoreError> {
        match self.claim().await? {
            None => Ok(Worked::Nothing),
            Some(lease) => self.work(&lease).await,
        }
    }

    /// Takes the oldest run that nothing is in the way of.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn claim(&self) -> Result<Option<Lease>, StoreError> {
        let now = self.app.gate().now();
        let mut gated = self.app.store().begin_gated().await?;
        let candidates = gated.candidates(now, LOOK_AT).await?;
        let signals = gated.live_signals(now).await?;
        let free = candidates.iter().find(|candidate| is_free(candidate, &signals, now));
        let lease = match free {
            Some(candidate) => gated.claim(candidate, self.name(), now, self.until(now)).await?,
            None => None,
        };
        if lease.is_some() {
            gated.commit().await?;
        } else {
            gated.rollback().await?;
        }
        Ok(lease)
    }

    fn until(&self, now: i64) -> i64 {
        now.saturating_add(i64::try_from(self.pace.lease.as_millis()).unwrap_or(i64::MAX))
    }

    /// Runs a task under a hold, which goes on for as long as that takes.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn work(&self, lease: &Lease) -> Result<Worked, StoreError> {
        let answered = tokio::select! {
            answered = ask(&self.server, lease.question()) => answered,
            () = self.hold_on(lease) => return Ok(Worked::Left),
        };
        match answered {
            Answered::Said { text, receipt_id } => self.keep(lease, text, receipt_id).await,
            // Nothing was decided: whoever holds the run next asks again.
            Answered::NotNow => Ok(Worked::Left),
            Answered::Never(code) => self.end(lease, TerminalKind::Failed, Some(code)).await,
        }
    }

    /// Gives signs of life until the hold is lost.
    async fn hold_on(&self, lease: &Lease) {
        loop {
            tokio::time::sleep(self.pace.beat).await;
            let now = self.app.gate().now();
            match self.app.store().extend(lease, now, self.until(now)).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "a run could not be held on"),
            }
        }
    }

    async fn keep(
        &self,
        lease: &Lease,
        content: String,
        receipt_id: Option<String>,
    ) -> Result<Worked, StoreError> {
        let (task_id, run_id) = named(lease);
        let (name, epoch) = (ANSWER.to_owned(), Some(lease.fence().epoch));
        let wanted = Wanted::Artifact { task_id, run_id, name, content, receipt_id, epoch };
        match self.write("/api/artifacts", lease, &wanted).await? {
            // Who held the run before kept its answer and came no further.
            Came::Applied(_) | Came::Unapplied(Unapplied::Exists) => {
                self.end(lease, TerminalKind::Completed, None).await
            }
            Came::Unapplied(_) | Came::Refused(_) | Came::Rejected(..) => Ok(Worked::Left),
        }
    }

    async fn end(
        &self,
        lease: &Lease,
        kind: TerminalKind,
        detail: Option<&'static str>,
    ) -> Result<Worked, StoreError> {
        let (task_id, run_id) = named(lease);
        let (epoch, detail) = (Some(lease.fence().epoch), detail.map(str::to_owned));
        let wanted = Wanted::End { task_id, run_id, kind, epoch, detail };
        let path = match kind {
            TerminalKind::Completed => "/api/tasks/complete",
            TerminalKind::Failed => "/api/tasks/fail",
            TerminalKind::Canceled => "/api/tasks/cancel",
        };
        match self.write(path, lease, &wanted).await? {
            Came::Applied(Applied::Ended { .. }) => Ok(Worked::Ended(kind)),
            came => {
                tracing::info!(?came, task = lease.task_id(), "a run was not ended");
                Ok(Worked::Left)
            }
        }
    }

    async fn write(
        &self,
        path: &'static str,
        lease: &Lease,
        wanted: &Wanted,
    ) -> Result<Came, StoreError> {
        let body: Value = json!({ "task_id": lease.task_id(), "run_id": lease.run_id() });
        let asking = Asking {
            method: "POST".to_owned(),
            path: path.to_owned(),
            body,
            principal: Some(self.name.clone()),
        };
        mutate(&self.app, &asking, Ok(wanted)).await
    }
}

fn named(lease: &Lease) -> (Option<String>, Option<String>) {
    (Some(lease.task_id().to_owned()), Some(lease.run_id().to_owned()))
}

/// Whether nothing is in the way of what the run would end with.
fn is_free(candidate: &Candidate, signals: &[KeptSignal], now: i64) -> bool {
    let (task, run) = (Some(candidate.task_id.as_str()), Some(candidate.run_id.as_str()));
    [MutationClass::ArtifactEmit, MutationClass::TaskComplete, MutationClass::TaskFail]
        .into_iter()
        .all(|class| !signals.iter().any(|kept| kept.signal.is_in_the_way(class, task, run, now)))
}
