//! Takes a response in, and keeps it whatever becomes of it.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::client::Taking;
use super::fault::{Fault, FaultCode};
use super::interpret::{self, Delta, Order, Raw, Reply, Told};
use super::sse::Events;
use crate::store::{Ended, External, Road, Store};

/// A response of which nothing is taken yet, and what it is kept with.
pub(super) struct Receiving {
    pub(super) taking: Taking,
    pub(super) store: Store,
    pub(super) request_sha256: String,
    pub(super) road: Road,
    pub(super) event_bytes: usize,
}

/// Why the receiving stopped before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Fault(Fault),
    /// Nobody waits for it.
    Dropped,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Receiving {
    /// Takes all of it, keeps it, and only then has it interpreted.
    pub(super) async fn whole(mut self, mut answer: oneshot::Sender<Result<Reply, Fault>>) {
        let received = tokio::select! {
            biased;
            () = answer.closed() => Err(Stop::Dropped),
            received = all(&mut self.taking) => received.map_err(Stop::Fault),
        };
        let body = self.taking.taken();
        let kept = self.keep(body.clone(), received.err()).await;
        if let Some(outcome) = settled(received, kept) {
            let reply = outcome.and_then(|()| interpret::whole(Raw::new(Bytes::from(body))));
            // Whoever is gone by now has no use for it.
            let _ = answer.send(reply);
        }
    }

    /// Takes event by event and has each interpreted. The end is said when all of it is kept.
    pub(super) async fn stream(mut self, pieces: mpsc::Sender<Result<Delta, Fault>>) {
        let received = self.follow(&pieces).await;
        let body = self.taking.taken();
        let kept = self.keep(body, received.err()).await;
        if let Some(outcome) = settled(received, kept) {
            let _ = pieces.send(outcome.map(|()| Delta::End)).await;
        }
    }

    /// Keeps what is no answer.
    pub(super) async fn refused(mut self, fault: Fault) {
        let received = all(&mut self.taking).await;
        let body = self.taking.taken();
        let stop = Some(Stop::Fault(received.err().unwrap_or(fault)));
        // Why there is no answer is known; that this is not kept as well stands in the log.
        let _ = self.keep(body, stop).await;
    }

    async fn follow(&mut self, pieces: &mpsc::Sender<Result<Delta, Fault>>) -> Result<(), Stop> {
        let mut events = Events::new(self.taking.chunks(), self.event_bytes);
        let mut order = Order::default();
        loop {
            let next = tokio::select! {
                biased;
                () = pieces.closed() => return Err(Stop::Dropped),
                next = events.next() => next?,
            };
            let Some(event) = next else { return Ok(interpret::ended(&order)?) };
            match interpret::event(event, &mut order)? {
                Told::Done => return Ok(()),
                Told::Pieces(told) => {
                    for piece in told {
                        pieces.send(Ok(piece)).await.map_err(|_| Stop::Dropped)?;
                    }
                }
            }
        }
    }

    async fn keep(self, body: Vec<u8>, stop: Option<Stop>) -> Result<(), Fault> {
        let Self { taking, store, request_sha256, road, .. } = self;
        let (status, ended) = (taking.status(), ended(stop));
        // The connection ends, or is free for the next call, before the file is waited for.
        drop(taking);
        let external = External { request_sha256, road, status, ended, body };
        match store.keep_external(&external).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "an answer of the upstream is not kept");
                Err(Fault::new(FaultCode::NotKept, "expected the answer to be stored"))
            }
        }
    }
}

async fn all(taking: &mut Taking) -> Result<(), Fault> {
    while taking.next().await?.is_some() {}
    Ok(())
}

/// What is said of it; `None` to nobody.
fn settled(received: Result<(), Stop>, kept: Result<(), Fault>) -> Option<Result<(), Fault>> {
    match received {
        Err(Stop::Dropped) => None,
        Err(Stop::Fault(fault)) => Some(Err(fault)),
        Ok(()) => Some(kept),
    }
}

const fn ended(stop: Option<Stop>) -> Ended {
    match stop {
        None => Ended::Complete,
        Some(Stop::Dropped) => Ended::Dropped,
        Some(Stop::Fault(fault)) => match fault.code {
            FaultCode::Cut => Ended::Cut,
            FaultCode::Timeout => Ended::Late,
            FaultCode::TooLarge => Ended::TooLarge,
            _ => Ended::Unusable,
        },
    }
}
