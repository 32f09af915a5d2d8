//! One question and its answer, whichever protocol they come in.

pub(crate) mod conditions;
mod conversation;
pub(crate) mod fields;
mod tee;

use std::sync::{Arc, OnceLock};

use http::StatusCode;
use jiff::{Timestamp, Zoned};
use serde_json::Value;
use speech_exit::{
    CallName, Draft, Either, Envelope, Heading, Name, Notice, Recorder, Refused, Spoken, Usage,
    speak, speak_stream,
};
use speech_kernel::SystemMode;

use crate::app::App;
use crate::respond::{Answer, Asked, Composed, DrawnOn, segments_of};
use crate::store::{Answered, CallMade, ConversationId, Exchange, random_hex};
use crate::telemetry::{AskedFor, Notes};
use crate::web::Slot;
use crate::wire::{Call, Said, Transcript};
use conditions::{Conditions, Placed};
use conversation::Continued;
use tee::{Heard, Tee};

/// The largest request, in bytes.
pub(crate) const REQUEST_MAX_BYTES: usize = 1 << 20;

/// A request that can be answered.
pub(crate) struct Request {
    /// The name of the model, which the answer repeats.
    pub(crate) model: Name,
    /// What was said, closed until it is recorded.
    pub(crate) transcript: Transcript,
    /// The calls of the response that it goes on from.
    pub(crate) before: Vec<Call>,
    /// Under which conditions an answer is wanted.
    pub(crate) conditions: Conditions,
    /// How many tokens it may have.
    pub(crate) max_tokens: Option<u64>,
    /// How a model is to choose words.
    pub(crate) sampling: Vec<(String, Value)>,
    /// Whether a tool of the client's is to be called, in the words of the request.
    pub(crate) tool_choice: Option<Value>,
    /// Whether the answer is streamed.
    pub(crate) form: Form,
    /// Whether the exchange is kept as memory.
    pub(crate) is_kept: bool,
}

/// One object, or a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One object.
    Whole,
    /// Events, the last of which may say how much was read and written.
    Events { with_usage: bool },
}

/// A vendor's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Chat Completions.
    Chat,
    /// Responses.
    Responses,
}

impl Protocol {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Chat => "chatcmpl-",
            Self::Responses => "resp_",
        }
    }

    const fn envelope(self, heading: Heading) -> Envelope {
        match self {
            Self::Chat => Envelope::Chat(heading),
            Self::Responses => Envelope::Responses(heading),
        }
    }
}

/// Answers a request.
pub(crate) async fn answer(
    app: &App,
    slot: Slot,
    mut recorder: Recorder,
    request: Request,
    protocol: Protocol,
) -> Result<Either, Refused> {
    let notes = slot.notes().clone();
    notes.asked(asked_for(&request));
    require(&mut recorder, &request.conditions.required)?;
    let continued = conversation::continued(app, &request).await?;
    let heading = heading(&request, protocol, &continued).ok_or_else(no_random)?;
    notes.response(&heading.id);
    let (form, is_kept) = (request.form, request.is_kept);
    let asked = asked(request, continued.conversation.clone(), &mut recorder);
    let memory = Memory {
        conversation: continued.conversation,
        is_kept,
        question: asked.question().to_owned(),
    };
    match form {
        Form::Whole => {
            let spoken = whole(app, protocol, heading, recorder, &asked, memory, &notes).await;
            spoken.map(Either::Whole)
        }
        Form::Events { with_usage } => {
            let answer = Arc::default();
            let mode = app.store().board().mode();
            let (heading, exchange) = memory.place(heading, mode, Arc::clone(&answer))?;
            let heard = Heard::new(&asked, answer, with_usage, notes);
            let segments = segments_of(app.responder(), Arc::new(asked));
            let tee = Tee::new(segments, heard, slot);
            let spoken = speak_stream(protocol.envelope(heading), tee, recorder).await?;
            Ok(Either::Stream(match exchange {
                Some(exchange) => spoken.remembering(exchange),
                None => spoken,
            }))
        }
    }
}

/// What a trace may say of a request.
fn asked_for(request: &Request) -> AskedFor {
    AskedFor {
        model: request.model.clone(),
        is_streamed: request.form != Form::Whole,
        max_tokens: request.max_tokens,
    }
}

fn heading(request: &Request, protocol: Protocol, continued: &Continued) -> Option<Heading> {
    Some(Heading {
        id: Name::parse(&format!("{}{}", protocol.prefix(), random_hex().ok()?))?,
        created: Timestamp::now().as_second().unsigned_abs(),
        model: request.model.clone(),
        conversation: None,
        previous: continued.previous.clone(),
    })
}

/// What is to be remembered of an exchange.
struct Memory {
    conversation: Option<ConversationId>,
    is_kept: bool,
    question: String,
}

