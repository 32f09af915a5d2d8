//! Answers that are sent while they come about.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream;
use speech_exit::{Recorder, Segment, Segments, Usage};

use super::{Asked, Composed, Responder};

/// The next segment, or that there is none.
pub type Next<'a> = Pin<Box<dyn Future<Output = Option<Segment>> + Send + 'a>>;

/// Segments that a responder composes while they are sent.
pub trait Live: Send + 'static {
    /// As [`Segments::next`].
    fn next(&mut self, recorder: Recorder) -> Next<'_>;
}

/// The segments of an answer: as they come about if the responder can do that, or one that was composed before.
pub fn segments_of(
    responder: Arc<dyn Responder>,
    asked: Arc<Asked>,
    counted: impl Fn(&str) -> Option<Usage> + Send + 'static,
) -> impl Segments {
    match Arc::clone(&responder).live(&asked) {
        Some(live) => Road::Live(live),
        None => Road::Composed(Some(Composition { responder, asked, counted })),
    }
}

enum Road<F> {
    Live(Box<dyn Live>),
    Composed(Option<Composition<F>>),
}

struct Composition<F> {
    responder: Arc<dyn Responder>,
    asked: Arc<Asked>,
    counted: F,
}

impl<F: Fn(&str) -> Option<Usage> + Send + 'static> Segments for Road<F> {
    async fn next(&mut self, mut recorder: Recorder) -> Option<Segment> {
        match self {
            Self::Live(live) => live.next(recorder).await,
            Self::Composed(composition) => {
                let Composition { responder, asked, counted } = composition.take()?;
                let composed = responder.compose(&asked, &mut recorder).await;
                Some(segment_of(composed, recorder, counted))
            }
        }
    }
}

/// One segment with all of what was composed.
pub fn segment_of(
    composed: Composed,
    recorder: Recorder,
    counted: impl FnOnce(&str) -> Option<Usage>,
) -> Segment {
    match composed {
        Composed::Refusal { text, claims: None } => Segment::refusal(recorder.seal(), text),
        Composed::Refusal { text, claims: Some(claims) } => {
            Segment::refusal_claiming(claims, recorder.seal(), text)
        }
        Composed::Answer(answer) => {
            let claims = answer.claims;
            let usage = answer.usage.or_else(|| counted(&answer.text));
            let pieces = answer.into_pieces(usage).into_iter().map(Ok);
            Segment::answer(claims, recorder.seal(), Box::pin(stream::iter(pieces)))
        }
    }
}
