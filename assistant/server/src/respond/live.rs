//! Answers that are sent while they come about.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream;
use speech_exit::{Recorder, Segment, Segments};

use super::{Asked, Composed, Responder};

/// The next segment, or that there is none.
pub type Next<'a> = Pin<Box<dyn Future<Output = Option<Segment>> + Send + 'a>>;

/// Segments that a responder composes while they are sent.
pub trait Live: Send + 'static {
    /// As [`Segments::next`].
    fn next(&mut self, recorder: Recorder) -> Next<'_>;
}

/// The segments of an answer: as they come about if the responder can do that, or one that was composed before.
pub fn segments_of(responder: Arc<dyn Responder>, asked: Arc<Asked>) -> impl Segments + use<> {
    match Arc::clone(&responder).live(&asked) {
        Some(live) => Road::Live(live),
        None => Road::Composed(Some((responder, asked))),
    }
}

enum Road {
    Live(Box<dyn Live>),
    Composed(Option<(Arc<dyn Responder>, Arc<Asked>)>),
}

impl Segments for Road {
    async fn next(&mut self, mut recorder: Recorder) -> Option<Segment> {
        match self {
            Self::Live(live) => live.next(recorder).await,
            Self::Composed(composition) => {
                let (responder, asked) = composition.take()?;
                let composed = responder.compose(&asked, &mut recorder).await;
                Some(segment_of(composed, &asked, recorder))
            }
        }
    }
}

/// One segment with all of what was composed.
pub fn segment_of(composed: Composed, asked: &Asked, mut recorder: Recorder) -> Segment {
    match composed {
        Composed::Refusal { text, claims: None } => Segment::refusal(recorder.seal(), text),
        Composed::Refusal { text, claims: Some(claims) } => {
            Segment::refusal_claiming(claims, recorder.seal(), text)
        }
        Composed::Answer(answer) => {
            answer.state_requirement(asked, &mut recorder);
            let (claims, usage) = (answer.claims, answer.usage);
            let pieces = answer.into_pieces(usage).into_iter().map(Ok);
            Segment::answer(claims, recorder.seal(), Box::pin(stream::iter(pieces)))
        }
    }
}
