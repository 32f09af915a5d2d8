//! One message.

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::given::{count, extra, flagged, given, list, unknown, unsupported};
use super::super::malformed::Malformed;
use super::super::reading::{Given, Reading, Runner};
use super::super::transcript::{Extra, Piece, Words};

const KNOWN: &[&str] = &["role", "content"];
const ASSISTANT: &[&str] =
    &["role", "content", "refusal", "annotations", "audio", "tool_calls", "function_call"];
const TOOL: &[&str] = &["role", "content", "tool_call_id", "name", "is_error", "isError"];

/// Who may say what kind of part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Assistant,
    Other,
}

/// The content of a message.
#[derive(Debug, Default)]
struct Content {
    text: String,
    has_refusal: bool,
    /// Unknown members of its parts.
    extra: Extra,
}

/// The message, the parts of its content, the calls in it.
pub(super) fn size(message: &At<'_>) -> usize {
    let has_call =
        message.members().is_ok_and(|members| given(&members, "function_call").is_some());
    1 + count(message, "content") + count(message, "tool_calls") + usize::from(has_call)
}

pub(super) fn read(reading: &mut Reading, at: &At<'_>) -> Result<(), Malformed> {
    let members = at.members()?;
    let role = members.required("role")?;
    expect_no_calls(&members, role.text()?)?;
    match role.text()? {
        "system" | "developer" => {
            let (text, extra) = plain(reading, &members)?;
            reading.say(Words::Instruction(text), extra);
        }
        "user" => {
            let (text, extra) = plain(reading, &members)?;
            reading.user(vec![Piece::Plain(text)], extra);
        }
        "assistant" => {
            assistant(reading, &members)?;
        }
        "tool" => {
            let id = members.required("tool_call_id")?;
            let given = result(reading, &members)?;
            reading.result(&id, Runner::Client, given)?;
        }
        "function" => {
            let name = members.required("name")?;
            let given = result(reading, &members)?;
            reading.nameless_result(&name, given)?;
        }
        _ => {
            let known = "system, developer, user, assistant, tool or function";
            return Err(role.fault(FaultCode::UnknownValue, known).into());
        }
    }
    reading.classify();
    Ok(())
}

/// Only the assistant calls.
fn expect_no_calls(members: &Members<'_>, role: &str) -> Result<(), Malformed> {
    let is_empty = |at: &At<'_>| *at.node() == Node::Array(Vec::new());
    for calls in ["tool_calls", "function_call"] {
        match given(members, calls) {
            Some(at) if role != "assistant" && !is_empty(&at) => {
                return Err(unsupported(&at, "no calls but the assistant's"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What the assistant says. Gives whether it is a refusal.
pub(super) fn assistant(reading: &mut Reading, members: &Members<'_>) -> Result<bool, Malformed> {
    if let Some(audio) = given(members, "audio") {
        return Err(unsupported(&audio, "no audio"));
    }
    let Content { mut text, has_refusal, extra: mut more } = match given(members, "content") {
        // The content of a refusal is null, and clients send their history as they got it.
        None => Content::default(),
        Some(_) => content(reading, members, Speaker::Assistant)?,
    };
    let refusal = given(members, "refusal").map(|at| at.text()).transpose()?;
    let refusal = refusal.filter(|refusal| !refusal.is_empty());
    if let Some(refusal) = refusal {
        text = joined([text.as_str(), refusal]);
    }
    let is_refusal = has_refusal || refusal.is_some();
    for annotation in list(members, "annotations")? {
        reading.annotations.push(annotation.node().clone());
    }
    let calls = Vec::new();
    more.extend(extra(members, ASSISTANT));
    reading.say(Words::Assistant { text, calls, is_refusal }, more);
    for call in list(members, "tool_calls")? {
        tool_call(reading, &call)?;
        reading.classify();
    }
    if let Some(call) = given(members, "function_call") {
        let call = call.members()?;
        let arguments = call.required("arguments")?.text()?.to_owned();
        reading.nameless_call(&call.required("name")?, arguments)?;
        reading.classify();
    }
    Ok(is_refusal)
}

fn tool_call(reading: &mut Reading, at: &At<'_>) -> Result<(), Malformed> {
    let members = at.members()?;
    let id = members.required("id")?;
    let kind = members.required("type")?;
    let (called, arguments) = match kind.text()? {
        "function" => ("function", "arguments"),
        "custom" => ("custom", "input"),
        _ => return Err(unknown(&kind, "function or custom")),
    };
    let extra = extra(&members, &["id", "type", "index", called]);
    let called = members.required(called)?.members()?;
    let arguments = called.required(arguments)?.text()?.to_owned();
    reading.client_call(&id, &called.required("name")?, arguments, extra)
}

/// What the person or the instructing side says.
fn plain(reading: &mut Reading, members: &Members<'_>) -> Result<(String, Extra), Malformed> {
    let Content { text, extra: mut more, .. } = content(reading, members, Speaker::Other)?;
    more.extend(extra(members, KNOWN));
    Ok((text, more))
}

fn result(reading: &mut Reading, members: &Members<'_>) -> Result<Given, Malformed> {
    let Content { text, extra: more, .. } = content(reading, members, Speaker::Other)?;
    let mut more = more;
    more.extend(extra(members, TOOL));
    Ok(Given { text, failure: flagged(members)?, extra: more, ..Given::default() })
}

fn content(
    reading: &mut Reading,
    members: &Members<'_>,
    speaker: Speaker,
) -> Result<Content, Malformed> {
    let at = members.required("content")?;
    if let Node::String(text) = at.node() {
        return Ok(Content { text: text.clone(), ..Content::default() });
    }
    let parts = at.items();
    let parts =
        parts.map_err(|_| at.fault(FaultCode::WrongType, "a string or an array of parts"))?;
    if parts.is_empty() {
        return Err(at.fault(FaultCode::WrongType, "at least one part").into());
    }
    let mut texts = Vec::new();
    let mut content = Content::default();
    for part in &parts {
        let (text, is_refusal) = text_part(part, speaker)?;
        texts.push(text);
        content.has_refusal |= is_refusal;
        content.extra.extend(extra(&part.members()?, &["type", "text", "refusal"]));
        reading.classify();
    }
    content.text = texts.join("\n");
    Ok(content)
}

fn text_part<'a>(part: &At<'a>, speaker: Speaker) -> Result<(&'a str, bool), Malformed> {
    let members = part.members()?;
    let kind = members.required("type")?;
    match kind.text()? {
        "text" => Ok((members.required("text")?.text()?, false)),
        // Ours among them: clients send their history as they got it.
        "refusal" if speaker == Speaker::Assistant => {
            Ok((members.required("refusal")?.text()?, true))
        }
        "refusal" | "image_url" | "input_audio" | "file" => {
            Err(unsupported(&kind, "parts of type text only"))
        }
        _ => Err(unknown(&kind, "text or refusal")),
    }
}

fn joined(texts: [&str; 2]) -> String {
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n")
}
