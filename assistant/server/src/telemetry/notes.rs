//! What is noted of one request on its way through the layers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use speech_exit::receipt::Ended;
use speech_exit::{End, Name, Piece};

use super::metered::Judged;

/// What is noted of one request: names, codes and numbers. Clones note the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    pub(super) path: Option<MatchedPath>,
    pub(super) asked: Option<AskedFor>,
    pub(super) response: Option<Name>,
    pub(super) segments: u32,
    pub(super) end: Option<End>,
    /// The last verdict on a stream after the first.
    pub(super) later: Option<Judged>,
    pub(super) ended: Option<Ended>,
}

/// What a request asks for.
#[derive(Debug, Clone)]
pub(crate) struct AskedFor {
    pub(crate) model: Name,
    pub(crate) is_streamed: bool,
    pub(crate) max_tokens: Option<u64>,
}

impl Notes {
    pub(crate) fn asked(&self, asked: AskedFor) {
        self.noted().asked = Some(asked);
    }

    /// Notes the id of the answer.
    pub(crate) fn response(&self, id: &Name) {
        self.noted().response = Some(id.clone());
    }

    /// Notes that a segment was composed.
    pub(crate) fn segment(&self) {
        let mut noted = self.noted();
        noted.segments = noted.segments.saturating_add(1);
    }

    /// Notes how an answer ended, and nothing of its other pieces.
    pub(crate) fn heard(&self, piece: &Piece) {
        if let Piece::End(end) = piece {
            self.noted().end = Some(*end);
        }
    }

    pub(super) fn judged(&self, judged: Judged) {
        self.noted().later = Some(judged);
    }

    pub(super) fn ended(&self, ended: Ended) {
        self.noted().ended = Some(ended);
    }

    pub(super) fn so_far(&self) -> Noted {
        self.noted().clone()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes which route a request has, which only the router knows.
pub(crate) async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let Some((notes, path)) = extensions.get::<Notes>().zip(extensions.get::<MatchedPath>()) {
        notes.noted().path = Some(path.clone());
    }
    next.run(request).await
}
