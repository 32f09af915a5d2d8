//! Answers that flow, as a test wants them to.

use std::sync::Arc;

use assistant::respond::{Asked, Composed, Composing, Live, Next, Responder};
use axum::body::Body;
use axum::http::{Method, Request};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use speech_exit::{Claims, Cut, End, Finish, Piece, Recorder, Segment, Usage};
use speech_kernel::{Authority, SystemMode};

use super::MARKER;
use crate::support::request;

/// A segment that draws on nothing, so that only the authority `system` is true of it.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) authority: Authority,
    pub(super) text: Vec<Result<Piece, Cut>>,
    /// Whether its text goes on for ever.
    pub(super) stalls: bool,
}

impl Part {
    pub(super) fn of(text: Vec<Result<Piece, Cut>>) -> Self {
        Self { authority: Authority::System, text, stalls: false }
    }
}

pub(super) fn words() -> Result<Piece, Cut> {
    Ok(Piece::Words(format!("{MARKER} ")))
}

pub(super) fn end() -> Result<Piece, Cut> {
    let usage = Some(Usage { input: 3, output: 5 });
    Ok(Piece::End(End { finish: Finish::Length, usage }))
}

/// Composes these parts for each request.
pub(super) struct Flowing(pub(super) Vec<Part>);

impl Responder for Flowing {
    fn compose<'a>(&'a self, _: &'a Asked, _: &'a mut Recorder) -> Composing<'a> {
        Box::pin(async { Composed::Refusal { text: "only in pieces", claims: None } })
    }

    fn live(self: Arc<Self>, _: &Arc<Asked>) -> Option<Box<dyn Live>> {
        Some(Box::new(Parts(self.0.clone().into_iter())))
    }
}

struct Parts(std::vec::IntoIter<Part>);

impl Live for Parts {
    fn next(&mut self, recorder: Recorder) -> Next<'_> {
        let segment = self.0.next().map(|Part { authority, text, stalls }| {
            let claims = Claims { authority, system_mode: SystemMode::Full };
            let rest = if stalls {
                stream::pending().left_stream()
            } else {
                stream::empty().right_stream()
            };
            Segment::answer(claims, recorder.seal(), Box::pin(stream::iter(text).chain(rest)))
        });
        Box::pin(std::future::ready(segment))
    }
}

/// A question that wants a stream.
pub(super) fn streamed() -> Request<Body> {
    let question = [json!({ "role": "user", "content": format!("what of {MARKER}?") })];
    let body = json!({ "model": "m", "stream": true, "messages": question });
    request(Method::POST, "/v1/chat/completions", body.to_string())
}
