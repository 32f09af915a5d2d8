//! Responses that are whole leave with their receipts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use serde_json::Value;
use speech_exit::receipt::{Ended, Verdict};
use speech_exit::strict::{At, FaultCode, read};
use speech_exit::{
    Claims, Draft, Effect, Envelope, Exit, Label, Notice, Piece, Recorder, Refused, Routes,
    SealedTrace, Spoken, speak,
};
use speech_kernel::{Authority, SystemMode};

use super::book::{Book, Fate, Line, Remembered, Seen, closing};
use super::client::{Called, Ending, Heard, KINDS, Kind, Said, finish, string, used};
use super::responses;
use super::script::MEMO;
use crate::serve::{Answer, get};

const READS: Effect = Effect::Reads("a test");

fn claims(authority: Authority) -> Claims {
    Claims { authority, system_mode: SystemMode::Full }
}

/// Asks for what this says of a sealed trace.
fn ask(
    book: Option<&Book>,
    say: impl FnOnce(SealedTrace) -> Result<Spoken, Refused> + Clone + Send + Sync + 'static,
) -> Answer {
    let handler = move |recorder: Recorder| async move { say(recorder.seal()) };
    let table = Routes::new().speaks(Method::GET, "/", READS, handler);
    let exit = Exit::new(|| SystemMode::Full, [Label::library()]);
    let exit = match book {
        Some(book) => exit.keeping(Arc::new(book.clone())),
        None => exit,
    };
    let server = table.guarded((), &exit, |router| router).expect("a table");
    get(server, "/").now_or_never().expect("an answer")
}

/// The same pieces as a whole response.
#[track_caller]
pub(super) fn whole(kind: Kind, pieces: Vec<Piece>) -> Heard {
    let envelope = kind.envelope();
    let answer = ask(None, move |sealed| {
        speak(Draft::pieces(envelope, pieces, claims(Authority::System)), sealed)
    });
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    hear(kind, &answer.json())
}

fn hear(kind: Kind, body: &Value) -> Heard {
    match kind {
        Kind::Plain => plain(body),
        Kind::Chat => chat(body),
        Kind::Responses => responses::hear_whole(body),
    }
}

fn said(body: &Value, text: Option<&str>) -> Heard {
    let (claims, text) = (body["provenance"].clone(), text.unwrap_or_default().to_owned());
    Heard { parts: vec![Said { claims, text, refusal: None }], ..Heard::default() }
}

/// Reads an object of no vendor's protocol.
fn plain(body: &Value) -> Heard {
    let mut heard = said(body, body["text"].as_str());
    for citation in body["citations"].as_array().into_iter().flatten() {
        heard.cite(citation, ["start", "end"], 0);
    }
    for call in body["calls"].as_array().into_iter().flatten() {
        let [id, name, arguments] = ["id", "name", "arguments"].map(|key| string(&call[key]));
        heard.calls.push(Called { id, name, arguments });
    }
    heard.usage = used(&body["usage"], ["input", "output"]);
    heard.end(finish(body["finish"].as_str().unwrap_or("stop")));
    heard
}

fn chat(body: &Value) -> Heard {
    let choice = &body["choices"][0];
    let message = &choice["message"];
    let mut heard = said(body, message["content"].as_str());
    for annotation in message["annotations"].as_array().expect("annotations") {
        heard.cite(&annotation["url_citation"], ["start_index", "end_index"], 0);
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let [name, arguments] = ["name", "arguments"].map(|key| string(&function[key]));
        heard.calls.push(Called { id: string(&call["id"]), name, arguments });
    }
    heard.usage = used(&body["usage"], ["prompt_tokens", "completion_tokens"]);
    heard.end(finish(choice["finish_reason"].as_str().expect("a reason")));
    heard
}

fn answer(envelope: Envelope, authority: Authority) -> Draft {
    let end = speech_exit::End { finish: speech_exit::Finish::Stop, usage: None };
    let pieces = vec![Piece::Words("so it is".to_owned()), Piece::End(end)];
    Draft::pieces(envelope, pieces, claims(authority))
}

/// Asserts that provenance, header and ledger name the same receipt, which closes with the bytes that were sent.
#[track_caller]
fn assert_receipted(answer: &Answer, book: &Book, line: Line) {
    assert_eq!(book.lines(), [line], "{:#?}", book.seen());
    let receipt = &book.kept()[0];
    assert_eq!(receipt.closing, Some(closing(answer.text.as_bytes(), Ended::Complete)));
    assert_eq!(answer.header("x-speech-receipt"), Some(receipt.id.as_str()));
    if answer.json().get("error").is_none() {
        assert_eq!(answer.json()["provenance"]["receipt"], receipt.id.as_str());
    }
}

#[test]
fn a_whole_response_is_kept_as_one_receipt() {
    for kind in KINDS {
        for (authority, verdict) in
            [(Authority::System, Verdict::Allow), (Authority::Tool, Verdict::Deny)]
        {
            let (book, envelope) = (Book::default(), kind.envelope());
            let spoken = ask(Some(&book), move |sealed| {
                Ok(speak(answer(envelope, authority), sealed)?.remembering(Remembered(MEMO)))
            });
            assert_receipted(&spoken, &book, Line::Both(0, verdict, Ended::Complete));
            let is_allowed = verdict == Verdict::Allow;
            assert_eq!(spoken.text.contains("so it is"), is_allowed);
            assert_eq!(book.memos(), if is_allowed { vec![MEMO] } else { Vec::new() });
            let opening = book.kept()[0].opening.clone().expect("an opening");
            assert_eq!(opening.code.as_deref(), (!is_allowed).then_some("AUTHORITY_MISMATCH"));
        }
    }
}

