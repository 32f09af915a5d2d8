//! What the readers of the protocols share: turns, calls and their results, and the count of items.

use std::collections::{HashMap, HashSet};

use speech_exit::strict::{At, Fault, FaultCode, Node};
use speech_exit::{Label, Sourced};

use super::given::EMPTY;
use super::malformed::{Code, Malformed};
use super::signal::{Hosted, Offered, Reference, Requirement, Signal};
use super::tally::Tally;
use super::transcript::{
    Call, Extra, Finish, Kept, Outcome, Piece, Transcript, Turn, Usage, Words,
};

/// A transcript under way.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) signals: Vec<Signal>,
    pub(super) annotations: Vec<Node>,
    turns: Vec<Turn>,
    calls: HashMap<String, Opened>,
    /// Unknown members of what makes no turn.
    extra: Extra,
    /// The calls without an id, in order.
    nameless: Vec<String>,
    ids: HashSet<String>,
    tally: Tally,
    fault: Option<Malformed>,
}

/// What is read beside the turns.
#[derive(Debug, Default)]
pub(super) struct Rest {
    pub(super) offered: Vec<Offered>,
    pub(super) hosted: Vec<Hosted>,
    pub(super) references: Vec<Reference>,
    pub(super) requirement: Option<Requirement>,
    pub(super) finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
    pub(super) provenance: Option<Node>,
    pub(super) error: Option<Node>,
}

/// A call that stands in the transcript.
#[derive(Debug)]
struct Opened {
    name: String,
    label: Label,
    runner: Runner,
    is_answered: bool,
}

/// Who runs a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runner {
    Client,
    Server,
}

/// What a result says of itself.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) failure: Option<&'static str>,
    pub(super) passages: Vec<Passage>,
    pub(super) extra: Extra,
}

/// A passage of a document.
#[derive(Debug)]
pub(super) struct Passage {
    pub(super) identifier: Option<String>,
    pub(super) text: String,
}

/// The label of a tool that the client runs.
pub(super) fn client_label(name: &At<'_>) -> Result<Label, Fault> {
    Label::client_tool(name.text()?).ok_or_else(|| {
        name.fault(FaultCode::BadToolName, "a name of visible ASCII that fits after tool:client.")
    })
}

/// What a name is that no tool of a server can have.
pub(super) fn no_server_tool(name: &At<'_>) -> Fault {
    name.fault(FaultCode::BadToolName, "visible ASCII that does not start with client.")
}

/// How many items a transcript may have. What is read of one may be looked for among all.
const MAX_ITEMS: usize = 4096;

/// `items`, unless there are more than a transcript may have.
pub(super) fn few<'a>(list: &At<'a>) -> Result<Vec<At<'a>>, Fault> {
    let items = list.items()?;
    if items.len() > MAX_ITEMS {
        return Err(list.fault(FaultCode::TooLarge, "at most 4096 items"));
    }
    Ok(items)
}

