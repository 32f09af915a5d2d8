//! Speech that flows: claims first, and each byte true under the claims already sent.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response as HttpResponse};
use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use speech_kernel::{EnforcementViolation, Response, ResponseKind, enforce};

use crate::draft::{Claims, Envelope};
use crate::exchange::Exchange;
use crate::leaving::{Form, Instead, Leaving};
use crate::notice::Notice;
use crate::piece::{Cut, End, Finish, Piece};
use crate::protocol::{Events, Whole, refusal_events};
use crate::provenance::Provenance;
use crate::receipt::{Closing, Ended, Memo, Opening, Receipt, ReceiptId, Tally, Unkept};
use crate::recorder::{Recorder, SealedTrace};
use crate::segment::{Segment, SegmentSaid, Segments, Text};
use crate::slot::{Due, Outgoing};
use crate::speak::{Refused, deny};
use crate::splice::Unfit;

/// A stream whose first segment the kernel let pass, and which judges each later one before its first byte.
#[derive(Debug)]
#[must_use = "what is spoken has to be returned"]
pub struct SpokenStream {
    outgoing: Outgoing,
    memo: Arc<Mutex<Option<Memo>>>,
}

impl SpokenStream {
    /// Leaves something with the stream that the ledger keeps together with its closing receipt, if the stream
    /// is sent to its end.
    pub fn remembering(mut self, memo: impl Any + Send) -> Self {
        match &mut self.outgoing.due {
            Due::Receipt(due) if due.receipt.closing.is_some() => due.memo = Some(Box::new(memo)),
            _ => *self.memo.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(memo)),
        }
        self
    }
}

impl IntoResponse for SpokenStream {
    fn into_response(self) -> HttpResponse {
        self.outgoing.into_held_response()
    }
}

/// Speaks segment after segment. The first is judged here, each later one before its own first byte.
///
/// # Errors
///
/// [`Refused::Denied`] when a rule does not hold for the first segment; [`Refused::Malformed`] when there is
/// none; [`Refused::Unavailable`] when no receipt can be begun.
pub async fn speak_stream(
    envelope: Envelope,
    mut segments: impl Segments,
    recorder: Recorder,
) -> Result<SpokenStream, Refused> {
    let exchange = recorder.exchange().clone();
    let Some(segment) = segments.next(recorder).await else {
        return Err(Refused::Malformed(Unfit::Pieces(Cut::without_an_end()).into()));
    };
    if !segment.sealed.exchange.is(&exchange) {
        return Err(Refused::Unavailable(Notice::exit_unmarked()));
    }
    let id = exchange.draw_receipt().map_err(Refused::Unavailable)?;
    let response = segment.response();
    let Segment { sealed, said } = segment;
    let verdict = enforce(&response, &sealed.context());
    let opening = Opening::of(0, response, &sealed, verdict);
    let leaving = Leaving { exchange, id, opening };
    if let Err(violation) = verdict {
        return Err(deny(violation, envelope, &sealed, leaving, Form::Events));
    }
    let memo = Arc::default();
    let outgoing = match said {
        SegmentSaid::Refusal { text, .. } => {
            let claims = Provenance::of_refusal(&response, leaving.id.as_ref());
            let body = refusal_events(envelope, text, &claims);
            leaving.whole(&response, Form::Events, body)
        }
        SegmentSaid::Answer { text, .. } => {
            let kept = Arc::new(AtomicBool::new(false));
            let mut events = Events::new(envelope);
            let mut head = Vec::new();
            let claims = Provenance::of_answer(&response, &sealed, leaving.id.as_ref());
            events.begin(&claims, &mut head);
            let flow = Flow {
                segments,
                exchange: leaving.exchange.clone(),
                id: leaving.id.clone(),
                events,
                whole: Whole::default(),
                stage: Stage::First(head, text, sealed),
                segment: 0,
                tally: Tally::default(),
                memo: Arc::clone(&memo),
                kept: Arc::clone(&kept),
                ended: Ended::ClientGone,
                is_closed: false,
            };
            leaving.begun(&response, Body::from_stream(flow.into_bytes()), kept)
        }
    };
    Ok(SpokenStream { outgoing, memo })
}

