//! Segments that come as a test has them written down.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use axum::body::Body;
use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use futures_util::{FutureExt, StreamExt, stream};
use speech_exit::{
    Claims, Cut, Effect, End, Envelope, Exit, Finish, Label, Piece, Recorder, Refused, Routes,
    SealedTrace, Segment, Segments, Sourced, SpokenStream, Text, speak_stream,
};
use speech_kernel::{Authority, SystemMode};
use tower::ServiceExt;

use super::book::{Book, Remembered, Seen};

/// What a text does when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Give(Piece),
    Break(Cut),
    /// It has nothing yet, once.
    Breathe,
    /// It never has anything any more.
    Hang,
    Panic,
}

/// What the source of the segments does when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// An answer with truthful claims.
    Allowed(Vec<Step>),
    /// One that claims what nobody admitted.
    Denied(Vec<Step>),
    Refusing,
    /// A segment that was sealed for another request.
    Foreign,
    /// Nothing more.
    None,
    Hang,
    Panic,
}

pub(super) const DECLINED: &str = "I leave it at that.";
pub(super) const MEMO: &str = "the exchange";

pub(super) fn words(text: &str) -> Step {
    Step::Give(Piece::Words(text.to_owned()))
}

pub(super) const fn end() -> Step {
    Step::Give(Piece::End(End { finish: Finish::Stop, usage: None }))
}

/// The pieces of a text, and its end.
pub(super) fn said(pieces: &[&str]) -> Vec<Step> {
    pieces.iter().map(|text| words(text)).chain([end()]).collect()
}

struct Script {
    parts: VecDeque<Part>,
    foreign: Vec<SealedTrace>,
    asked: usize,
    book: Book,
}

impl Segments for Script {
    async fn next(&mut self, mut recorder: Recorder) -> Option<Segment> {
        // The first segment draws on nothing, each later one on a tool that was called before it.
        if self.asked > 0 {
            let label = Label::tool("calculator").expect("a tool's name");
            let call = Some(format!("call_{}", self.asked));
            recorder.admit(Sourced::new(label, call, "4".to_owned()).expect("a source"));
        }
        let authority = if self.asked > 0 { Authority::Tool } else { Authority::System };
        self.asked += 1;
        match self.parts.pop_front().unwrap_or(Part::None) {
            Part::Allowed(steps) => Some(self.answer(authority, recorder.seal(), steps)),
            Part::Denied(steps) => Some(self.answer(Authority::Memory, recorder.seal(), steps)),
            Part::Refusing => Some(Segment::refusal(recorder.seal(), DECLINED)),
            Part::Foreign => {
                let sealed = self.foreign.pop().expect("a trace of another request");
                Some(self.answer(Authority::System, sealed, said(&["foreign"])))
            }
            Part::None => None,
            Part::Hang => pending().await,
            Part::Panic => panic!("the source of the segments panics"),
        }
    }
}

impl Script {
    fn answer(&self, authority: Authority, sealed: SealedTrace, steps: Vec<Step>) -> Segment {
        let claims = Claims { authority, system_mode: SystemMode::Full };
        Segment::answer(claims, sealed, text(steps, self.book.clone()))
    }
}

fn text(steps: Vec<Step>, book: Book) -> Text {
    let mut steps = VecDeque::from(steps);
    Box::pin(stream::poll_fn(move |_| {
        book.note(Seen::Asked);
        match steps.pop_front() {
            None => Poll::Ready(None),
            Some(Step::Give(piece)) => Poll::Ready(Some(Ok(piece))),
            Some(Step::Break(cut)) => Poll::Ready(Some(Err(cut))),
            Some(Step::Breathe) => Poll::Pending,
            Some(Step::Hang) => {
                steps.push_front(Step::Hang);
                Poll::Pending
            }
            Some(Step::Panic) => panic!("the text panics"),
        }
    }))
}

