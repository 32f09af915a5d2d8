//! Anthropic Messages: messages of blocks, calls and results among them.

mod block;
mod document;
mod reply;
mod results;
mod tools;

pub use reply::reply;

use speech_exit::strict::{At, FaultCode, Node};

use super::given::{count, extra, given};
use super::kinds::Kinds;
use super::malformed::Malformed;
use super::reading::{Reading, Rest};
use super::transcript::{Extra, Transcript, Words};
use block::Speaker;

/// Reads a request.
///
/// # Errors
///
/// [`Malformed`], with the first fault.
pub fn request(request: &At<'_>, kinds: &Kinds) -> Result<Transcript, Malformed> {
    let members = request.members()?;
    let messages = members.required("messages")?;
    let items = messages.items()?;
    if items.is_empty() {
        return Err(messages.fault(FaultCode::WrongType, "at least one message").into());
    }
    let mut reading = Reading::default();
    if let Some(system) = given(&members, "system") {
        let blocks = system.items().unwrap_or_else(|_| vec![system]);
        reading.each(&blocks, |_| 1, instruction);
    }
    reading.each(&items, size, |reading, at| message(reading, at, kinds));
    let rest = || {
        let (offered, hosted) = tools::offered(&members)?;
        let requirement = tools::requirement(&members, &offered)?;
        Ok(Rest { offered, hosted, requirement, ..Rest::default() })
    };
    reading.finish(rest())
}

/// The message, its blocks, and the blocks within results of tools.
fn size(message: &At<'_>) -> usize {
    let content = message.members().ok().and_then(|members| members.optional("content"));
    let blocks = content.and_then(|content| content.items().ok()).unwrap_or_default();
    1 + blocks.iter().map(block::size).sum::<usize>()
}

fn instruction(reading: &mut Reading, at: &At<'_>) -> Result<(), Malformed> {
    let (text, extra) = match at.node() {
        Node::String(text) => (text.clone(), Extra::new()),
        _ => {
            let members = at.members()?;
            let text = block::only_text(at)?.to_owned();
            (text, extra(&members, &["type", "text"]))
        }
    };
    reading.say(Words::Instruction(text), extra);
    reading.classify();
    Ok(())
}

fn message(reading: &mut Reading, at: &At<'_>, kinds: &Kinds) -> Result<(), Malformed> {
    let members = at.members()?;
    let role = members.required("role")?;
    let speaker = match role.text()? {
        "user" => Speaker::User,
        "assistant" => Speaker::Assistant,
        _ => return Err(role.fault(FaultCode::UnknownValue, "user or assistant").into()),
    };
    let content = members.required("content")?;
    let extra = extra(&members, &["role", "content"]);
    match content.node() {
        Node::String(text) => block::text(reading, speaker, text.clone(), extra),
        _ if count(at, "content") == 0 => {
            content.items()?;
            block::text(reading, speaker, String::new(), extra);
        }
        _ => block::read_all(reading, &content.items()?, (speaker, extra), kinds)?,
    }
    reading.classify();
    Ok(())
}
