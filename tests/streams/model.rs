//! What has to come of a script, worked out without looking at how the exit does it.

use std::collections::VecDeque;

use axum::http::StatusCode;
use serde_json::{Value, json};
use speech_exit::receipt::{Ended, Verdict};
use speech_exit::{Call, Cut, Finish, Piece};

use super::book::{Book, Fate, Line};
use super::client::{Ending, Heard, Kind, Said};
use super::script::{DECLINED, Keeper, MEMO, Part, Step, open};

pub(super) const STREAM_CUT: &str = "STREAM_CUT";
pub(super) const OUT_OF_ORDER: &str = "STREAM_OUT_OF_ORDER";
pub(super) const UNKEPT: &str = "RECEIPT_UNAVAILABLE";
pub(super) const UNMARKED: &str = "EXIT_UNMARKED";
const BROKEN: &str = "UPSTREAM_CUT";

/// A text that breaks off.
pub(super) const fn broken() -> Step {
    Step::Break(Cut::new(BROKEN, "the upstream broke off"))
}

/// More of a call that nobody began.
pub(super) fn stray() -> Step {
    Step::Give(Piece::Call(Call { index: usize::MAX, begins: None, arguments: "{}".to_owned() }))
}

/// What has to come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Not even a head.
    Nothing,
    /// An error in the place of the whole response.
    Error(&'static str, Vec<Line>),
    Stream(Stream),
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) segments: Vec<Spoken>,
    /// The arguments of each call.
    pub(super) calls: Vec<String>,
    pub(super) ending: Ending,
    pub(super) lines: Vec<Line>,
    pub(super) is_remembered: bool,
}

/// What is said in one segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Answer(String),
    Denied,
    Declined,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
    Never,
}

/// Where a script has got to.
struct Play {
    fates: VecDeque<Fate>,
    stream: Stream,
}

/// What has to come of these segments if the ledger deals so with its calls.
pub(super) fn expected(parts: &[Part], fates: &[Fate]) -> Expected {
    let mut play = Play { fates: fates.iter().copied().collect(), stream: Stream::default() };
    let (first, rest) = parts.split_first().unwrap_or((&Part::None, &[]));
    let both = |verdict| Line::Both(0, verdict, Ended::Complete);
    match first {
        Part::Hang => Expected::Nothing,
        Part::Panic | Part::Foreign => Expected::Error(UNMARKED, Vec::new()),
        Part::None => match play.keep(both(Verdict::Malformed)) {
            Kept::Never => Expected::Nothing,
            Kept::Yes | Kept::No => Expected::Error(STREAM_CUT, play.stream.lines),
        },
        Part::Denied(_) => play.whole(both(Verdict::Deny), Spoken::Denied),
        Part::Refusing => {
            play.stream.is_remembered = true;
            play.whole(both(Verdict::Allow), Spoken::Declined)
        }
        Part::Allowed(steps) => match play.keep(Line::Opening(0, Verdict::Allow)) {
            Kept::Yes => {
                play.segments(steps, rest);
                Expected::Stream(play.stream)
            }
            Kept::No => Expected::Error(UNKEPT, Vec::new()),
            Kept::Never => Expected::Nothing,
        },
    }
}

impl Play {
    fn keep(&mut self, line: Line) -> Kept {
        match self.fates.pop_front().unwrap_or_default() {
            Fate::Kept => {
                self.stream.lines.push(line);
                Kept::Yes
            }
            Fate::Lost | Fate::Panics => Kept::No,
            Fate::Stuck => Kept::Never,
        }
    }

    fn whole(mut self, line: Line, spoken: Spoken) -> Expected {
        match self.keep(line) {
            Kept::Yes => {
                self.stream.segments.push(spoken);
                self.stream.ending = Ending::Finished("stop");
                Expected::Stream(self.stream)
            }
            Kept::No => Expected::Error(UNKEPT, Vec::new()),
            Kept::Never => Expected::Nothing,
        }
    }

    fn segments(&mut self, first: &[Step], rest: &[Part]) {
        let mut segment = 0;
        let mut goes_on = self.text(first);
        let mut rest = rest.iter();
        while goes_on {
            goes_on = match rest.next().unwrap_or(&Part::None) {
                Part::None | Part::Panic => self.cut(STREAM_CUT),
                Part::Foreign => self.cut(UNMARKED),
                Part::Hang => self.left(),
                part => {
                    segment += 1;
                    self.later(segment, part)
                }
            };
        }
    }

