//! Another server that answers: any that speaks chat completions as OpenAI does.
//!
//! What it sends is kept before it counts, and only its owner, [`interpret`], reads it. Nothing that it sends is
//! in a fault or in the log, and the key is in nothing but the header.

pub mod breaker;
mod client;
mod deltas;
mod fault;
pub mod interpret;
mod probe;
mod receive;
mod request;
mod retry;
mod settings;
mod sse;

pub use client::ClientError;
pub use deltas::Deltas;
pub use fault::{Fault, FaultCode};
pub use interpret::{Annotation, CallPiece, Delta, Finish, Raw, Reply, Usage};
pub use probe::watch;
pub use request::{Call, ChatRequest, Message};
pub use settings::{Arguments, Limits, PREFIX, Settings, SettingsError};

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use self::breaker::{Outcome, Permit, Shared, State};
use self::client::{Client, Failure};
use self::receive::Receiving;
use crate::status;
use crate::store::{Road, Store, hex};

/// How many pieces wait for whoever composes before the upstream has to wait.
const WAITING_PIECES: usize = 16;

/// An upstream that can be asked. Clones are the same.
#[derive(Debug, Clone)]
pub struct Upstream(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    store: Store,
    breaker: Shared,
}

impl Upstream {
    /// The upstream that these settings name. The board says that it is down until it was seen to answer.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when the machine trusts nobody and the address is of `https`.
    pub fn new(settings: Settings, store: Store) -> Result<Self, ClientError> {
        let breaker = Shared::new(settings.breaker);
        let client = Client::new(settings)?;
        store.board().note_upstream(status::Upstream::Down);
        Ok(Self(Arc::new(Inner { client, store, breaker })))
    }

    /// The model that it is asked for.
    #[must_use]
    pub fn model(&self) -> &str {
        self.0.client.settings().model()
    }

    /// How long one answer of its may take.
    #[must_use]
    pub fn patience(&self) -> std::time::Duration {
        self.0.client.settings().limits.total
    }