#[test]
fn a_drafted_refusal_is_kept_as_what_it_is() {
    for kind in KINDS {
        let (book, envelope) = (Book::default(), kind.envelope());
        let spoken = ask(Some(&book), move |sealed| {
            speak(Draft::refusal(envelope, "I have no document on that."), sealed)
        });
        assert_receipted(&spoken, &book, Line::Both(0, Verdict::Allow, Ended::Complete));
    }
}

#[test]
fn a_broken_input_is_kept_with_its_place() {
    let book = Book::default();
    let refused = ask(Some(&book), |_| {
        let node = read(br#"{"model":7}"#).expect("a text");
        let (_, model) = At::root(&node).members().expect("members").iter().next().expect("one");
        Err(Refused::Malformed(model.fault(FaultCode::WrongType, "a string").into()))
    });
    assert_receipted(&refused, &book, Line::Both(0, Verdict::Malformed, Ended::Complete));
    let opening = book.kept()[0].opening.clone().expect("an opening");
    assert_eq!(opening.code.as_deref(), Some("WRONG_TYPE"));
    assert_eq!(opening.pointer.as_deref(), Some("/model"));
    assert_eq!((opening.response, opening.trace), (None, None));
}

#[test]
fn a_broken_draft_is_kept_without_a_place() {
    let book = Book::default();
    let refused = ask(Some(&book), |sealed| {
        let pieces = vec![Piece::Words("so it is".to_owned())];
        speak(Draft::pieces(Envelope::Plain, pieces, claims(Authority::System)), sealed)
    });
    assert_eq!(refused.error_code(), "STREAM_CUT");
    assert!(!refused.text.contains("so it is"));
    assert_receipted(&refused, &book, Line::Both(0, Verdict::Malformed, Ended::Complete));
    assert_eq!(book.kept()[0].opening.clone().expect("an opening").pointer, None);
}

#[test]
fn what_is_unavailable_says_nothing_and_is_not_kept() {
    let book = Book::default();
    let down = ask(Some(&book), |_| {
        let words = "the store is down";
        Err(Refused::Unavailable(Notice::new(StatusCode::BAD_GATEWAY, "STORE_DOWN", words)))
    });
    assert_eq!(down.error_code(), "STORE_DOWN");
    assert_eq!((down.header("x-speech-receipt"), book.seen()), (None, Vec::new()));
}

#[test]
fn what_cannot_be_kept_is_not_said() {
    for kind in KINDS {
        let fates = [Fate::Lost, Fate::Panics].into_iter();
        let cases = fates.flat_map(|fate| [(fate, Authority::System), (fate, Authority::Tool)]);
        for (fate, authority) in cases {
            let (book, envelope) = (Book::but(0, fate), kind.envelope());
            let lost = ask(Some(&book), move |sealed| speak(answer(envelope, authority), sealed));
            assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(lost.error_code(), "RECEIPT_UNAVAILABLE");
            assert_eq!(lost.header("x-speech-receipt"), None);
            assert!(!lost.text.contains("so it is"));
            assert_eq!(book.lines(), []);
            let seen = book.seen();
            assert!(fate == Fate::Panics || matches!(seen[..], [Seen::NotKept(_)]), "{seen:?}");
        }
    }
}

#[test]
fn an_error_that_cannot_be_kept_is_sent_without_an_id() {
    let book = Book::but(0, Fate::Lost);
    let refused = ask(Some(&book), |_| {
        let unfit = Notice::new(StatusCode::BAD_REQUEST, "UNFIT", "expected another request");
        Err(Refused::Malformed(unfit))
    });
    assert_eq!(refused.error_code(), "UNFIT");
    assert_eq!((refused.header("x-speech-receipt"), book.lines()), (None, Vec::new()));
}

#[test]
fn without_a_ledger_no_receipt_is_named() {
    for kind in KINDS {
        for authority in [Authority::System, Authority::Tool] {
            let envelope = kind.envelope();
            let spoken = ask(None, move |sealed| speak(answer(envelope, authority), sealed));
            assert_eq!(spoken.header("x-speech-receipt"), None);
            assert!(!spoken.text.contains("receipt") && !spoken.text.contains("rcpt_"));
        }
    }
    let broken = ask(None, |_| {
        Err(Refused::Malformed(Notice::new(StatusCode::BAD_REQUEST, "UNFIT", "expected less")))
    });
    assert_eq!(broken.header("x-speech-receipt"), None);
}

#[test]
fn the_ending_of_an_object_is_that_of_its_stream() {
    let ended = |finish| {
        let end = Piece::End(speech_exit::End { finish, usage: None });
        KINDS.map(|kind| whole(kind, vec![end.clone()]).ending)
    };
    let finished = |word| [Ending::Finished(word), Ending::Finished(word), Ending::Finished(word)];
    assert_eq!(ended(speech_exit::Finish::Stop), finished("stop"));
    assert_eq!(ended(speech_exit::Finish::Length), finished("length"));
}

/// The request is dropped while the ledger has not answered.
#[test]
fn a_client_that_leaves_before_the_verdict_is_kept_gets_nothing() {
    let book = Book::but(0, Fate::Stuck);
    let say = |sealed| speak(answer(Envelope::Plain, Authority::System), sealed);
    let handler = move |recorder: Recorder| async move { say(recorder.seal()) };
    let table = Routes::new().speaks(Method::GET, "/", READS, handler);
    let exit = Exit::new(|| SystemMode::Full, []).keeping(Arc::new(book.clone()));
    let server = table.guarded((), &exit, |router| router).expect("a table");
    let request = Request::get("/").body(Body::empty()).expect("a request");
    assert!(tower::ServiceExt::oneshot(server, request).now_or_never().is_none());
    assert_eq!(book.lines(), []);
}
