//! The tools that a request offers, and what it demands of them.

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::chat::tools::{named, offer, word};
use super::super::given::{given, list, unsupported};
use super::super::malformed::Malformed;
use super::super::signal::{Hosted, Offered, Requirement};

pub(super) fn offered(members: &Members<'_>) -> Result<(Vec<Offered>, Vec<Hosted>), Malformed> {
    let mut offered = Vec::new();
    let mut hosted = Vec::new();
    for tool in list(members, "tools")? {
        let tool_members = tool.members()?;
        let kind = tool_members.required("type")?;
        match kind.text()? {
            "function" | "custom" => offered.push(offer(&tool_members.required("name")?, &tool)?),
            _ => hosted.push(host(&kind, &tool)?),
        }
    }
    Ok((offered, hosted))
}

/// A tool that the other side should run. Whether it does is not for the wire to say.
pub(in crate::wire) fn host(kind: &At<'_>, tool: &At<'_>) -> Result<Hosted, Malformed> {
    let fault = kind.fault(FaultCode::UnknownValue, "a tool that the client runs");
    Ok(Hosted { kind: kind.filled_text()?.to_owned(), definition: tool.node().clone(), fault })
}

pub(super) fn requirement(
    members: &Members<'_>,
    offered: &[Offered],
) -> Result<Option<Requirement>, Malformed> {
    let Some(choice) = given(members, "tool_choice") else { return Ok(None) };
    if let Node::String(_) = choice.node() {
        return word(&choice);
    }
    let kind = choice.members()?.required("type")?;
    match kind.text()? {
        "function" | "custom" => named(&choice, offered),
        _ => Err(unsupported(&kind, "function or custom")),
    }
}
