//! An answer that streams, as whoever composes sees it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc::Receiver;

use super::fault::Fault;
use super::interpret::Delta;
use crate::status::{self, Board};

/// The pieces of an answer, the first of which is here already. After [`Delta::End`] or a fault there are none.
///
/// To drop it cancels the call; what was received until then is kept.
#[derive(Debug)]
pub struct Deltas {
    first: Option<Delta>,
    rest: Receiver<Result<Delta, Fault>>,
    board: Arc<Board>,
}

impl Deltas {
    pub(super) const fn new(
        first: Delta,
        rest: Receiver<Result<Delta, Fault>>,
        board: Arc<Board>,
    ) -> Self {
        Self { first: Some(first), rest, board }
    }

    /// The board says what was seen last, and that it began well was seen before.
    fn note(&self, seen: &Result<Delta, Fault>) {
        if seen.as_ref().is_err_and(|fault| fault.code.is_outage()) {
            self.board.note_upstream(status::Upstream::Down);
        }
    }
}

impl Stream for Deltas {
    type Item = Result<Delta, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => {
                let next = self.rest.poll_recv(cx);
                if let Poll::Ready(Some(seen)) = &next {
                    self.note(seen);
                }
                next
            }
        }
    }
}
