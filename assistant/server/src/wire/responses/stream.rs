//! A response in events.

use std::collections::HashSet;

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::given::{given, list, unknown, whole};
use super::super::kinds::Kinds;
use super::super::malformed::{Code, Malformed};
use super::super::reading::{Reading, Rest};
use super::super::signal::Signal;
use super::super::transcript::{Finish, Transcript};
use super::{item, response};

/// What one event adds.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Words of the answer.
    Text(String),
    /// Words of a refusal.
    Refusal(String),
    /// An item begins: its place in the output, and what is known of it.
    Opens(u64, Node),
    /// More of the arguments of the call at that place in the output.
    Arguments(u64, String),
    /// A citation, as it came.
    Annotation(Node),
    /// An item is whole. What it says about the trace stands in the signals from now on.
    Item(u64),
    /// The end of the response.
    Finish(Finish),
    /// An error, as it came.
    Error(Node),
}

/// A stream of events, fed one at a time.
#[derive(Debug)]
pub struct Stream {
    kinds: Kinds,
    reading: Reading,
    so_far: SoFar,
}

#[derive(Debug, Default)]
struct SoFar {
    last: Option<u64>,
    items: HashSet<u64>,
    has_ended: bool,
    rest: Rest,
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Begins,
    Goes,
    Text,
    Refusal,
    Arguments,
    Annotation,
    ItemBegins,
    ItemEnds,
    Ends,
    Error,
    /// Progress that says nothing more than its item will.
    Progress,
}

impl Event {
    fn parse(text: &str) -> Option<Self> {
        let name = if text == "error" { text } else { text.strip_prefix("response.")? };
        Some(match name {
            "created" => Self::Begins,
            "queued" | "in_progress" => Self::Goes,
            "output_text.delta" => Self::Text,
            "refusal.delta" => Self::Refusal,
            "function_call_arguments.delta" | "custom_tool_call_input.delta" => Self::Arguments,
            "output_text.annotation.added" => Self::Annotation,
            "output_item.added" => Self::ItemBegins,
            "output_item.done" => Self::ItemEnds,
            "completed" | "incomplete" | "failed" => Self::Ends,
            "error" => Self::Error,
            _ if PROGRESS.contains(&name) => Self::Progress,
            _ => return None,
        })
    }
}

const PROGRESS: &[&str] = &[
    "content_part.added",
    "content_part.done",
    "output_text.done",
    "refusal.done",
    "function_call_arguments.done",
    "custom_tool_call_input.done",
    "reasoning_text.delta",
    "reasoning_text.done",
    "reasoning_summary_part.added",
    "reasoning_summary_part.done",
    "reasoning_summary_text.delta",
    "reasoning_summary_text.done",
    "web_search_call.in_progress",
    "web_search_call.searching",
    "web_search_call.completed",
    "file_search_call.in_progress",
    "file_search_call.searching",
    "file_search_call.completed",
    "code_interpreter_call.in_progress",
    "code_interpreter_call.interpreting",
    "code_interpreter_call.completed",
    "code_interpreter_call_code.delta",
    "code_interpreter_call_code.done",
    "image_generation_call.in_progress",
    "image_generation_call.generating",
    "image_generation_call.partial_image",
    "image_generation_call.completed",
    "mcp_call.in_progress",
    "mcp_call.completed",
    "mcp_call.failed",
    "mcp_call_arguments.delta",
    "mcp_call_arguments.done",
    "mcp_list_tools.in_progress",
    "mcp_list_tools.completed",
    "mcp_list_tools.failed",
];

impl Stream {
    /// A stream before its first event.
    #[must_use]
    pub fn new(kinds: &Kinds) -> Self {
        Self { kinds: kinds.clone(), reading: Reading::default(), so_far: SoFar::default() }
    }

    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// [`Malformed`], for this event and for each after it.
    pub fn push(&mut self, event: &At<'_>) -> Result<Option<Delta>, Malformed> {
        let Self { kinds, reading, so_far } = self;
        reading.event(event, |reading| so_far.event(reading, event, kinds))
    }

