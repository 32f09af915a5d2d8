//! Routes of no vendor's protocol.

use serde::Serialize;
use serde_json::value::RawValue;

use super::whole::WholeCall;
use super::{ErrorBody, Whole, sse};
use crate::piece::{Call, CallName, Citation, Cut, End, Finish, Piece, Usage};
use crate::provenance::Provenance;

#[derive(Serialize)]
struct Answer<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citations: Vec<Cited<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<WholeCalled<'a>>,
    /// Why it goes no further, if it is not whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    finish: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Used>,
    provenance: &'a Provenance<'a>,
}

#[derive(Serialize)]
struct Refusal<'a> {
    refusal: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a Provenance<'a>>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Cited<'a> {
    start: usize,
    end: usize,
    title: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct Called<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}

#[derive(Serialize)]
struct WholeCalled<'a> {
    id: &'a str,
    name: &'a str,
    arguments: &'a str,
}

#[derive(Serialize)]
struct Ended {
    finish: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Used>,
}

#[derive(Serialize)]
struct Used {
    input: u64,
    output: u64,
}

#[derive(Serialize)]
struct Failed {
    error: ErrorBody,
}

pub(super) fn answer(whole: &Whole, claims: &Provenance<'_>) -> Vec<u8> {
    let answer = Answer {
        text: &whole.text,
        citations: whole.citations.iter().map(cited).collect(),
        calls: whole.calls.iter().map(called).collect(),
        finish: whole.end.map(|end| end.finish).filter(|end| *end != Finish::Stop).map(word),
        usage: whole.end.and_then(|end| end.usage).map(used),
        provenance: claims,
    };
    serde_json::to_vec(&answer).unwrap_or_default()
}

pub(super) fn refusal(text: &str, claims: &Provenance<'_>) -> Vec<u8> {
    serde_json::to_vec(&Refusal { refusal: text, provenance: Some(claims) }).unwrap_or_default()
}

fn cited(citation: &Citation) -> Cited<'_> {
    let Citation { start, end, title, url } = citation;
    Cited { start: *start, end: *end, title, url }
}

fn called(call: &WholeCall) -> WholeCalled<'_> {
    let WholeCall { name: CallName { id, name }, arguments } = call;
    WholeCalled { id, name, arguments }
}

const fn used(usage: Usage) -> Used {
    let Usage { input, output } = usage;
    Used { input, output }
}

/// Events with the names `provenance`, `text`, `citation`, `call`, `refusal`, `end` and `error`.
#[derive(Clone)]
pub(crate) struct Events;

#[expect(clippy::unused_self, reason = "the events of the other protocols have a state")]
impl Events {
    pub(super) fn begin(&self, claims: &RawValue, out: &mut Vec<u8>) {
        sse::event(out, "provenance", &claims);
    }

    pub(super) fn piece(&self, piece: &Piece, out: &mut Vec<u8>) {
        match piece {
            Piece::Words(text) => sse::event(out, "text", &Text { text }),
            Piece::Citation(citation) => sse::event(out, "citation", &cited(citation)),
            Piece::Call(Call { index, begins, arguments }) => {
                let (id, name) = match begins {
                    Some(CallName { id, name }) => (Some(id.as_str()), Some(name.as_str())),
                    None => (None, None),
                };
                sse::event(out, "call", &Called { index: *index, id, name, arguments });
            }
            Piece::End(_) => {}
        }
    }

    pub(super) fn refuse(&self, text: &str, out: &mut Vec<u8>) {
        sse::event(out, "refusal", &Refusal { refusal: text, provenance: None });
    }

    pub(super) fn finish(&self, end: End, out: &mut Vec<u8>) {
        let End { finish, usage } = end;
        sse::event(out, "end", &Ended { finish: word(finish), usage: usage.map(used) });
    }

    pub(super) fn cut(&self, cut: Cut, out: &mut Vec<u8>) {
        sse::event(out, "error", &Failed { error: ErrorBody::of(cut) });
    }
}

const fn word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Calls => "calls",
    }
}