/// Who keeps receipts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keeper {
    Book,
    Nobody,
}

/// A response on its way to a client that reads it frame by frame.
pub(super) struct Coming {
    pub(super) response: Response<()>,
    pub(super) frames: BodyDataStream,
    pub(super) book: Book,
}

impl Coming {
    /// The next frame; nothing if the response is over, and pending if it does not come.
    pub(super) fn poll(&mut self) -> Poll<Option<Vec<u8>>> {
        for _ in 0..16 {
            if let Some(frame) = self.frames.next().now_or_never() {
                let frame = frame.map(|frame| frame.expect("no frame fails").to_vec());
                if let Some(bytes) = &frame {
                    self.book.note(Seen::Sent(bytes.clone()));
                }
                return Poll::Ready(frame);
            }
        }
        Poll::Pending
    }

    /// Reads what comes, up to so many frames, and gives their number.
    pub(super) fn read(&mut self, most: usize) -> usize {
        for count in 0..most {
            if !matches!(self.poll(), Poll::Ready(Some(_))) {
                return count;
            }
        }
        most
    }

    /// All that was read.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.book.sent()).expect("text")
    }
}

/// Asks for these segments, up to the head of the response; nothing if that does not come.
pub(super) fn open(
    envelope: &Envelope,
    parts: &[Part],
    book: &Book,
    keeper: Keeper,
) -> Option<Coming> {
    let foreign = parts.iter().filter(|part| **part == Part::Foreign).map(|_| foreign()).collect();
    let parts = parts.iter().cloned().collect();
    let script = Script { parts, foreign, asked: 0, book: book.clone() };
    let script = Arc::new(Mutex::new(Some(script)));
    let envelope = envelope.clone();
    let handler = move |recorder: Recorder| async move {
        let script = script.lock().expect("no panic").take().expect("one request");
        let spoken = speak_stream(envelope, script, recorder).await?;
        Ok::<SpokenStream, Refused>(spoken.remembering(Remembered(MEMO)))
    };
    let table = Routes::new().speaks(Method::GET, "/", Effect::Reads("a test"), handler);
    let exit = Exit::new(|| SystemMode::Full, [Label::library()]);
    let exit = match keeper {
        Keeper::Book => exit.keeping(Arc::new(book.clone())),
        Keeper::Nobody => exit,
    };
    let server = table.guarded((), &exit, |router| router).expect("a table");
    let request = Request::get("/").body(Body::empty()).expect("a request");
    let Ok(response) = server.oneshot(request).now_or_never()?;
    let (parts, body) = response.into_parts();
    let response = Response::from_parts(parts, ());
    Some(Coming { response, frames: body.into_data_stream(), book: book.clone() })
}

/// Asks for these segments and reads all that comes of them.
#[track_caller]
pub(super) fn play(envelope: &Envelope, parts: &[Part], book: &Book, keeper: Keeper) -> Coming {
    let mut coming = open(envelope, parts, book, keeper).expect("a response");
    coming.read(usize::MAX);
    coming
}

/// The sealed trace of another request.
fn foreign() -> SealedTrace {
    let kept: Arc<Mutex<Option<SealedTrace>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let handler = move |recorder: Recorder| async move {
        *keep.lock().expect("no panic") = Some(recorder.seal());
        let unkept = speech_exit::Notice::new(axum::http::StatusCode::NOT_FOUND, "NONE", "none");
        Err::<SpokenStream, Refused>(Refused::Unavailable(unkept))
    };
    let table = Routes::new().speaks(Method::GET, "/", Effect::Reads("a test"), handler);
    let exit = Exit::new(|| SystemMode::Full, []);
    let server = table.guarded((), &exit, |router| router).expect("a table");
    let request = Request::get("/").body(Body::empty()).expect("a request");
    let response = server.oneshot(request).now_or_never();
    assert!(response.is_some());
    kept.lock().expect("no panic").take().expect("a trace")
}
