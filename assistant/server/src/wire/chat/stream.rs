//! A completion in pieces.

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::given::{extra, given, kept, list, unknown, unsupported, usage, whole};
use super::super::malformed::{Code, Malformed};
use super::super::reading::{Reading, Rest, client_label};
use super::super::signal::Signal;
use super::super::transcript::{Call, Extra, Finish, Transcript, Usage, Words};
use super::completion::{TOKENS, finish_of};

const KNOWN: &[&str] =
    &["role", "content", "refusal", "annotations", "tool_calls", "function_call", "audio"];

/// What one chunk adds.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Words of the answer.
    Text(String),
    /// Words of a refusal.
    Refusal(String),
    /// A piece of a call.
    Call {
        /// Which call, from 0.
        index: usize,
        /// Its id and the tool, with its first piece.
        opens: Option<(String, String)>,
        /// More of its arguments.
        arguments: String,
    },
    /// A citation, as it came.
    Annotation(Node),
    /// The end of the choice.
    Finish(Finish),
    /// Counts of tokens.
    Usage(Usage),
    /// Claims, as they came.
    Provenance(Node),
    /// An error, as it came.
    Error(Node),
}

/// A stream of chunks, fed one at a time.
#[derive(Debug, Default)]
pub struct Stream {
    reading: Reading,
    so_far: SoFar,
}

#[derive(Debug, Default)]
struct SoFar {
    text: String,
    refusal: String,
    calls: Vec<Call>,
    /// What each call is, `function` or `custom`, in the order of the calls.
    kinds: Vec<&'static str>,
    extra: Extra,
    finish: Option<Finish>,
    usage: Option<Usage>,
    provenance: Option<Node>,
    error: Option<Node>,
}

impl Stream {
    /// A stream before its first chunk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    ///
    /// [`Malformed`], for this chunk and for each after it.
    pub fn push(&mut self, chunk: &At<'_>) -> Result<Vec<Delta>, Malformed> {
        let so_far = &mut self.so_far;
        self.reading.event(chunk, |reading| so_far.chunk(reading, chunk))
    }

    /// What bears on the trace so far.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.reading.signals
    }

    /// The whole, after the last chunk. Without a finish it was cut.
    ///
    /// # Errors
    ///
    /// [`Malformed`], if a chunk was.
    pub fn finish(self) -> Result<Transcript, Malformed> {
        let Self { mut reading, so_far } = self;
        let SoFar { text, refusal, calls, extra, finish, usage, provenance, error, .. } = so_far;
        let is_refusal = !refusal.is_empty() || finish == Some(Finish::Refused);
        let texts = [text, refusal].into_iter().filter(|text| !text.is_empty());
        let text = texts.collect::<Vec<_>>().join("\n");
        reading.say(Words::Assistant { text, calls, is_refusal }, extra);
        reading.finish(Ok(Rest { finish, usage, provenance, error, ..Rest::default() }))
    }
}

impl SoFar {
    fn chunk(&mut self, reading: &mut Reading, at: &At<'_>) -> Result<Vec<Delta>, Malformed> {
        let members = at.members()?;
        let mut deltas = Vec::new();
        if let Some(error) = kept(&members, "error") {
            self.error = Some(error.clone());
            deltas.push(Delta::Error(error));
        }
        let choices = match given(&members, "choices") {
            None if self.error.is_some() => Vec::new(),
            _ => members.required("choices")?.items()?,
        };
        if let Some(second) = choices.get(1) {
            return Err(unsupported(second, "one choice"));
        }
        for choice in &choices {
            self.choice(reading, choice, &mut deltas)?;
        }
        if let Some(usage) = usage(&members, TOKENS)? {
            self.usage = Some(usage);
            deltas.push(Delta::Usage(usage));
        }
        if let Some(provenance) = kept(&members, "provenance") {
            self.provenance = Some(provenance.clone());
            deltas.push(Delta::Provenance(provenance));
        }
        Ok(deltas)
    }

