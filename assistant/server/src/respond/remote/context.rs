//! What the upstream is asked with beside the request itself. All of it is admitted, so all of it is claimed.

use speech_exit::{Label, Recorder};

use crate::respond::Asked;
use crate::respond::drawn::DrawnOn;
use crate::retrieval::{self, Exchange, Passage, content_words};
use crate::store::Store;

const SEARCH_FAILED: &str = "the search failed";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// What was said before in the stored conversation, in order.
    pub(super) earlier: Vec<Exchange>,
    /// Passages of the library.
    pub(super) passages: Vec<Passage>,
    pub(super) drawn_on: DrawnOn,
}

/// Looks for what was said before, and into the library if that is required.
pub(super) async fn gather(store: &Store, asked: &Asked, recorder: &mut Recorder) -> Context {
    let mut context = Context { drawn_on: asked.brings, ..Context::default() };
    if let Some(conversation) = &asked.conversation {
        match retrieval::history(store, conversation).await {
            Ok(history) => {
                context.earlier = history.into_iter().map(|turn| recorder.admit(turn)).collect();
            }
            Err(error) => {
                tracing::warn!(%error, "a conversation could not be read");
                recorder.failed(Label::memory(), SEARCH_FAILED);
            }
        }
    }
    if asked.requires(Label::library().as_str()) {
        match retrieval::library(store, &content_words(asked.question())).await {
            Ok(found) => {
                context.passages = found.into_iter().map(|found| recorder.admit(found)).collect();
            }
            Err(error) => {
                tracing::warn!(%error, "the library could not be searched");
                recorder.failed(Label::library(), SEARCH_FAILED);
            }
        }
    }
    context.drawn_on.memory |= !context.earlier.is_empty() || !context.passages.is_empty();
    context
}
