//! The text of a stream, kept for memory while it is sent.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::StreamExt as _;
use speech_exit::{CallName, Piece, Recorder, Segment, Segments};

use crate::store::{Answered, CallMade};
use crate::web::Slot;

/// Segments whose words are also put together, and which hold their place among the requests that are answered.
pub(super) struct Tee<S> {
    segments: S,
    said: Said,
    with_usage: bool,
    _slot: Slot,
}

/// The words so far, given up when they end.
#[derive(Clone)]
struct Said {
    so_far: Arc<Mutex<Answered>>,
    whole: Arc<OnceLock<Answered>>,
}

impl<S: Segments> Tee<S> {
    /// The segments, which leave the whole answer in `answer` at their end.
    pub(super) fn new(
        segments: S,
        answer: Arc<OnceLock<Answered>>,
        with_usage: bool,
        slot: Slot,
    ) -> Self {
        let said = Said { so_far: Arc::default(), whole: answer };
        Self { segments, said, with_usage, _slot: slot }
    }
}

impl<S: Segments> Segments for Tee<S> {
    async fn next(&mut self, recorder: Recorder) -> Option<Segment> {
        let segment = self.segments.next(recorder).await?;
        let (said, with_usage) = (self.said.clone(), self.with_usage);
        Some(segment.map_text(|text| {
            Box::pin(text.map(move |piece| piece.map(|piece| said.hear(piece, with_usage))))
        }))
    }
}

impl Said {
    fn hear(&self, piece: Piece, with_usage: bool) -> Piece {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        match piece {
            Piece::Words(words) => {
                so_far.text.push_str(&words);
                Piece::Words(words)
            }
            Piece::Call(call) => {
                match &call.begins {
                    Some(CallName { id, name }) => so_far.calls.push(CallMade {
                        id: id.clone(),
                        name: name.clone(),
                        arguments: call.arguments.clone(),
                    }),
                    None => {
                        if let Some(last) = so_far.calls.last_mut() {
                            last.arguments.push_str(&call.arguments);
                        }
                    }
                }
                Piece::Call(call)
            }
            Piece::End(mut end) => {
                let _ = self.whole.set(std::mem::take(&mut *so_far));
                end.usage = end.usage.filter(|_| with_usage);
                Piece::End(end)
            }
            Piece::Citation(citation) => Piece::Citation(citation),
        }
    }
}
