//! Who composes an answer, and what it claims about it. Nothing here can look at the trace to claim.

mod about;
mod compose;
mod embedded;
mod recall;

pub use compose::{Answer, Citation, Composed};
pub use embedded::Embedded;

use std::pin::Pin;

use jiff::civil::Date;
use speech_exit::Recorder;

use crate::store::ConversationId;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The last thing that the person wrote.
    pub question: String,
    /// What the person wrote before in the same request. It is part of what is asked, and no source.
    pub earlier: Vec<String>,
    /// The stored conversation that it continues, if it does.
    pub conversation: Option<ConversationId>,
    /// The labels of the sources without which no answer is wanted.
    pub required: Vec<String>,
    /// The date of today.
    pub today: Date,
}

impl Asked {
    /// Whether an answer without a source of this label is not wanted.
    #[must_use]
    pub fn requires(&self, label: &str) -> bool {
        self.required.iter().any(|required| required == label)
    }
}

/// A composition under way.
pub type Composing<'a> = Pin<Box<dyn Future<Output = Composed> + Send + 'a>>;

/// Composes answers from what it admits.
///
/// INVARIANT: what a responder claims is held against what was recorded. Held by
/// `assistant/server/tests/http/violations.rs::a_claim_that_the_trace_does_not_give_is_refused_whether_over_or_under`.
pub trait Responder: Send + Sync + 'static {
    /// Composes one answer, or refuses to.
    fn compose<'a>(&'a self, asked: &'a Asked, recorder: &'a mut Recorder) -> Composing<'a>;
}
