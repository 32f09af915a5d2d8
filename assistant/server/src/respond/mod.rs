//! Who composes an answer, and what it claims about it. Nothing here can look at the trace to claim.

mod about;
mod asked;
mod compose;
mod drawn;
mod embedded;
mod live;
mod recall;
mod remote;

pub use asked::Asked;
pub use compose::{Answer, Composed};
pub use drawn::DrawnOn;
pub use embedded::Embedded;
pub use live::{Live, Next, segment_of, segments_of};
pub use remote::Remote;

use std::pin::Pin;
use std::sync::Arc;

use speech_exit::Recorder;

/// A composition under way.
pub type Composing<'a> = Pin<Box<dyn Future<Output = Composed> + Send + 'a>>;

/// Composes answers from what it admits.
///
/// INVARIANT: what a responder claims is held against what was recorded. Held by
/// `assistant/server/tests/http/violations.rs::a_claim_that_the_trace_does_not_give_is_refused_whether_over_or_under`.
pub trait Responder: Send + Sync + 'static {
    /// Composes one answer, or refuses to.
    fn compose<'a>(&'a self, asked: &'a Asked, recorder: &'a mut Recorder) -> Composing<'a>;

    /// The answer while it comes about, if it can be had so. Otherwise it is composed whole and then sent.
    fn live(self: Arc<Self>, asked: &Arc<Asked>) -> Option<Box<dyn Live>> {
        let _ = asked;
        None
    }
}
