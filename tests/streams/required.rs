//! The result of a tool that the client runs may be required, and what was recorded outlasts a segment.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use futures_util::{FutureExt, stream};
use serde_json::json;
use speech_exit::{
    Claims, Effect, Envelope, Exit, Label, Piece, Recorder, Refused, Routes, Segment, Segments,
    Sourced, SpokenStream, speak_stream,
};
use speech_kernel::{Authority, SystemMode};

use super::book::Book;
use super::client::{Heard, Kind};
use crate::serve::get;

/// What is done with the recorder before each segment.
type Recording = fn(&mut Recorder);

/// Segments of one word each.
struct Recorded(&'static [(Recording, Authority)]);

impl Segments for Recorded {
    async fn next(&mut self, mut recorder: Recorder) -> Option<Segment> {
        let ((record, authority), rest) = self.0.split_first()?;
        self.0 = rest;
        record(&mut recorder);
        let word = Ok(Piece::Words("word ".to_owned()));
        let end = rest.is_empty().then(|| {
            let end = speech_exit::End { finish: speech_exit::Finish::Stop, usage: None };
            Ok(Piece::End(end))
        });
        let claims = Claims { authority: *authority, system_mode: SystemMode::Full };
        let text = Box::pin(stream::iter([word].into_iter().chain(end)));
        Some(Segment::answer(claims, recorder.seal(), text))
    }
}

fn hear(segments: &'static [(Recording, Authority)]) -> (Heard, Book) {
    let book = Book::default();
    let handler = move |recorder: Recorder| async move {
        let spoken = speak_stream(Envelope::Plain, Recorded(segments), recorder).await?;
        Ok::<SpokenStream, Refused>(spoken)
    };
    let table = Routes::new().speaks(Method::GET, "/", Effect::Reads("a test"), handler);
    let exit = Exit::new(|| SystemMode::Full, [Label::library()]).keeping(Arc::new(book.clone()));
    let server = table.guarded((), &exit, |router| router).expect("a table");
    let answer = get(server, "/").now_or_never().expect("an answer");
    assert_eq!(answer.status, StatusCode::OK);
    (Kind::Plain.hear(&answer.text), book)
}

fn ran(recorder: &mut Recorder, label: Option<Label>) {
    let label = label.expect("a tool's name");
    recorder.admit(Sourced::new(label, None, "sunny".to_owned()).expect("a source"));
}

fn weather(recorder: &mut Recorder) {
    ran(recorder, Label::client_tool("weather"));
}

fn own_weather(recorder: &mut Recorder) {
    ran(recorder, Label::tool("weather"));
}

fn needs_weather(recorder: &mut Recorder) {
    recorder.require_client_tool(Some("weather")).expect("a name");
}

fn needs_any(recorder: &mut Recorder) {
    recorder.require_client_tool(None).expect("no name");
}

fn other(recorder: &mut Recorder) {
    ran(recorder, Label::client_tool("time"));
}

#[track_caller]
fn assert_missing(segments: &'static [(Recording, Authority)], missing: &str) {
    let (heard, book) = hear(segments);
    let claims = &heard.parts[segments.len() - 1].claims;
    assert_eq!(claims["code"], "CONTEXT_UNAVAILABLE", "{heard:?}");
    assert_eq!(claims["missing"], json!([missing]));
    let kept = book.kept();
    let mut openings = kept.iter().filter_map(|receipt| receipt.opening.as_ref());
    let trace = openings.next_back().and_then(|opening| opening.trace.as_ref()).expect("a trace");
    assert_eq!(trace.required_but_missing, [missing]);
}

#[track_caller]
fn assert_spoken(segments: &'static [(Recording, Authority)]) {
    let (heard, _) = hear(segments);
    assert_eq!(heard.text(), "word ".repeat(segments.len()), "{heard:?}");
}

const NAMED: &str = "tool:client.weather";
const ANY: &str = "tool:client.*";

#[test]
fn a_named_tool_of_the_clients_is_required_until_it_was_run() {
    assert_missing(&[(needs_weather, Authority::System)], NAMED);
    assert_missing(&[(|to| (needs_weather(to), other(to)).0, Authority::Tool)], NAMED);
    assert_missing(&[(|to| (needs_weather(to), own_weather(to)).0, Authority::Tool)], NAMED);
    assert_spoken(&[(|to| (needs_weather(to), weather(to)).0, Authority::Tool)]);
    assert_spoken(&[(|to| (weather(to), needs_weather(to)).0, Authority::Tool)]);
}

#[test]
fn any_tool_of_the_clients_meets_a_requirement_of_any_and_none_of_the_servers_does() {
    assert_missing(&[(needs_any, Authority::System)], ANY);
    assert_missing(&[(|to| (needs_any(to), own_weather(to)).0, Authority::Tool)], ANY);
    assert_spoken(&[(|to| (needs_any(to), weather(to)).0, Authority::Tool)]);
    assert_spoken(&[(|to| (needs_any(to), other(to)).0, Authority::Tool)]);
}

#[test]
fn a_requirement_is_missing_once_however_often_it_is_stated() {
    assert_missing(&[(|to| (needs_any(to), needs_any(to)).0, Authority::System)], ANY);
}

#[test]
fn what_is_no_name_of_a_tool_cannot_be_required() {
    fn bad(recorder: &mut Recorder) {
        for name in ["", "a b", "münze"] {
            assert!(recorder.require_client_tool(Some(name)).is_err(), "{name:?}");
        }
    }
    assert_spoken(&[(bad, Authority::System)]);
}

#[test]
fn what_a_segment_drew_on_the_next_one_draws_on_too() {
    fn nothing(_: &mut Recorder) {}
    let (heard, book) = hear(&[
        (
            |to| (needs_weather(to), weather(to), to.failed(Label::library(), "none")).0,
            Authority::Tool,
        ),
        (nothing, Authority::Tool),
        (own_weather, Authority::Tool),
    ]);
    assert_eq!(heard.text(), "word word word ");
    let both = json!([{"source": NAMED}, {"source": "tool:weather"}]);
    let sources = [json!([{"source": NAMED}]), json!([{"source": NAMED}]), both];
    for (part, sources) in heard.parts.iter().zip(sources) {
        assert_eq!(part.claims["sources"], sources);
        assert_eq!(part.claims["attempts"], json!([{"source": "library", "why": "none"}]));
    }
    let kept = book.kept();
    let openings: Vec<_> = kept.iter().filter_map(|receipt| receipt.opening.as_ref()).collect();
    let counts =
        openings.iter().map(|one| one.trace.as_ref().map_or(0, |trace| trace.sources.len()));
    assert_eq!(counts.collect::<Vec<_>>(), [1, 1, 2]);
    assert!(openings.iter().all(|opening| opening.attempts.len() == 1));
}

#[test]
fn a_requirement_that_a_later_segment_states_denies_it_and_not_what_came_before() {
    fn nothing(_: &mut Recorder) {}
    assert_missing(&[(nothing, Authority::System), (needs_weather, Authority::System)], NAMED);
    let (heard, _) = hear(&[(nothing, Authority::System), (needs_any, Authority::System)]);
    assert_eq!(heard.text(), "word ");
    assert!(heard.parts[1].refusal.as_ref().is_some_and(|text| text.contains(ANY)));
}
