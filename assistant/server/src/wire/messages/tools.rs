//! The tools that a request offers, and what it demands of them.

use speech_exit::strict::{FaultCode, Members};

use super::super::chat::tools::{named, offer};
use super::super::given::{given, list};
use super::super::malformed::Malformed;
use super::super::responses::tools::host;
use super::super::signal::{Hosted, Offered, Requirement};

/// The client's own have no `type`, or `custom`.
pub(super) fn offered(members: &Members<'_>) -> Result<(Vec<Offered>, Vec<Hosted>), Malformed> {
    let mut offered = Vec::new();
    let mut hosted = Vec::new();
    for tool in list(members, "tools")? {
        let tool_members = tool.members()?;
        match given(&tool_members, "type") {
            Some(kind) if kind.text()? != "custom" => hosted.push(host(&kind, &tool)?),
            _ => offered.push(offer(&tool_members.required("name")?, &tool)?),
        }
    }
    Ok((offered, hosted))
}

pub(super) fn requirement(
    members: &Members<'_>,
    offered: &[Offered],
) -> Result<Option<Requirement>, Malformed> {
    let Some(choice) = given(members, "tool_choice") else { return Ok(None) };
    let kind = choice.members()?.required("type")?;
    match kind.text()? {
        "none" | "auto" => Ok(None),
        "any" => Ok(Some(Requirement::AnyClientTool)),
        "tool" => named(&choice, offered),
        _ => Err(kind.fault(FaultCode::UnknownValue, "none, auto, any or tool").into()),
    }
}