    fn later(&mut self, segment: u32, part: &Part) -> bool {
        let is_denied = matches!(part, Part::Denied(_));
        let verdict = if is_denied { Verdict::Deny } else { Verdict::Allow };
        match self.keep(Line::Opening(segment, verdict)) {
            Kept::No => return self.cut(UNKEPT),
            Kept::Never => return self.left(),
            Kept::Yes => {}
        }
        match part {
            Part::Allowed(steps) => self.text(steps),
            Part::Denied(_) => self.end(Ended::Refused, Some(Spoken::Denied), "stop"),
            _ => self.end(Ended::Complete, Some(Spoken::Declined), "stop"),
        }
    }

    /// Says a text, and tells whether another segment is to follow.
    fn text(&mut self, steps: &[Step]) -> bool {
        self.stream.segments.push(Spoken::Answer(String::new()));
        let mut ended = None;
        for step in steps {
            match step {
                Step::Breathe => {}
                Step::Hang => return self.left(),
                Step::Panic => return self.cut(STREAM_CUT),
                Step::Break(_) => return self.cut(BROKEN),
                Step::Give(_) if ended.is_some() => return self.cut(OUT_OF_ORDER),
                Step::Give(Piece::End(end)) => ended = Some(end.finish),
                Step::Give(Piece::Words(words)) => {
                    if let Some(Spoken::Answer(text)) = self.stream.segments.last_mut() {
                        *text += words;
                    }
                }
                Step::Give(Piece::Call(call)) if *step != stray() => self.call(call),
                Step::Give(Piece::Call(_)) => return self.cut(OUT_OF_ORDER),
                Step::Give(Piece::Citation(_)) => {}
            }
        }
        match ended {
            None => true,
            Some(Finish::Stop) => self.end(Ended::Complete, None, "stop"),
            Some(Finish::Length) => self.end(Ended::Complete, None, "length"),
            Some(Finish::Calls) => self.end(Ended::Complete, None, "calls"),
        }
    }

    fn call(&mut self, call: &Call) {
        if call.begins.is_some() {
            self.stream.calls.push(String::new());
        }
        if let Some(arguments) = self.stream.calls.last_mut() {
            *arguments += &call.arguments;
        }
    }

    fn end(&mut self, ended: Ended, spoken: Option<Spoken>, word: &'static str) -> bool {
        match self.keep(Line::Closing(ended)) {
            Kept::Yes => {
                self.stream.segments.extend(spoken);
                self.stream.ending = Ending::Finished(word);
                self.stream.is_remembered = ended == Ended::Complete;
                false
            }
            Kept::No => self.cut(UNKEPT),
            Kept::Never => self.left(),
        }
    }

    fn cut(&mut self, code: &str) -> bool {
        match self.keep(Line::Closing(Ended::Cut)) {
            Kept::Never => return self.left(),
            Kept::Yes => {}
            // It is left for later then.
            Kept::No => self.stream.lines.push(Line::Closing(Ended::Cut)),
        }
        self.stream.ending = Ending::Failed(code.to_owned());
        false
    }

    /// Nothing comes any more, so the client goes.
    fn left(&mut self) -> bool {
        self.stream.lines.push(Line::Closing(Ended::ClientGone));
        false
    }
}