    fn choice(
        &mut self,
        reading: &mut Reading,
        choice: &At<'_>,
        deltas: &mut Vec<Delta>,
    ) -> Result<(), Malformed> {
        let members = choice.members()?;
        if let Some(index) = given(&members, "index")
            && whole(&index)? != 0
        {
            return Err(unsupported(&index, "the index of the only choice, 0"));
        }
        let before = deltas.len();
        if let Some(delta) = given(&members, "delta") {
            self.delta(reading, &delta, deltas)?;
            if self.finish.is_some() && deltas.len() > before {
                return Err(Malformed::new(Code::SequenceGap, &delta, "nothing after the end"));
            }
        }
        let Some(finish) = finish_of(&members)? else { return Ok(()) };
        if self.finish.replace(finish).is_some() {
            let reason = members.required("finish_reason")?;
            return Err(Malformed::new(Code::SequenceGap, &reason, "one end of the choice"));
        }
        if finish == Finish::Refused {
            reading.refuse();
        }
        deltas.push(Delta::Finish(finish));
        Ok(())
    }

    fn delta(
        &mut self,
        reading: &mut Reading,
        at: &At<'_>,
        deltas: &mut Vec<Delta>,
    ) -> Result<(), Malformed> {
        let members = at.members()?;
        for unheard in ["audio", "function_call"] {
            if let Some(at) = given(&members, unheard) {
                return Err(unsupported(&at, "text and tool_calls only"));
            }
        }
        self.extra.extend(extra(&members, KNOWN));
        if let Some(text) = filled(&members, "content")? {
            self.text.push_str(text);
            deltas.push(Delta::Text(text.to_owned()));
        }
        if let Some(text) = filled(&members, "refusal")? {
            self.refusal.push_str(text);
            reading.refuse();
            deltas.push(Delta::Refusal(text.to_owned()));
        }
        for annotation in list(&members, "annotations")? {
            reading.annotations.push(annotation.node().clone());
            deltas.push(Delta::Annotation(annotation.node().clone()));
        }
        for call in list(&members, "tool_calls")? {
            deltas.push(self.call(reading, &call)?);
        }
        Ok(())
    }

    fn call(&mut self, reading: &mut Reading, at: &At<'_>) -> Result<Delta, Malformed> {
        let members = at.members()?;
        let place = members.required("index")?;
        let index = usize::try_from(whole(&place)?).unwrap_or(usize::MAX);
        if index > self.calls.len() {
            return Err(Malformed::new(Code::SequenceGap, &place, "the index of the next call"));
        }
        let opens = match self.calls.get(index) {
            None => Some(self.open(reading, &members)?),
            Some(call) => {
                expect_same(&members, &call.id)?;
                None
            }
        };
        let kind = self.kinds.get(index).copied().unwrap_or("function");
        let field = if kind == "custom" { "input" } else { "arguments" };
        let called = given(&members, kind).map(|called| called.members()).transpose()?;
        let more = called.map_or(Ok(None), |called| filled(&called, field))?.unwrap_or_default();
        if let Some(call) = self.calls.get_mut(index) {
            call.arguments.push_str(more);
        }
        Ok(Delta::Call { index, opens, arguments: more.to_owned() })
    }

    fn open(
        &mut self,
        reading: &mut Reading,
        members: &Members<'_>,
    ) -> Result<(String, String), Malformed> {
        let id = members.required("id")?;
        let kind = match given(members, "type") {
            None => "function",
            Some(at) => match at.text()? {
                "function" => "function",
                "custom" => "custom",
                _ => return Err(unknown(&at, "function or custom")),
            },
        };
        let name = members.required(kind)?.members()?.required("name")?;
        client_label(&name)?;
        reading.take_id(&id)?;
        let (id, name) = (id.text()?.to_owned(), name.text()?.to_owned());
        self.kinds.push(kind);
        self.calls.push(Call { id: id.clone(), name: name.clone(), arguments: String::new() });
        Ok((id, name))
    }
}

/// Some servers repeat the id with each piece.
fn expect_same(members: &Members<'_>, id: &str) -> Result<(), Malformed> {
    match given(members, "id") {
        Some(at) if at.text()? != id && !at.text()?.is_empty() => {
            Err(at.fault(FaultCode::UnknownValue, "the id that this call began with").into())
        }
        _ => Ok(()),
    }
}

fn filled<'a>(members: &Members<'a>, name: &'static str) -> Result<Option<&'a str>, Malformed> {
    let text = given(members, name).map(|at| at.text()).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}
