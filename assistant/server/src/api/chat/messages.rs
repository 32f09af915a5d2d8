//! The messages of a request.

use http::StatusCode;
use speech_exit::Notice;
use speech_exit::strict::{At, FaultCode, Node};

/// What is taken from the messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Messages {
    /// The last one, which is the person's.
    pub(super) question: String,
    /// The person's others, in order.
    pub(super) earlier: Vec<String>,
    /// How many words there are in all of them.
    pub(super) words: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// Who sets the tone. An extractive answer has none.
    Instruction,
    User,
    Assistant,
}

/// Reads the messages: at least one, the last of them the person's.
pub(super) fn parse(messages: &At<'_>) -> Result<Messages, Notice> {
    let items = messages.items()?;
    let mut earlier = Vec::new();
    let mut last = None;
    let mut words = 0;
    for item in &items {
        let (speaker, text) = message(item)?;
        words += count_words(&text);
        if let Some((Speaker::User, before, _)) = last.replace((speaker, text, item)) {
            earlier.push(before);
        }
    }
    match last {
        None => Err(messages.fault(FaultCode::WrongType, "at least one message").into()),
        Some((Speaker::User, question, item)) if question.trim().is_empty() => {
            let content = item.members()?.required("content")?;
            Err(content.fault(FaultCode::WrongType, "a question with words in it").into())
        }
        Some((Speaker::User, question, _)) => Ok(Messages { question, earlier, words }),
        Some((_, _, item)) => {
            let role = item.members()?.required("role")?;
            Err(role.fault(FaultCode::UnknownValue, "user as the role of the last message").into())
        }
    }
}

fn message(item: &At<'_>) -> Result<(Speaker, String), Notice> {
    let members = item.members()?;
    let role = members.required("role")?;
    let speaker = match role.text()? {
        "system" | "developer" => Speaker::Instruction,
        "user" => Speaker::User,
        "assistant" => Speaker::Assistant,
        "tool" | "function" => return Err(unsupported(&role, "no results of tools")),
        _ => {
            let known = "system, developer, user or assistant";
            return Err(role.fault(FaultCode::UnknownValue, known).into());
        }
    };
    for calls in ["tool_calls", "function_call", "audio"] {
        if let Some(at) = members.optional(calls).filter(|at| !is_nothing(at.node())) {
            return Err(unsupported(&at, "no calls of tools and no audio"));
        }
    }
    let text = match members.optional("content") {
        // The content of a refusal is null, and clients send their history as they got it.
        Some(at) if speaker == Speaker::Assistant && *at.node() == Node::Null => String::new(),
        None if speaker == Speaker::Assistant => String::new(),
        _ => content(&members.required("content")?, speaker)?,
    };
    Ok((speaker, text))
}

fn is_nothing(node: &Node) -> bool {
    match node {
        Node::Null => true,
        Node::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn content(at: &At<'_>, speaker: Speaker) -> Result<String, Notice> {
    if let Node::String(text) = at.node() {
        return Ok(text.clone());
    }
    let parts = at.items().map_err(|_| {
        Notice::from(at.fault(FaultCode::WrongType, "a string or an array of parts"))
    })?;
    if parts.is_empty() {
        return Err(at.fault(FaultCode::WrongType, "at least one part").into());
    }
    let mut texts = Vec::new();
    for part in &parts {
        let members = part.members()?;
        let kind = members.required("type")?;
        match kind.text()? {
            "text" => texts.push(members.required("text")?.text()?),
            // Ours among them: clients send their history as they got it.
            "refusal" if speaker == Speaker::Assistant => {
                texts.push(members.required("refusal")?.text()?);
            }
            _ => return Err(unsupported(&kind, "parts of type text only")),
        }
    }
    Ok(texts.join("\n"))
}

fn unsupported(at: &At<'_>, expected: &'static str) -> Notice {
    let fault = at.fault(FaultCode::UnknownValue, expected);
    Notice::about(StatusCode::UNPROCESSABLE_ENTITY, "UNSUPPORTED", fault)
}

/// Words stand for tokens in the usage: nothing here has a tokenizer.
pub(super) fn count_words(text: &str) -> usize {
    text.split_whitespace().count()
}