/// Plays a script to its end and holds what comes of it to what has to come.
#[track_caller]
pub(super) fn assert_as_expected(kind: Kind, parts: &[Part], fates: &[Fate]) {
    let about = format!("{kind:?} {parts:?} {fates:?}");
    let book = Book::with(fates);
    let coming = open(&kind.envelope(), parts, &book, Keeper::Book);
    let expected = expected(parts, fates);
    let Some(mut coming) = coming else {
        assert_eq!((expected, book.lines()), (Expected::Nothing, Vec::new()), "{about}");
        return;
    };
    coming.read(usize::MAX);
    let (text, response) = (coming.text(), coming.response);
    drop(coming.frames);
    let lines = book.lines();
    let receipt = response.headers().get("x-speech-receipt").map(|id| id.to_str().expect("an id"));
    match expected {
        Expected::Nothing => panic!("expected nothing: {about}"),
        Expected::Error(code, expected) => {
            let body: Value = serde_json::from_str(&text).expect("an error");
            assert_ne!(response.status(), StatusCode::OK);
            assert_eq!((body["error"]["code"].as_str(), lines), (Some(code), expected), "{about}");
        }
        Expected::Stream(expected) => {
            let heard = kind.hear(&text);
            assert_heard(kind, &heard, &expected, receipt.expect("a receipt"), &about);
            assert_eq!(lines, expected.lines, "{about} {:#?}", book.seen());
            let (Line::Closing(ended) | Line::Both(_, _, ended)) = lines[lines.len() - 1] else {
                panic!("no closing: {about}")
            };
            book.assert_closed(ended);
            assert_eq!(book.memos(), if expected.is_remembered { vec![MEMO] } else { vec![] });
        }
    }
}

#[track_caller]
fn assert_heard(kind: Kind, heard: &Heard, expected: &Stream, receipt: &str, about: &str) {
    let said: Vec<(usize, Spoken)> =
        heard.parts.iter().enumerate().map(|part| spoken(part, receipt)).collect();
    // In this protocol claims stand at what is said under them, so no words have none.
    let is_heard = |index: usize, spoken: &Spoken| {
        kind != Kind::Responses || index == 0 || *spoken != Spoken::Answer(String::new())
    };
    let said = said.into_iter().filter(|(index, spoken)| is_heard(*index, spoken));
    let said: Vec<Spoken> = said.map(|(_, spoken)| spoken).collect();
    let segments = expected.segments.iter().enumerate();
    let segments = segments.filter(|(index, spoken)| is_heard(*index, spoken));
    let segments: Vec<&Spoken> = segments.map(|(_, spoken)| spoken).collect();
    assert_eq!(said.iter().collect::<Vec<_>>(), segments, "{about}");
    let calls: Vec<&str> = heard.calls.iter().map(|call| call.arguments.as_str()).collect();
    if heard.ending != Ending::Open {
        assert_eq!(calls, expected.calls, "{about}");
    }
    assert_eq!(ending(kind, heard), ending(kind, expected), "{about}");
}

trait Ends {
    fn ending(&self) -> &Ending;
    fn calls(&self) -> usize;
}

impl Ends for Heard {
    fn ending(&self) -> &Ending {
        &self.ending
    }

    fn calls(&self) -> usize {
        self.calls.len()
    }
}

impl Ends for Stream {
    fn ending(&self) -> &Ending {
        &self.ending
    }

    fn calls(&self) -> usize {
        self.calls.len()
    }
}

/// In one protocol an end for calls and any other end of a response with calls are the same.
fn ending(kind: Kind, of: &impl Ends) -> Ending {
    match of.ending() {
        Ending::Finished("stop" | "calls") if kind == Kind::Responses && of.calls() > 0 => {
            Ending::Finished("calls")
        }
        Ending::Finished("calls") if kind == Kind::Responses => Ending::Finished("stop"),
        other => other.clone(),
    }
}

/// What is said, from what stands in its claims.
#[track_caller]
fn spoken((index, said): (usize, &Said), receipt: &str) -> (usize, Spoken) {
    let Said { claims, text, refusal } = said;
    assert_eq!(claims["receipt"], receipt);
    assert_eq!(claims["system_mode"], "full");
    let Some(refusal) = refusal else {
        // What a dropped stream has of a refusal is its claims alone.
        let authority = if index == 0 { "system" } else { "tool" };
        assert_eq!((&claims["kind"], &claims["authority"]), (&json!("answer"), &json!(authority)));
        return (index, Spoken::Answer(text.clone()));
    };
    assert_eq!((&claims["kind"], &claims["authority"]), (&json!("refusal"), &json!("none")));
    assert_eq!(claims["sources"], json!([]));
    match claims["code"].as_str() {
        Some(code) => {
            assert_eq!(code, "AUTHORITY_MISMATCH");
            (index, Spoken::Denied)
        }
        None => {
            assert_eq!(refusal, DECLINED);
            (index, Spoken::Declined)
        }
    }
}
