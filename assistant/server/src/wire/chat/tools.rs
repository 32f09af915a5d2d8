//! The tools that a request offers, and what it demands of them.

use speech_exit::strict::{At, FaultCode, Members, Node};

use super::super::given::{given, list, unsupported};
use super::super::malformed::Malformed;
use super::super::reading::client_label;
use super::super::signal::{Hosted, Offered, Requirement};

/// The tools of `tools` and of the older `functions`.
pub(super) fn offered(members: &Members<'_>) -> Result<(Vec<Offered>, Vec<Hosted>), Malformed> {
    let mut offered = Vec::new();
    for tool in list(members, "tools")? {
        let tool_members = tool.members()?;
        let kind = tool_members.required("type")?;
        let named = match kind.text()? {
            "function" => tool_members.required("function")?.members()?,
            "custom" => tool_members.required("custom")?.members()?,
            _ => return Err(kind.fault(FaultCode::UnknownValue, "function or custom").into()),
        };
        offered.push(offer(&named.required("name")?, &tool)?);
    }
    for function in list(members, "functions")? {
        offered.push(offer(&function.members()?.required("name")?, &function)?);
    }
    Ok((offered, Vec::new()))
}

/// A tool of the client's, under a name that a label can carry.
pub(in crate::wire) fn offer(name: &At<'_>, definition: &At<'_>) -> Result<Offered, Malformed> {
    client_label(name)?;
    Ok(Offered { name: name.text()?.to_owned(), definition: definition.node().clone() })
}

/// What `tool_choice`, or the older `function_call`, demands.
pub(super) fn requirement(
    members: &Members<'_>,
    offered: &[Offered],
) -> Result<Option<Requirement>, Malformed> {
    if let Some(choice) = given(members, "tool_choice") {
        return match choice.node() {
            Node::String(_) => word(&choice),
            _ => {
                let choice = choice.members()?;
                let kind = choice.required("type")?;
                match kind.text()? {
                    "function" => named(&choice.required("function")?, offered),
                    "custom" => named(&choice.required("custom")?, offered),
                    _ => Err(unsupported(&kind, "function or custom")),
                }
            }
        };
    }
    match given(members, "function_call") {
        None => Ok(None),
        Some(choice) if matches!(choice.node(), Node::String(_)) => word(&choice),
        Some(choice) => named(&choice, offered),
    }
}

/// A choice in one word.
pub(in crate::wire) fn word(choice: &At<'_>) -> Result<Option<Requirement>, Malformed> {
    match choice.text()? {
        "none" | "auto" => Ok(None),
        "required" => Ok(Some(Requirement::AnyClientTool)),
        _ => Err(choice.fault(FaultCode::UnknownValue, "none, auto, required or a tool").into()),
    }
}

/// The choice of one tool, which has to be among the offered ones.
pub(in crate::wire) fn named(
    choice: &At<'_>,
    offered: &[Offered],
) -> Result<Option<Requirement>, Malformed> {
    let name = choice.members()?.required("name")?;
    let text = name.text()?;
    if !offered.iter().any(|tool| tool.name == text) {
        return Err(name.fault(FaultCode::UnknownValue, "the name of a tool in tools").into());
    }
    Ok(Some(Requirement::ClientTool(text.to_owned())))
}