impl Segment {
    fn response(&self) -> Response {
        match self.said {
            SegmentSaid::Answer { claims, .. } => claims.response(ResponseKind::Answer),
            SegmentSaid::Refusal { claims: Some(claims), .. } => {
                claims.response(ResponseKind::Refusal)
            }
            SegmentSaid::Refusal { claims: None, .. } => {
                Claims::truthful_refusal(self.sealed.mode).response(ResponseKind::Refusal)
            }
        }
    }
}

/// A response on its way, polled by whoever sends it. When it is dropped before its end, its reader is gone.
struct Flow<S> {
    segments: S,
    exchange: Exchange,
    id: Option<ReceiptId>,
    events: Events,
    whole: Whole,
    stage: Stage,
    segment: u32,
    tally: Tally,
    memo: Arc<Mutex<Option<Memo>>>,
    /// Whether the guard has kept the first opening: without that, nothing of this was ever sent.
    kept: Arc<AtomicBool>,
    /// How it ends if it is dropped now.
    ended: Ended,
    is_closed: bool,
}

enum Stage {
    First(Vec<u8>, Text, SealedTrace),
    Flowing(Text, SealedTrace),
    Over,
}

impl<S: Segments> Flow<S> {
    fn into_bytes(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        // Boxed, so that each piece moves a pointer and not all of the state.
        stream::unfold(Box::new(self), |mut flow| async {
            let bytes = flow.next().await?;
            Some((Ok(bytes), flow))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let out = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Over => return None,
                Stage::First(head, text, sealed) => {
                    self.stage = Stage::Flowing(text, sealed);
                    head
                }
                Stage::Flowing(text, sealed) => self.flow(text, sealed).await,
            };
            // An end of a text has no bytes of its own.
            if !out.is_empty() {
                if self.id.is_some() {
                    self.tally.add(&out);
                }
                return Some(out.into());
            }
        }
    }

    async fn flow(&mut self, mut text: Text, sealed: SealedTrace) -> Vec<u8> {
        let piece = match caught(text.next()).await {
            Ok(piece) => piece,
            Err(cut) => return self.cut(cut).await,
        };
        match piece {
            Some(Ok(piece)) => match self.whole.add(&piece) {
                Ok(()) => {
                    self.stage = Stage::Flowing(text, sealed);
                    self.written(&piece)
                }
                Err(cut) => self.cut(cut).await,
            },
            Some(Err(cut)) => self.cut(cut).await,
            None => match self.whole.end {
                Some(end) => {
                    let events = self.events.clone();
                    self.finish(events, end, Ended::Complete, Vec::new()).await
                }
                None => match caught(self.segments.next(sealed.reopen())).await {
                    Ok(Some(segment)) => self.judge(segment).await,
                    Ok(None) => self.cut(Cut::without_an_end()).await,
                    Err(cut) => self.cut(cut).await,
                },
            },
        }
    }

    fn written(&mut self, piece: &Piece) -> Vec<u8> {
        // Words that are sent are not needed again: what may follow does not depend on them.
        self.whole.text.clear();
        let mut out = Vec::new();
        self.events.piece(piece, &mut out);
        out
    }

    /// Judges a later segment before its first byte.
    async fn judge(&mut self, segment: Segment) -> Vec<u8> {
        if !segment.sealed.exchange.is(&self.exchange) {
            return self.cut(Cut::foreign()).await;
        }
        let response = segment.response();
        let Segment { sealed, said } = segment;
        let verdict = enforce(&response, &sealed.context());
        self.segment = self.segment.saturating_add(1);
        self.whole.break_off();
        let opening = Opening::of(self.segment, response, &sealed, verdict);
        if self.keep(Some(opening), None, None).await.is_err() {
            return self.cut(Cut::unkept()).await;
        }
        match (verdict, said) {
            (Err(violation), _) => self.deny(violation, &sealed).await,
            (Ok(()), SegmentSaid::Refusal { text, .. }) => {
                let claims = Provenance::of_refusal(&response, self.id.as_ref());
                let (events, out) = self.refusal(&claims, text);
                self.finish(events, REFUSED, Ended::Complete, out).await
            }
            (Ok(()), SegmentSaid::Answer { text, .. }) => {
                let mut out = Vec::new();
                let claims = Provenance::of_answer(&response, &sealed, self.id.as_ref());
                self.events.begin(&claims, &mut out);
                self.stage = Stage::Flowing(text, sealed);
                out
            }
        }
    }

