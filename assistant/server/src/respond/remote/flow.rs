//! An answer of the upstream's while it comes about. A segment goes on until what is claimed changes.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt as _, stream};
use speech_exit::{
    Call, CallName, Citation, Cut, End, Finish, Piece, Recorder, Segment, Text, Usage,
};

use super::claims::{Claimed, Declined};
use super::{Remote, context, request};
use crate::respond::{Asked, Live, Next, segment_of};
use crate::upstream::{
    Annotation, CallPiece, Delta, Deltas, Fault, Finish as Ended, Usage as Used,
};

/// Segments of one answer.
pub(super) struct Flow {
    remote: Arc<Remote>,
    asked: Arc<Asked>,
    stage: Stage,
}

enum Stage {
    Unasked,
    /// A segment is under way; what is left of the answer comes back at its end.
    Flowing(Arc<Mutex<Option<Rest>>>),
    Over,
}

/// What is left of an answer.
struct Rest {
    deltas: Deltas,
    /// What was read and belongs to the next segment.
    next: Option<Delta>,
    claimed: Claimed,
    usage: Option<Usage>,
    finish: Finish,
    /// Whether words may come without another look at what they require.
    may_say_words: bool,
}

/// How an answer begins or goes on.
enum Begun {
    Segment(Box<Rest>),
    Declined(Declined),
    Failed(Fault),
}

impl Flow {
    pub(super) const fn new(remote: Arc<Remote>, asked: Arc<Asked>) -> Self {
        Self { remote, asked, stage: Stage::Unasked }
    }

    async fn first(&mut self, mut recorder: Recorder) -> Segment {
        let Self { remote, asked, .. } = self;
        let context = context::gather(&remote.store, asked, &mut recorder).await;
        let deltas = remote.upstream.stream(&request::of(asked, &context)).await;
        let begun = match deltas {
            Ok(deltas) => {
                Rest::new(deltas, Claimed::before(context.drawn_on, asked.offered())).begun().await
            }
            Err(fault) => Begun::Failed(fault),
        };
        match begun {
            Begun::Segment(rest) => self.segment(*rest, recorder),
            Begun::Declined(declined) => segment_of(remote.declined(declined), asked, recorder),
            // Nothing was said yet, so that somebody else can say it.
            Begun::Failed(fault) => {
                let composed = remote.without(fault, asked, &context, &mut recorder).await;
                segment_of(composed, asked, recorder)
            }
        }
    }

    async fn later(&mut self, rest: Rest, recorder: Recorder) -> Option<Segment> {
        match rest.begun().await {
            Begun::Segment(rest) => Some(self.segment(*rest, recorder)),
            Begun::Declined(declined) => {
                Some(segment_of(self.remote.declined(declined), &self.asked, recorder))
            }
            // The exit says that the answer is cut: there are no claims under which it could be said here.
            Begun::Failed(_) => None,
        }
    }

    fn segment(&mut self, mut rest: Rest, mut recorder: Recorder) -> Segment {
        let begins_with_a_call = matches!(rest.next, Some(Delta::Call(_)));
        if !begins_with_a_call {
            self.asked.state_requirement(&mut recorder);
        }
        rest.may_say_words = !begins_with_a_call || self.asked.wants_words();
        let claims = self.remote.claims(rest.claimed.authority());
        let back = Arc::new(Mutex::new(None));
        self.stage = Stage::Flowing(Arc::clone(&back));
        Segment::answer(claims, recorder.seal(), text(rest, back))
    }
}

impl Live for Flow {
    fn next(&mut self, recorder: Recorder) -> Next<'_> {
        Box::pin(async move {
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Unasked => Some(self.first(recorder).await),
                Stage::Flowing(back) => {
                    let rest = back.lock().unwrap_or_else(PoisonError::into_inner).take()?;
                    self.later(rest, recorder).await
                }
                Stage::Over => None,
            }
        })
    }
}

impl Rest {
    const fn new(deltas: Deltas, claimed: Claimed) -> Self {
        let (finish, may_say_words) = (Finish::Stop, true);
        Self { deltas, next: None, claimed, usage: None, finish, may_say_words }
    }

