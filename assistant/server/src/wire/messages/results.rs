//! Results: of the client's tools, of the upstream's own, and of its servers of tools.

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::given::{EMPTY, FAILED, extra, flagged, given, opaque, unknown, unsupported};
use super::super::malformed::{Code, Malformed};
use super::super::reading::{Given, Reading, Runner};
use super::super::written::written;
use super::block::{self, Kind};
use super::document;

const KNOWN: &[&str] = &["type", "tool_use_id", "content", "is_error"];

/// `tool_result`.
pub(super) fn client(reading: &mut Reading, members: &Members<'_>) -> Result<(), Malformed> {
    let mut result = Given { failure: flagged(members)?, ..Given::default() };
    match given(members, "content") {
        None => {}
        Some(content) => match content.node() {
            Node::String(text) => result.text.clone_from(text),
            _ => within(reading, &content, &mut result)?,
        },
    }
    result.extra = extra(members, KNOWN);
    reading.result(&members.required("tool_use_id")?, Runner::Client, result)
}

/// The blocks within a result. A document among them is a source beside the tool.
fn within(reading: &mut Reading, content: &At<'_>, result: &mut Given) -> Result<(), Malformed> {
    let blocks = content.items();
    let blocks = blocks
        .map_err(|_| content.fault(FaultCode::WrongType, "a string or an array of blocks"))?;
    let mut texts = Vec::new();
    for block in &blocks {
        let members = block.members()?;
        let kind = Kind::of(&members)?;
        match kind {
            Kind::Text => texts.push(members.required("text")?.text()?.to_owned()),
            Kind::Document | Kind::SearchResult => {
                let passage = document::read(&members, kind)?;
                texts.push(passage.text.clone());
                result.passages.push(passage);
            }
            Kind::Image => {
                return Err(unsupported(&members.required("type")?, "no images and no files"));
            }
            Kind::RedactedThinking | Kind::Compaction => {
                return Err(opaque(&members.required("type")?));
            }
            _ => return Err(unknown(&members.required("type")?, "text or a document")),
        }
        reading.classify();
    }
    result.text = texts.join("\n");
    Ok(())
}

/// The result of an upstream's own tool, written as it came: its shapes are many, and its kind says enough.
pub(super) fn server(
    reading: &mut Reading,
    members: &Members<'_>,
    name: &'static str,
) -> Result<(), Malformed> {
    let content = members.required("content")?;
    let failure = match content.node() {
        Node::Array(items) if items.is_empty() => Some(EMPTY),
        Node::Array(_) => None,
        _ => given(&content.members()?, "error_code").map(|_| FAILED),
    };
    let id = members.required("tool_use_id")?;
    if reading.called(&id)?.is_some_and(|called| called != name) {
        return Err(Malformed::new(
            Code::OrphanToolResult,
            &id,
            "a call of the tool that it is of",
        ));
    }
    let text = written(content.node());
    let extra = extra(members, KNOWN);
    reading.result(&id, Runner::Server, Given { text, failure, extra, ..Given::default() })
}

/// `mcp_tool_result`.
pub(super) fn mcp(reading: &mut Reading, members: &Members<'_>) -> Result<(), Malformed> {
    let text = given(members, "content").map(|at| block::plain(&at)).transpose()?;
    let result = Given {
        text: text.unwrap_or_default(),
        failure: flagged(members)?,
        extra: extra(members, KNOWN),
        ..Given::default()
    };
    reading.result(&members.required("tool_use_id")?, Runner::Server, result)
}