    /// Ends the stream with the truthful refusal. What was sent before stays true under its own claims.
    async fn deny(&mut self, violation: EnforcementViolation, sealed: &SealedTrace) -> Vec<u8> {
        let instead = Instead::of(&violation, sealed, self.id.as_ref());
        let Some(Instead { text, claims, .. }) = instead else {
            return self.cut(Cut::foreign()).await;
        };
        let (events, out) = self.refusal(&claims, &text);
        self.finish(events, REFUSED, Ended::Refused, out).await
    }

    /// The events so far with a refusal after them, and what is to be sent of it.
    fn refusal(&self, claims: &Provenance<'_>, text: &str) -> (Events, Vec<u8>) {
        let (mut events, mut out) = (self.events.clone(), Vec::new());
        events.begin(claims, &mut out);
        events.refuse(text, &mut out);
        (events, out)
    }

    /// Ends the stream, once its closing is kept. The last events are written into a copy, so that an error in
    /// their place follows on what was sent.
    async fn finish(
        &mut self,
        mut events: Events,
        end: End,
        ended: Ended,
        mut out: Vec<u8>,
    ) -> Vec<u8> {
        events.finish(end, &mut out);
        let memo = match ended {
            Ended::Complete => self.memo.lock().unwrap_or_else(PoisonError::into_inner).take(),
            Ended::Refused | Ended::Cut | Ended::ClientGone => None,
        };
        match self.close(ended, &out, memo).await {
            Ok(()) => out,
            Err(Unkept) => self.cut(Cut::unkept()).await,
        }
    }

    /// Ends the stream with an error.
    async fn cut(&mut self, cut: Cut) -> Vec<u8> {
        let mut out = Vec::new();
        self.events.cut(cut, &mut out);
        // An error says nothing that a receipt would have to answer for, so it is sent whether or not one is kept.
        let _ = self.close(Ended::Cut, &out, None).await;
        // Whoever is gone before this has not seen the error.
        self.ended = Ended::Cut;
        out
    }

    async fn close(&mut self, ended: Ended, out: &[u8], memo: Option<Memo>) -> Result<(), Unkept> {
        let mut tally = self.tally.clone();
        tally.add(out);
        let kept = self.keep(None, Some(tally.close(ended)), memo).await;
        self.is_closed = kept.is_ok();
        kept
    }

    async fn keep(
        &mut self,
        opening: Option<Opening>,
        closing: Option<Closing>,
        memo: Option<Memo>,
    ) -> Result<(), Unkept> {
        let Some(id) = self.id.clone() else { return Ok(()) };
        self.exchange.keep(Receipt { closing, id, opening }, memo).await
    }
}

/// A panic in what is asked breaks the answer off, in the open: on a connection that just ends, a reader could take
/// what came before for all there is.
async fn caught<T>(asked: impl Future<Output = T> + Send) -> Result<T, Cut> {
    let asked = AssertUnwindSafe(asked).catch_unwind();
    asked.await.map_err(|_panic| Cut::without_an_end())
}

const REFUSED: End = End { finish: Finish::Stop, usage: None };

impl<S> Drop for Flow<S> {
    fn drop(&mut self) {
        if self.is_closed || !self.kept.load(Ordering::Acquire) {
            return;
        }
        if let (Some(id), Some(ledger)) = (&self.id, self.exchange.ledger()) {
            let closing = Some(std::mem::take(&mut self.tally).close(self.ended));
            ledger.keep_later(Receipt { closing, id: id.clone(), opening: None });
        }
    }
}