    /// Reads until it is known what is claimed and what comes first: before that, nothing can be judged.
    async fn begun(mut self) -> Begun {
        loop {
            let delta = match self.next.take() {
                Some(delta) => delta,
                None => match self.deltas.next().await {
                    Some(Ok(delta)) => delta,
                    Some(Err(fault)) => return Begun::Failed(fault),
                    None => return Begun::Failed(Fault::cut(CUT)),
                },
            };
            if let Err(declined) = self.claimed.take(&delta) {
                return Begun::Declined(declined);
            }
            match delta {
                Delta::Provenance(_) => {}
                Delta::Usage(used) => self.usage = Some(usage(used)),
                told => {
                    self.next = Some(told);
                    return Begun::Segment(Box::new(self));
                }
            }
        }
    }

    /// Whether a piece is still true under the claims that were sent.
    fn belongs(&mut self, delta: &Delta) -> bool {
        match delta {
            Delta::Words(_) => self.may_say_words,
            _ => self.claimed.covers(delta),
        }
    }

    /// What the piece is in the answer, if it is anything there.
    fn piece(&mut self, delta: Delta) -> Option<Piece> {
        match delta {
            Delta::Words(words) => Some(Piece::Words(words)),
            Delta::Call(piece) => Some(Piece::Call(call(piece))),
            Delta::Annotation(annotation) => Some(Piece::Citation(citation(annotation))),
            Delta::Finish(ended) => {
                self.finish = finish(ended);
                None
            }
            Delta::Usage(used) => {
                self.usage = Some(usage(used));
                None
            }
            Delta::End => Some(Piece::End(End { finish: self.finish, usage: self.usage })),
            Delta::Refusal(_) | Delta::Provenance(_) => None,
        }
    }
}

const CUT: &str = "expected the answer to go on to its end";

/// The text of a segment. At its end, what is left of the answer goes back, unless it was the end of all.
fn text(rest: Rest, back: Arc<Mutex<Option<Rest>>>) -> Text {
    let first = Some(rest);
    Box::pin(stream::unfold((first, back), |(rest, back)| async move {
        let mut rest = rest?;
        loop {
            let delta = match rest.next.take() {
                Some(delta) => delta,
                None => match rest.deltas.next().await {
                    Some(Ok(delta)) => delta,
                    Some(Err(fault)) => {
                        let cut = Cut::new(fault.code.as_str(), fault.words);
                        return Some((Err(cut), (None, back)));
                    }
                    None => return Some((Err(Cut::new("UPSTREAM_CUT", CUT)), (None, back))),
                },
            };
            if !rest.belongs(&delta) {
                rest.next = Some(delta);
                *back.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
                return None;
            }
            let is_end = delta == Delta::End;
            if let Some(piece) = rest.piece(delta) {
                let rest = (!is_end).then_some(rest);
                return Some((Ok(piece), (rest, back)));
            }
        }
    }))
}

pub(super) fn call(piece: CallPiece) -> Call {
    let CallPiece { index, id, name, arguments } = piece;
    let begins = id.zip(name).map(|(id, name)| CallName { id, name });
    Call { index, begins, arguments }
}

pub(super) fn citation(annotation: Annotation) -> Citation {
    let (span, title, url) = match annotation {
        Annotation::Url { url, title, span } => (span, title.unwrap_or_else(|| url.clone()), url),
        Annotation::File { id, name, span } => (span, name.unwrap_or_else(|| id.clone()), id),
    };
    let (start, end) = span.unwrap_or_default();
    let index = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    Citation { start: index(start), end: index(end), title, url }
}

pub(super) const fn finish(ended: Ended) -> Finish {
    match ended {
        Ended::Stop | Ended::ContentFilter => Finish::Stop,
        Ended::Length => Finish::Length,
        Ended::ToolCalls | Ended::FunctionCall => Finish::Calls,
    }
}

pub(super) const fn usage(used: Used) -> Usage {
    Usage { input: used.prompt, output: used.completion }
}