    /// Whether it was last seen to answer.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.0.store.board().probes().upstream == status::Upstream::Up
    }

    /// Asks for an answer in one piece. To drop the future cancels the call; what was received is kept.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn whole(&self, request: &ChatRequest) -> Result<Reply, Fault> {
        let permit = self.enter()?;
        let answered = match self.begin(request, Road::Whole).await {
            Ok(receiving) => {
                let (sender, answer) = oneshot::channel();
                tokio::spawn(receiving.whole(sender));
                answer.await.unwrap_or_else(|_| Err(lost()))
            }
            Err(fault) => Err(fault),
        };
        self.leave(permit, answered.as_ref().err());
        answered
    }

    /// Asks for an answer that streams, and waits for its first piece, so that whatever fails before anything is
    /// said fails here.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn stream(&self, request: &ChatRequest) -> Result<Deltas, Fault> {
        let permit = self.enter()?;
        let begun = match self.begin(request, Road::Stream).await {
            Ok(receiving) => {
                let (sender, mut pieces) = mpsc::channel(WAITING_PIECES);
                tokio::spawn(receiving.stream(sender));
                let first = pieces.recv().await.unwrap_or_else(|| Err(lost()));
                first.map(|first| (first, pieces))
            }
            Err(fault) => Err(fault),
        };
        match begun {
            Ok((first, pieces)) => {
                let counted = self.begun_well(permit);
                Ok(Deltas::new(first, pieces, self.clone(), counted))
            }
            Err(fault) => {
                self.leave(permit, Some(&fault));
                Err(fault)
            }
        }
    }

    /// The right to a call of which the first piece is there, if its end still counts. A trial ends with that piece,
    /// so that others need not wait for the last one.
    fn begun_well(&self, permit: Permit) -> Option<Permit> {
        if matches!(self.0.breaker.state(), State::Closed { .. }) {
            self.note(true);
            return Some(permit);
        }
        self.leave(permit, None);
        None
    }

    /// Asks whether it answers at all. While it rests, it is not asked; after that, this is the trial.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub async fn probe(&self) -> Result<(), Fault> {
        // That it lists its models does not make up for answers that failed, so it counts as a trial only.
        let is_trial = !matches!(self.0.breaker.state(), State::Closed { .. });
        let permit = if is_trial { Some(self.enter()?) } else { None };
        let seen = match self.0.client.models().await {
            // It is there and has no such list: only an answer can show how it fares.
            Ok(false) => return Ok(()),
            Ok(true) => Ok(()),
            Err(fault) if self.is_up() && !fault.code.is_absence() => return Ok(()),
            Err(fault) => Err(fault),
        };
        match permit {
            Some(permit) => self.leave(permit, seen.as_ref().err()),
            None => self.note(seen.is_ok()),
        }
        seen
    }

    /// Whether an answer of its is under way, which will say how it fares.
    #[must_use]
    pub fn is_answering(&self) -> bool {
        self.0.breaker.is_calling()
    }

    /// Whether there is a use in asking it: it is not, as long as it rests from its failures.
    #[must_use]
    pub fn may_be_asked(&self) -> bool {
        self.0.breaker.lets_in()
    }

    fn enter(&self) -> Result<Permit, Fault> {
        self.0.breaker.enter().ok_or_else(|| {
            self.note(false);
            Fault::new(FaultCode::Open, "expected an upstream that did not fail so often just now")
        })
    }

    fn leave(&self, permit: Permit, fault: Option<&Fault>) {
        let is_outage = fault.is_some_and(|fault| fault.code.is_outage());
        if let Some(fault) = fault {
            tracing::warn!(%fault, "the upstream gave no answer");
        }
        permit.end(if is_outage { Outcome::Failure } else { Outcome::Success });
        self.note(!is_outage);
    }

    /// Notes how it fares, as one with the state of the breaker: an old call that ends well does not make others be
    /// let through.
    fn note(&self, is_up: bool) {
        let board = self.0.store.board();
        self.0.breaker.tell(|state| match state {
            State::Closed { .. } if is_up => board.note_upstream(status::Upstream::Up),
            State::Closed { .. } => board.note_upstream(status::Upstream::Down),
            State::Open { .. } | State::HalfOpen => board.note_upstream_rests(),
        });
    }

    /// Asks until there is a response that can be taken in, or no use in asking again.
    async fn begin(&self, request: &ChatRequest, road: Road) -> Result<Receiving, Fault> {
        let Inner { client, store, .. } = self.0.as_ref();
        let body = Bytes::from(request.body(self.model(), road));
        let request_sha256 = hex(&Sha256::digest(&body));
        let total = Instant::now() + client.settings().limits.total;
        let receiving = |taking| Receiving {
            taking,
            store: store.clone(),
            request_sha256: request_sha256.clone(),
            road,
            event_bytes: client.settings().limits.event_bytes,
        };
        let mut retries = 0;
        loop {
            let Failure { fault, comeback, refused } =
                match client.call(body.clone(), road, total).await {
                    Ok(taking) => return Ok(receiving(taking)),
                    Err(failure) => failure,
                };
            // Without random bytes they all wait the same.
            let random = getrandom::u32().unwrap_or(u32::MAX);
            match retry::wait(fault.code, comeback, retries, random) {
                Some(wait) if Instant::now() + wait < total => {
                    drop(refused);
                    tokio::time::sleep(wait).await;
                    retries += 1;
                }
                _ => {
                    if let Some(taking) = refused {
                        // Why there is no answer is known; whoever waits for one does not wait for the rest of that.
                        tokio::spawn(receiving(taking).refused(fault));
                    }
                    return Err(fault);
                }
            }
        }
    }
}

/// Only when the process ends under it.
const fn lost() -> Fault {
    Fault::cut("expected the answer to be received to its end")
}
