//! An answer that streams, as whoever composes sees it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc::Receiver;

use super::Upstream;
use super::breaker::{Outcome, Permit};
use super::fault::Fault;
use super::interpret::Delta;

/// The pieces of an answer, the first of which is here already. After [`Delta::End`] or a fault there are none.
///
/// To drop it cancels the call; what was received until then is kept.
#[derive(Debug)]
pub struct Deltas {
    first: Option<Delta>,
    rest: Receiver<Result<Delta, Fault>>,
    upstream: Upstream,
    /// The right to the call, whose outcome is not known before its end.
    permit: Option<Permit>,
}

impl Deltas {
    pub(super) const fn new(
        first: Delta,
        rest: Receiver<Result<Delta, Fault>>,
        upstream: Upstream,
        permit: Option<Permit>,
    ) -> Self {
        Self { first: Some(first), rest, upstream, permit }
    }

    /// That it began well was seen before. How it ends counts as much as how another one begins.
    fn note(&mut self, seen: &Result<Delta, Fault>) {
        let is_outage = seen.as_ref().is_err_and(|fault| fault.code.is_outage());
        let outcome = match seen {
            Ok(Delta::End) => Outcome::Success,
            Ok(_) => return,
            Err(_) if is_outage => Outcome::Failure,
            Err(_) => Outcome::Success,
        };
        if let Some(permit) = self.permit.take() {
            permit.end(outcome);
        }
        if is_outage {
            self.upstream.note(false);
        }
    }
}

impl Stream for Deltas {
    type Item = Result<Delta, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => self.rest.poll_recv(cx),
        };
        if let Poll::Ready(Some(seen)) = &next {
            self.note(seen);
        }
        next
    }
}