impl Memory {
    /// The heading with the conversation in which `answer` will be found, and the exchange as it is to be kept.
    fn place(
        self,
        mut heading: Heading,
        mode: SystemMode,
        answer: Arc<OnceLock<Answered>>,
    ) -> Result<(Heading, Option<Exchange>), Refused> {
        let Self { conversation, is_kept, question } = self;
        // In the minimal mode nothing new can be kept, and an id would promise that it is.
        let conversation = match conversation {
            None if is_kept && mode != SystemMode::Minimal => {
                Some(ConversationId::draw().map_err(|_| no_random())?)
            }
            continued => continued,
        };
        heading.conversation = conversation.as_ref().and_then(|id| Name::parse(id.as_str()));
        let response_id = Some(heading.id.as_str().to_owned());
        let conversation = conversation.filter(|_| is_kept);
        let exchange = conversation.map(|conversation| Exchange {
            conversation,
            question,
            answer,
            response_id,
        });
        Ok((heading, exchange))
    }
}

async fn whole(
    app: &App,
    protocol: Protocol,
    heading: Heading,
    mut recorder: Recorder,
    asked: &Asked,
    memory: Memory,
    notes: &Notes,
) -> Result<Spoken, Refused> {
    notes.segment();
    match app.responder().compose(asked, &mut recorder).await {
        Composed::Refusal { text, claims } => {
            let continued = memory.conversation.as_ref();
            let conversation = continued.and_then(|id| Name::parse(id.as_str()));
            let envelope = protocol.envelope(Heading { conversation, ..heading });
            let draft = match claims {
                None => Draft::refusal(envelope, text),
                Some(claims) => Draft::refusal_claiming(envelope, text, claims),
            };
            speak(draft, recorder.seal())
        }
        Composed::Answer(answer) => {
            answer.state_requirement(asked, &mut recorder);
            let usage = answer.usage.unwrap_or_else(|| counted(read(asked), &answer.text));
            let (claims, answered) = (answer.claims, Arc::new(OnceLock::from(answered(&answer))));
            let mode = stricter(claims.system_mode, app.store().board().mode());
            let (heading, exchange) = memory.place(heading, mode, answered)?;
            let pieces = answer.into_pieces(Some(usage));
            pieces.iter().for_each(|piece| notes.heard(piece));
            let draft = Draft::pieces(protocol.envelope(heading), pieces, claims);
            let spoken = speak(draft, recorder.seal())?;
            Ok(match exchange {
                Some(exchange) => spoken.remembering(exchange),
                None => spoken,
            })
        }
    }
}

/// The minimal mode, if one of the two is that.
fn stricter(one: SystemMode, other: SystemMode) -> SystemMode {
    if one == SystemMode::Minimal { one } else { other }
}

fn answered(answer: &Answer) -> Answered {
    let calls = answer.calls.iter().filter_map(|call| {
        let CallName { id, name } = call.begins.clone()?;
        Some(CallMade { id, name, arguments: call.arguments.clone() })
    });
    Answered { text: answer.text.clone(), calls: calls.collect() }
}

/// Opens what the request says, which records what it draws on.
fn asked(request: Request, conversation: Option<ConversationId>, recorder: &mut Recorder) -> Asked {
    let Request { transcript, before, conditions, max_tokens, sampling, tool_choice, .. } = request;
    let requirement = transcript.requirement().cloned();
    let tools = transcript.offered.iter().map(|tool| fields::value(&tool.definition)).collect();
    let brings = DrawnOn::signalled(&transcript.signals);
    let said = transcript.record(recorder);
    let before = answered_before(before, &said).into_iter();
    Asked {
        brings,
        said: before.chain(said).collect(),
        conversation,
        required: conditions.required.into_iter().map(|label| label.value).collect(),
        requirement,
        tools,
        tool_choice,
        max_tokens,
        sampling,
        today: Zoned::now().date(),
    }
}

/// The calls of an earlier response that the request has results of, as the turn that made them.
fn answered_before(before: Vec<Call>, said: &[Said]) -> Option<Said> {
    let is_answered = |call: &Call| {
        said.iter().any(|said| matches!(said, Said::Result { call_id, .. } if *call_id == call.id))
    };
    let calls: Vec<Call> = before.into_iter().filter(is_answered).collect();
    let text = String::new();
    (!calls.is_empty()).then_some(Said::Assistant { text, calls, is_refusal: false })
}

fn require(recorder: &mut Recorder, labels: &[Placed]) -> Result<(), Refused> {
    for Placed { value, fault } in labels {
        recorder.require(value).map_err(|_| Refused::Malformed(fault.clone().into()))?;
    }
    Ok(())
}

/// How many words a request has. They stand for tokens: nothing here has a tokenizer.
fn read(asked: &Asked) -> u64 {
    let text = |said: &Said| match said {
        Said::Instruction(text) | Said::User(text) => count_words(text),
        Said::Assistant { text, .. } | Said::Result { text, .. } => count_words(text),
    };
    asked.said.iter().map(text).sum()
}

fn counted(read: u64, answer: &str) -> Usage {
    Usage { input: read, output: count_words(answer) }
}

fn count_words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

fn no_random() -> Refused {
    let words = "expected the system to give random bytes";
    Refused::Unavailable(
        Notice::new(StatusCode::SERVICE_UNAVAILABLE, "NO_RANDOM", words).retry_after(1),
    )
}
