//! What is said, in the shapes of each protocol: whole, or as events of a stream.

mod chat;
mod plain;
mod responses;
mod sse;
mod whole;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

pub(crate) use whole::Whole;

use crate::draft::Envelope;
use crate::piece::{Cut, End, Finish, Piece, Usage};
use crate::provenance::Provenance;

/// The body of a whole answer; nothing if it cannot be written.
pub(crate) fn answer(envelope: &Envelope, whole: &Whole, claims: &Provenance<'_>) -> Vec<u8> {
    match envelope {
        Envelope::Chat(heading) => chat::answer(heading, whole, claims),
        Envelope::Responses(heading) => responses::answer(heading, whole, claims),
        Envelope::Plain => plain::answer(whole, claims),
    }
}

/// The body of a refusal, in the protocol's own slot for refusals, with the content empty.
pub(crate) fn refusal(envelope: &Envelope, text: &str, claims: &Provenance<'_>) -> Vec<u8> {
    match envelope {
        Envelope::Chat(heading) => chat::refusal(heading, text, claims),
        Envelope::Responses(heading) => responses::refusal(heading, text, claims),
        Envelope::Plain => plain::refusal(text, claims),
    }
}

/// Writes the events of one stream. Each method appends to what is to be sent next.
#[derive(Clone)]
pub(crate) enum Events {
    Chat(chat::Events),
    Responses(Box<responses::Events>),
    Plain(plain::Events),
}

impl Events {
    pub(crate) fn new(envelope: Envelope) -> Self {
        match envelope {
            Envelope::Chat(heading) => Self::Chat(chat::Events::new(heading)),
            Envelope::Responses(heading) => {
                Self::Responses(Box::new(responses::Events::new(heading)))
            }
            Envelope::Plain => Self::Plain(plain::Events),
        }
    }

    /// The claims of the next segment, before anything of its text.
    pub(crate) fn begin(&mut self, claims: &Provenance<'_>, out: &mut Vec<u8>) {
        let claims = written(claims);
        match self {
            Self::Chat(events) => events.begin(&claims, out),
            Self::Responses(events) => events.begin(claims, out),
            Self::Plain(events) => events.begin(&claims, out),
        }
    }

    /// A piece of the text. Its end has no event here, and neither have no words.
    pub(crate) fn piece(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        if matches!(piece, Piece::Words(words) if words.is_empty()) {
            return;
        }
        match self {
            Self::Chat(events) => events.piece(piece, out),
            Self::Responses(events) => events.piece(piece, out),
            Self::Plain(events) => events.piece(piece, out),
        }
    }

    /// A refusal, after which only [`finish`](Self::finish) may follow.
    pub(crate) fn refuse(&mut self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Chat(events) => events.refuse(text, out),
            Self::Responses(events) => events.refuse(text, out),
            Self::Plain(events) => events.refuse(text, out),
        }
    }

    /// The end of what was sent whole.
    pub(crate) fn finish(&mut self, end: End, out: &mut Vec<u8>) {
        match self {
            Self::Chat(events) => events.finish(end, out),
            Self::Responses(events) => events.finish(end, out),
            Self::Plain(events) => events.finish(end, out),
        }
    }

    /// The end of what broke off: an error, so that nobody takes it for whole.
    pub(crate) fn cut(&mut self, cut: Cut, out: &mut Vec<u8>) {
        match self {
            Self::Chat(events) => events.cut(cut, out),
            Self::Responses(events) => events.cut(cut, out),
            Self::Plain(events) => events.cut(cut, out),
        }
    }
}

/// A whole stream that refuses: claims, refusal, end.
pub(crate) fn refusal_events(envelope: Envelope, text: &str, claims: &Provenance<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut events = Events::new(envelope);
    events.begin(claims, &mut out);
    events.refuse(text, &mut out);
    events.finish(End { finish: Finish::Stop, usage: None }, &mut out);
    out
}

/// An error in the shape of the vendor whose protocols these are.
#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: &'static str,
    r#type: &'static str,
    param: (),
}

impl ErrorBody {
    const fn of(cut: Cut) -> Self {
        Self { code: cut.code, message: cut.message, r#type: "server_error", param: () }
    }
}

fn written(claims: &Provenance<'_>) -> Box<RawValue> {
    to_raw_value(claims).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

const fn total(usage: Usage) -> u64 {
    usage.input.saturating_add(usage.output)
}
