//! The text of a stream, kept for memory while it is sent.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::StreamExt as _;
use speech_exit::{Call, CallName, Cut, Piece, Recorder, Segment, Segments};

use super::{counted, read};
use crate::respond::Asked;
use crate::store::{Answered, CallMade};
use crate::telemetry::Notes;
use crate::web::Slot;

/// Segments whose words are also put together, and which hold their place among the requests that are answered.
pub(super) struct Tee<S> {
    segments: S,
    heard: Heard,
    _slot: Slot,
}

/// The words so far, given up when they end.
#[derive(Clone)]
pub(super) struct Heard {
    so_far: Arc<Mutex<Answered>>,
    whole: Arc<OnceLock<Answered>>,
    /// How much was read.
    read: u64,
    /// Whether the end is to say how much was read and written.
    with_usage: bool,
    wants_words: bool,
    notes: Notes,
}

/// Whoever composed the words should have stated what they require, and would have been refused them.
const UNSTATED: Cut =
    Cut::new("REQUIREMENT_UNSTATED", "words came without the result that they require");

impl<S: Segments> Tee<S> {
    pub(super) const fn new(segments: S, heard: Heard, slot: Slot) -> Self {
        Self { segments, heard, _slot: slot }
    }
}

impl<S: Segments> Segments for Tee<S> {
    async fn next(&mut self, recorder: Recorder) -> Option<Segment> {
        let segment = self.segments.next(recorder).await?;
        self.heard.notes.segment();
        let heard = self.heard.clone();
        Some(segment.map_text(|text| {
            Box::pin(text.map(move |piece| piece.and_then(|piece| heard.take(piece))))
        }))
    }
}

impl Heard {
    /// Nothing yet. The whole answer is left in `whole` at its end.
    pub(super) fn new(
        asked: &Asked,
        whole: Arc<OnceLock<Answered>>,
        with_usage: bool,
        notes: Notes,
    ) -> Self {
        let (read, wants_words) = (read(asked), asked.wants_words());
        Self { so_far: Arc::default(), whole, read, with_usage, wants_words, notes }
    }

    fn take(&self, mut piece: Piece) -> Result<Piece, Cut> {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut piece {
            Piece::Words(_) if !self.wants_words => return Err(UNSTATED),
            Piece::Words(words) => so_far.text.push_str(words),
            Piece::Call(call) => add_call(&mut so_far.calls, call),
            Piece::Citation(_) => {}
            Piece::End(end) => {
                end.usage.get_or_insert_with(|| counted(self.read, &so_far.text));
                let _ = self.whole.set(std::mem::take(&mut *so_far));
            }
        }
        self.notes.heard(&piece);
        if let Piece::End(end) = &mut piece {
            end.usage = end.usage.filter(|_| self.with_usage);
        }
        Ok(piece)
    }
}

fn add_call(calls: &mut Vec<CallMade>, call: &Call) {
    let Call { begins, arguments, .. } = call;
    match (begins, calls.last_mut()) {
        (Some(CallName { id, name }), _) => {
            let (id, name, arguments) = (id.clone(), name.clone(), arguments.clone());
            calls.push(CallMade { id, name, arguments });
        }
        (None, Some(last)) => last.arguments.push_str(arguments),
        // A call that was never begun: the exit cuts the stream there.
        (None, None) => {}
    }
}