impl Reading {
    /// Reads each item. One with a fault is rejected, and the first fault refuses the transcript.
    ///
    /// `size` counts an item with those within it by their shape alone.
    pub(super) fn each<'a>(
        &mut self,
        items: &[At<'a>],
        size: fn(&At<'_>) -> usize,
        mut read: impl FnMut(&mut Self, &At<'a>) -> Result<(), Malformed>,
    ) {
        for item in items {
            let size = size(item);
            let before = self.tally.classified;
            self.tally.items += size;
            if let Err(malformed) = read(self, item) {
                let reached = self.tally.classified - before;
                self.tally.rejected += size.saturating_sub(reached);
                self.fault.get_or_insert(malformed);
            }
        }
    }

    /// One more item was read as what it is. Said last, so that an item with a fault is never counted here.
    pub(super) const fn classify(&mut self) {
        self.tally.classified += 1;
    }

    /// Reads one event of a stream. After one with a fault, all others are rejected for the same.
    pub(super) fn event<T: Default>(
        &mut self,
        at: &At<'_>,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        let mut given = Ok(T::default());
        let mut read = Some(read);
        self.each(
            std::slice::from_ref(at),
            |_| 1,
            |reading, _| {
                if let (None, Some(read)) = (&reading.fault, read.take()) {
                    given = Ok(read(reading)?);
                    reading.classify();
                } else if let Some(fault) = &reading.fault {
                    return Err(fault.clone());
                }
                Ok(())
            },
        );
        match &self.fault {
            Some(fault) => Err(fault.clone().with(self.tally)),
            None => given,
        }
    }

    /// Reads what is no item of its own here: what it counts is not counted.
    pub(super) fn quietly<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let tally = self.tally;
        let given = read(self);
        self.tally = tally;
        given
    }

    /// The tool that a call calls; none if there is no such call.
    pub(super) fn called(&self, id: &At<'_>) -> Result<Option<&str>, Malformed> {
        Ok(self.calls.get(id.filled_text()?).map(|call| call.name.as_str()))
    }

    /// Whether a call of the client's tools has no result.
    pub(super) fn waits_for_results(&self) -> bool {
        let mut calls = self.calls.values();
        calls.any(|call| call.runner == Runner::Client && !call.is_answered)
    }

    /// Says of a reply, once, that it is a refusal.
    pub(super) fn refuse(&mut self) {
        if !self.signals.contains(&Signal::Refusal) {
            self.signals.push(Signal::Refusal);
        }
        let said = self.turns.iter_mut().rev().find_map(|turn| match &mut turn.words {
            Words::Assistant { is_refusal, .. } => Some(is_refusal),
            _ => None,
        });
        if let Some(is_refusal) = said {
            *is_refusal = true;
        }
    }

    pub(super) fn say(&mut self, words: Words, extra: Extra) {
        self.turns.push(Turn { words, extra: Kept::Plain(extra) });
    }

    /// Keeps unknown members of what makes no turn.
    pub(super) fn keep(&mut self, extra: Extra) {
        self.extra.extend(extra);
    }

    /// Takes an id that only one item may have.
    pub(super) fn take_id(&mut self, id: &At<'_>) -> Result<(), Malformed> {
        if self.ids.insert(id.filled_text()?.to_owned()) {
            Ok(())
        } else {
            Err(Malformed::new(Code::DuplicateId, id, "an id that no other item has"))
        }
    }

    /// Knows a call of the client's tools that an earlier answer made.
    pub(super) fn remember(&mut self, call: &Call) {
        if let Some(label) = Label::client_tool(&call.name) {
            let name = call.name.clone();
            let opened = Opened { name, label, runner: Runner::Client, is_answered: false };
            self.calls.insert(call.id.clone(), opened);
        }
    }

    /// A call of a tool that the client runs.
    pub(super) fn client_call(
        &mut self,
        id: &At<'_>,
        name: &At<'_>,
        arguments: String,
        extra: Extra,
    ) -> Result<(), Malformed> {
        let label = client_label(name)?;
        let name = name.text()?.to_owned();
        self.open(
            id,
            id.name()?.as_str().to_owned(),
            (name, label, Runner::Client),
            (arguments, extra),
        )
    }

    /// A call without an id: its result is linked by the name.
    pub(super) fn nameless_call(
        &mut self,
        name: &At<'_>,
        arguments: String,
    ) -> Result<(), Malformed> {
        let label = client_label(name)?;
        let id = format!("function_call.{}", self.nameless.len());
        self.nameless.push(id.clone());
        let called = (name.text()?.to_owned(), label, Runner::Client);
        self.open(name, id, called, (arguments, Extra::new()))
    }

    /// A call of a tool that the server or its upstream runs.
    pub(super) fn server_call(
        &mut self,
        id: &At<'_>,
        (name, label): (&str, Label),
        arguments: String,
        extra: Extra,
    ) -> Result<(), Malformed> {
        let called = (name.to_owned(), label, Runner::Server);
        self.open(id, id.name()?.as_str().to_owned(), called, (arguments, extra))
    }

    fn open(
        &mut self,
        at: &At<'_>,
        id: String,
        (name, label, runner): (String, Label, Runner),
        (arguments, more): (String, Extra),
    ) -> Result<(), Malformed> {
        if self.calls.contains_key(&id) {
            return Err(Malformed::new(Code::DuplicateId, at, "an id that no other call has"));
        }
        let call = Call { id: id.clone(), name: name.clone(), arguments };
        self.calls.insert(id, Opened { name, label, runner, is_answered: false });
        match self.turns.last_mut() {
            Some(Turn { words: Words::Assistant { calls, .. }, extra: Kept::Plain(extra) }) => {
                calls.push(call);
                extra.extend(more);
            }
            _ => {
                let text = String::new();
                self.say(Words::Assistant { text, calls: vec![call], is_refusal: false }, more);
            }
        }
        Ok(())
    }

    /// The result of a call.
    pub(super) fn result(
        &mut self,
        id: &At<'_>,
        runner: Runner,
        given: Given,
    ) -> Result<(), Malformed> {
        let call_id = id.name()?.as_str().to_owned();
        let opened = self.calls.get_mut(&call_id).filter(|opened| opened.runner == runner);
        let (name, label) = answered(opened, id)?;
        self.outcome(call_id.clone(), Some(call_id), (name, label), given);
        Ok(())
    }

    /// The result of the latest call without an id that has this name and is open.
    pub(super) fn nameless_result(&mut self, name: &At<'_>, given: Given) -> Result<(), Malformed> {
        let wanted = name.filled_text()?;
        let calls = &self.calls;
        let is_named = |id: &&String| calls.get(*id).is_some_and(|call| call.name == wanted);
        let is_open = |id: &&String| calls.get(*id).is_some_and(|call| !call.is_answered);
        let named = || self.nameless.iter().rev().filter(is_named);
        let id = named().find(is_open).or_else(|| named().next()).cloned().unwrap_or_default();
        let (tool, label) = answered(self.calls.get_mut(&id), name)?;
        self.outcome(id, None, (tool, label), given);
        Ok(())
    }

    fn outcome(
        &mut self,
        call_id: String,
        identifier: Option<String>,
        (name, label): (String, Label),
        given: Given,
    ) {
        let Given { text, failure, passages, extra } = given;
        let extra = Sourced::new(label.clone(), identifier.clone(), extra);
        let gave = match failure {
            Some(why) => Err(why),
            None => Sourced::new(label.clone(), identifier.clone(), text).ok_or(EMPTY),
        };
        let (outcome, passages) = match gave {
            Ok(sourced) => {
                self.signals.push(Signal::Source { label, identifier });
                let passages = passages.into_iter().filter_map(|passage| self.passage(passage));
                let passages = passages.collect();
                (Outcome::Gave(sourced), passages)
            }
            Err(why) => {
                self.signals.push(Signal::Attempt { label, why });
                (Outcome::Failed(why), Vec::new())
            }
        };
        let words = Words::Result { call_id, name, outcome, passages };
        self.turns.push(Turn { words, extra: Kept::Sourced(extra) });
    }

    /// A passage of a document, closed; none if nothing is in it, which is an attempt.
    pub(super) fn passage(&mut self, passage: Passage) -> Option<Sourced<String>> {
        let Passage { identifier, text } = passage;
        let label = Label::library();
        let sourced = Sourced::new(label.clone(), identifier.clone(), text);
        self.signals.push(match sourced {
            Some(_) => Signal::Source { label, identifier },
            None => Signal::Attempt { label, why: "the document is empty" },
        });
        sourced
    }

    /// What a person sends. Pieces that have nothing in them are none.
    pub(super) fn user(&mut self, pieces: Vec<Piece>, extra: Extra) {
        self.say(Words::User(pieces), extra);
    }

    /// The whole, unless something was wrong.
    pub(super) fn finish(self, rest: Result<Rest, Malformed>) -> Result<Transcript, Malformed> {
        let Self { signals, annotations, turns, extra, tally, fault, .. } = self;
        let rest = match fault {
            Some(fault) => Err(fault),
            None => rest,
        };
        let rest = rest.map_err(|malformed| malformed.with(tally))?;
        let Rest { offered, hosted, references, requirement, finish, usage, provenance, error } =
            rest;
        Ok(Transcript {
            turns,
            signals,
            tally,
            offered,
            hosted,
            references,
            finish,
            usage,
            annotations,
            extra,
            provenance,
            error,
            requirement,
        })
    }
}

/// Answers a call, once.
fn answered(opened: Option<&mut Opened>, at: &At<'_>) -> Result<(String, Label), Malformed> {
    let orphan =
        || Malformed::new(Code::OrphanToolResult, at, "a call that stands before its result");
    let opened = opened.ok_or_else(orphan)?;
    if opened.is_answered {
        return Err(Malformed::new(Code::DuplicateId, at, "one result of each call"));
    }
    opened.is_answered = true;
    Ok((opened.name.clone(), opened.label.clone()))
}
