//! An item that is a message.

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::given::{count, extra, list, unknown, unsupported};
use super::super::malformed::Malformed;
use super::super::reading::Reading;
use super::super::transcript::{Extra, Piece, Words};

const KNOWN: &[&str] = &["type", "id", "role", "content", "status"];

const PART: &[&str] = &["type", "text", "refusal", "annotations"];

/// The content of a message.
#[derive(Debug, Default)]
struct Content {
    texts: Vec<String>,
    is_refusal: bool,
    extra: Extra,
}

/// The parts of the content.
pub(super) fn parts(item: &At<'_>) -> usize {
    count(item, "content")
}

/// Reads a message. Gives whether it is a refusal.
pub(super) fn read(reading: &mut Reading, members: &Members<'_>) -> Result<bool, Malformed> {
    let role = members.required("role")?;
    let is_assistant = match role.text()? {
        "assistant" => true,
        "user" | "system" | "developer" => false,
        _ => {
            let known = "user, assistant, system or developer";
            return Err(role.fault(FaultCode::UnknownValue, known).into());
        }
    };
    let Content { texts, is_refusal, extra: mut more } = content(reading, members, is_assistant)?;
    more.extend(extra(members, KNOWN));
    match role.text()? {
        "assistant" => {
            let text = texts.concat();
            reading.say(Words::Assistant { text, calls: Vec::new(), is_refusal }, more);
        }
        "user" => reading.user(vec![Piece::Plain(texts.join("\n"))], more),
        _ => reading.say(Words::Instruction(texts.join("\n")), more),
    }
    Ok(is_refusal)
}

fn content(
    reading: &mut Reading,
    members: &Members<'_>,
    is_assistant: bool,
) -> Result<Content, Malformed> {
    let at = members.required("content")?;
    if let Node::String(text) = at.node() {
        return Ok(Content { texts: vec![text.clone()], ..Content::default() });
    }
    let parts = at.items();
    let parts =
        parts.map_err(|_| at.fault(FaultCode::WrongType, "a string or an array of parts"))?;
    let mut content = Content::default();
    let texts = &mut content.texts;
    for part in &parts {
        let members = part.members()?;
        let kind = members.required("type")?;
        match kind.text()? {
            "input_text" => texts.push(members.required("text")?.text()?.to_owned()),
            "output_text" if is_assistant => {
                texts.push(members.required("text")?.text()?.to_owned());
                for annotation in list(&members, "annotations")? {
                    reading.annotations.push(annotation.node().clone());
                }
            }
            "refusal" if is_assistant => {
                texts.push(members.required("refusal")?.text()?.to_owned());
                content.is_refusal = true;
            }
            "output_text" | "refusal" | "input_image" | "input_audio" | "input_file" => {
                return Err(unsupported(&kind, "parts of text, from who may say them"));
            }
            _ => return Err(unknown(&kind, "input_text, output_text or refusal")),
        }
        content.extra.extend(extra(&members, PART));
        reading.classify();
    }
    Ok(content)
}
