//! An answer in segments, each with claims of its own that go before its text.

use std::fmt;
use std::pin::Pin;

use futures_util::Stream;

use crate::draft::Claims;
use crate::piece::{Cut, Piece};
use crate::recorder::{Recorder, SealedTrace};

/// The text of a segment while it comes about.
pub type Text = Pin<Box<dyn Stream<Item = Result<Piece, Cut>> + Send>>;

/// Where the segments of one response come from.
///
/// A segment is sealed before its text begins, so that what is recorded later belongs to the next one: a tool
/// that is called in mid-answer ends one segment and begins another.
pub trait Segments: Send + 'static {
    /// The next segment, for which the recorder is given. It is asked for only while no text has had its
    /// [`End`](crate::Piece::End), so that `None` cuts the answer.
    fn next(&mut self, recorder: Recorder) -> impl Future<Output = Option<Segment>> + Send;
}

/// A part of a response whose claims are known before its text.
#[must_use = "a segment that is not spoken says nothing"]
pub struct Segment {
    pub(crate) sealed: SealedTrace,
    pub(crate) said: SegmentSaid,
}

pub(crate) enum SegmentSaid {
    Answer { claims: Claims, text: Text },
    Refusal { text: &'static str, claims: Option<Claims> },
}

impl Segment {
    /// A part of an answer: its claims, what was recorded for it, and its text.
    pub fn answer(claims: Claims, sealed: SealedTrace, text: Text) -> Self {
        Self { sealed, said: SegmentSaid::Answer { claims, text } }
    }

    /// The end of a response that goes no further: nothing is claimed, and the words are fixed at compile time.
    pub const fn refusal(sealed: SealedTrace, text: &'static str) -> Self {
        Self { sealed, said: SegmentSaid::Refusal { text, claims: None } }
    }

    /// The same of a responder that makes claims of its own, which rules 3 and 4 then judge.
    pub const fn refusal_claiming(claims: Claims, sealed: SealedTrace, text: &'static str) -> Self {
        Self { sealed, said: SegmentSaid::Refusal { text, claims: Some(claims) } }
    }

    /// The same segment with its text heard on the way, or put differently: it stays under the same claims.
    pub fn map_text(self, put: impl FnOnce(Text) -> Text) -> Self {
        let Self { sealed, said } = self;
        let said = match said {
            SegmentSaid::Answer { claims, text } => SegmentSaid::Answer { claims, text: put(text) },
            refusal @ SegmentSaid::Refusal { .. } => refusal,
        };
        Self { sealed, said }
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claims = match &self.said {
            SegmentSaid::Answer { claims, .. } => Some(claims),
            SegmentSaid::Refusal { .. } => None,
        };
        f.debug_struct("Segment").field("claims", &claims).finish_non_exhaustive()
    }
}
