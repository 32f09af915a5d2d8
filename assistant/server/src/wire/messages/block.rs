//! The blocks of a message.

use speech_exit::Label;
use speech_exit::strict::{At, FaultCode, Members};

use super::super::given::{count, extra, list, opaque, unknown, unsupported};
use super::super::kinds::Kinds;
use super::super::malformed::{Code, Malformed};
use super::super::reading::{Reading, no_server_tool};
use super::super::transcript::{Extra, Piece, Words};
use super::super::written::written;
use super::{document, results};

/// Whose message a block stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Assistant,
}

/// What a block is. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Image,
    Document,
    SearchResult,
    Thinking,
    RedactedThinking,
    ToolUse,
    ToolResult,
    ServerToolUse,
    /// The result of an upstream's own tool, which is called so.
    ServerToolResult(&'static str),
    McpToolUse,
    McpToolResult,
    ContainerUpload,
    Compaction,
}

impl Kind {
    pub(super) fn of(members: &Members<'_>) -> Result<Self, Malformed> {
        let at = members.required("type")?;
        Ok(match at.text()? {
            "text" => Self::Text,
            "image" => Self::Image,
            "document" => Self::Document,
            "search_result" => Self::SearchResult,
            "thinking" => Self::Thinking,
            "redacted_thinking" => Self::RedactedThinking,
            "tool_use" => Self::ToolUse,
            "tool_result" => Self::ToolResult,
            "server_tool_use" => Self::ServerToolUse,
            "web_search_tool_result" => Self::ServerToolResult("web_search"),
            "web_fetch_tool_result" => Self::ServerToolResult("web_fetch"),
            "code_execution_tool_result" => Self::ServerToolResult("code_execution"),
            "bash_code_execution_tool_result" => Self::ServerToolResult("bash_code_execution"),
            "text_editor_code_execution_tool_result" => {
                Self::ServerToolResult("text_editor_code_execution")
            }
            "mcp_tool_use" => Self::McpToolUse,
            "mcp_tool_result" => Self::McpToolResult,
            "container_upload" => Self::ContainerUpload,
            "compaction" => Self::Compaction,
            _ => return Err(unknown(&at, "the type of a known block")),
        })
    }
}

/// The block, and the blocks within the result of a tool.
pub(super) fn size(block: &At<'_>) -> usize {
    let kind = block.members().ok().and_then(|members| Kind::of(&members).ok());
    1 + if kind == Some(Kind::ToolResult) { count(block, "content") } else { 0 }
}

/// What was gathered of one turn. The extra members are those of its message and its blocks.
#[derive(Debug, Default)]
struct Gathered {
    pieces: Vec<Piece>,
    texts: Vec<String>,
    extra: Extra,
}

/// A message in one string.
pub(super) fn text(reading: &mut Reading, speaker: Speaker, text: String, extra: Extra) {
    match speaker {
        Speaker::User => reading.user(vec![Piece::Plain(text)], extra),
        Speaker::Assistant => {
            reading.say(Words::Assistant { text, calls: Vec::new(), is_refusal: false }, extra);
        }
    }
}