    /// What bears on the trace so far.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.reading.signals
    }

    /// The whole, after the last event. Without a finish it was cut.
    ///
    /// # Errors
    ///
    /// [`Malformed`], if an event was.
    pub fn finish(self) -> Result<Transcript, Malformed> {
        self.reading.finish(Ok(self.so_far.rest))
    }
}

impl SoFar {
    fn event(
        &mut self,
        reading: &mut Reading,
        at: &At<'_>,
        kinds: &Kinds,
    ) -> Result<Option<Delta>, Malformed> {
        let members = at.members()?;
        let name = members.required("type")?;
        let event = Event::parse(name.text()?).ok_or_else(|| unknown(&name, "a known event"))?;
        let is_first = self.last.is_none();
        self.follows(&members)?;
        if is_first != (event == Event::Begins) && !(is_first && event == Event::Error) {
            return Err(Malformed::new(
                Code::SequenceGap,
                &name,
                "response.created first, and once",
            ));
        }
        if self.has_ended {
            return Err(Malformed::new(Code::SequenceGap, &name, "nothing after the end"));
        }
        Ok(match event {
            Event::Begins | Event::Goes | Event::Progress => None,
            Event::Text => Some(Delta::Text(text(&members)?)),
            Event::Refusal => {
                reading.refuse();
                Some(Delta::Refusal(text(&members)?))
            }
            Event::Arguments => Some(Delta::Arguments(self.open_item(&members)?, text(&members)?)),
            Event::Annotation => {
                Some(Delta::Annotation(members.required("annotation")?.node().clone()))
            }
            Event::ItemBegins => {
                let item = members.required("item")?.node().clone();
                Some(Delta::Opens(whole(&members.required("output_index")?)?, item))
            }
            Event::ItemEnds => Some(self.item(reading, &members, kinds)?),
            Event::Ends => Some(self.ends(reading, &members)?),
            Event::Error => {
                self.has_ended = true;
                self.rest.error = Some(at.node().clone());
                self.rest.finish = Some(Finish::Failed);
                Some(Delta::Error(at.node().clone()))
            }
        })
    }

    /// Each event's number is one more than that of the event before.
    fn follows(&mut self, members: &Members<'_>) -> Result<(), Malformed> {
        let at = members.required("sequence_number")?;
        let number = whole(&at)?;
        match self.last.replace(number) {
            Some(last) if last.checked_add(1) != Some(number) => {
                Err(Malformed::new(Code::SequenceGap, &at, "the number after the last"))
            }
            _ => Ok(()),
        }
    }

    fn open_item(&self, members: &Members<'_>) -> Result<u64, Malformed> {
        let at = members.required("output_index")?;
        let index = whole(&at)?;
        if self.items.contains(&index) {
            return Err(Malformed::new(Code::SequenceGap, &at, "an item that has not ended"));
        }
        Ok(index)
    }

    fn item(
        &mut self,
        reading: &mut Reading,
        members: &Members<'_>,
        kinds: &Kinds,
    ) -> Result<Delta, Malformed> {
        let index = self.open_item(members)?;
        self.items.insert(index);
        if reading.quietly(|reading| item::read(reading, &members.required("item")?, kinds))? {
            reading.refuse();
        }
        Ok(Delta::Item(index))
    }

    /// The end repeats the items, and none may stand there that did not come, or the other way round.
    fn ends(&mut self, reading: &mut Reading, members: &Members<'_>) -> Result<Delta, Malformed> {
        let at = members.required("response")?;
        let members = at.members()?;
        if let Some(output) = given(&members, "output")
            && list(&members, "output")?.len() != self.items.len()
        {
            return Err(Malformed::new(Code::SequenceGap, &output, "the items that came"));
        }
        self.rest = response::rest(reading, &members)?;
        self.has_ended = true;
        let missing = || members.required("status").err().map(Malformed::from);
        match self.rest.finish {
            Some(finish) => Ok(Delta::Finish(finish)),
            None => Err(missing().unwrap_or_else(|| {
                at.fault(FaultCode::UnknownValue, "a response that has ended").into()
            })),
        }
    }
}

fn text(members: &Members<'_>) -> Result<String, Malformed> {
    Ok(members.required("delta")?.text()?.to_owned())
}