/// The blocks of a message, as one or more turns.
pub(super) fn read_all(
    reading: &mut Reading,
    blocks: &[At<'_>],
    (speaker, extra): (Speaker, Extra),
    kinds: &Kinds,
) -> Result<(), Malformed> {
    let mut gathered = Gathered { extra, ..Gathered::default() };
    for block in blocks {
        read(reading, block, &mut gathered, speaker, kinds)?;
        reading.classify();
    }
    gathered.say(reading, speaker);
    Ok(())
}

impl Gathered {
    /// Says what was gathered before something that is a turn of its own, or joins calls.
    fn say(&mut self, reading: &mut Reading, speaker: Speaker) {
        let Self { pieces, texts, extra } = std::mem::take(self);
        if !pieces.is_empty() {
            reading.user(pieces, extra);
        } else if !texts.is_empty() {
            // Citations cut a text into blocks without a space between them.
            text(reading, speaker, texts.concat(), extra);
        } else {
            reading.keep(extra);
        }
    }
}

fn read(
    reading: &mut Reading,
    block: &At<'_>,
    gathered: &mut Gathered,
    speaker: Speaker,
    kinds: &Kinds,
) -> Result<(), Malformed> {
    let members = block.members()?;
    let kind = Kind::of(&members)?;
    expect_speaker(&members, kind, speaker)?;
    match kind {
        Kind::Text => text_block(reading, &members, gathered, speaker)?,
        Kind::Document | Kind::SearchResult => {
            let passage = document::read(&members, kind)?;
            gathered.extra.extend(extra(&members, document::KNOWN));
            gathered.pieces.extend(reading.passage(passage).map(Piece::Passage));
        }
        Kind::Thinking => {
            gathered.extra.extend(extra(&members, &["type", "thinking", "signature"]));
        }
        Kind::ToolUse | Kind::ServerToolUse | Kind::McpToolUse => {
            gathered.say(reading, speaker);
            call(reading, &members, kind, kinds)?;
        }
        Kind::ToolResult => {
            gathered.say(reading, speaker);
            results::client(reading, &members)?;
        }
        Kind::ServerToolResult(name) => {
            gathered.say(reading, speaker);
            results::server(reading, &members, name)?;
        }
        Kind::McpToolResult => {
            gathered.say(reading, speaker);
            results::mcp(reading, &members)?;
        }
        Kind::RedactedThinking | Kind::Compaction => {
            return Err(opaque(&members.required("type")?));
        }
        Kind::Image | Kind::ContainerUpload => {
            return Err(unsupported(&members.required("type")?, "no images and no files"));
        }
    }
    Ok(())
}

/// Results of the client's tools come from the client; the other calls and results from the assistant.
fn expect_speaker(members: &Members<'_>, kind: Kind, speaker: Speaker) -> Result<(), Malformed> {
    let by = match kind {
        Kind::ToolResult | Kind::Document | Kind::SearchResult => Some(Speaker::User),
        Kind::ToolUse
        | Kind::ServerToolUse
        | Kind::ServerToolResult(_)
        | Kind::McpToolUse
        | Kind::McpToolResult
        | Kind::Thinking => Some(Speaker::Assistant),
        _ => None,
    };
    if by.is_some_and(|by| by != speaker) {
        let at = members.required("type")?;
        return Err(Malformed::new(Code::UnknownItem, &at, "a block that this role may send"));
    }
    Ok(())
}

fn text_block(
    reading: &mut Reading,
    members: &Members<'_>,
    gathered: &mut Gathered,
    speaker: Speaker,
) -> Result<(), Malformed> {
    let text = members.required("text")?.text()?.to_owned();
    for citation in list(members, "citations")? {
        reading.annotations.push(citation.node().clone());
    }
    gathered.extra.extend(extra(members, &["type", "text", "citations"]));
    match speaker {
        Speaker::User => gathered.pieces.push(Piece::Plain(text)),
        Speaker::Assistant => gathered.texts.push(text),
    }
    Ok(())
}

fn call(
    reading: &mut Reading,
    members: &Members<'_>,
    kind: Kind,
    kinds: &Kinds,
) -> Result<(), Malformed> {
    let (id, name) = (members.required("id")?, members.required("name")?);
    let arguments = written(members.required("input")?.node());
    let extra = extra(members, &["type", "id", "name", "input", "server_name"]);
    let label = match kind {
        Kind::ServerToolUse => Label::tool(name.text()?),
        Kind::McpToolUse => {
            kinds.label(members.required("server_name")?.filled_text()?, name.text()?)
        }
        _ => return reading.client_call(&id, &name, arguments, extra),
    };
    let label = label.ok_or_else(|| no_server_tool(&name))?;
    reading.server_call(&id, (name.text()?, label), arguments, extra)
}

/// The text of a block that may be nothing else.
pub(super) fn only_text<'a>(block: &At<'a>) -> Result<&'a str, Malformed> {
    let members = block.members()?;
    match Kind::of(&members)? {
        Kind::Text => Ok(members.required("text")?.text()?),
        Kind::RedactedThinking | Kind::Compaction => Err(opaque(&members.required("type")?)),
        _ => Err(unsupported(&members.required("type")?, "blocks of type text only")),
    }
}

/// A string, or the text of blocks that are nothing else.
pub(super) fn plain(at: &At<'_>) -> Result<String, Malformed> {
    if let speech_exit::strict::Node::String(text) = at.node() {
        return Ok(text.clone());
    }
    let blocks = at.items();
    let blocks =
        blocks.map_err(|_| at.fault(FaultCode::WrongType, "a string or an array of blocks"))?;
    let texts = blocks.iter().map(only_text).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join("\n"))
}
