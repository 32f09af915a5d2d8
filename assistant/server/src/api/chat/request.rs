//! The request, read strictly: what it asks, and under which conditions.

use speech_exit::Notice;
use speech_exit::strict::{self, At, FaultCode, Members};

use super::fields::FIELDS;
use crate::api::exchange::conditions::{Conditions, MetadataShape, count, flag, given};
use crate::api::exchange::{Form, Request, fields};
use crate::wire;

/// A request, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `parse` reads")]
pub(crate) struct RequestShape {
    model: String,
    messages: Vec<serde_json::Value>,
    metadata: Option<MetadataShape>,
    /// At least 1; where nothing counts tokens, words stand for them. A longer answer ends with `length`.
    max_completion_tokens: Option<u64>,
    /// The older name of the same; where both are given, the smaller holds.
    max_tokens: Option<u64>,
    /// Whether the answer comes as server-sent events, the first of which has the claims.
    stream: Option<bool>,
    /// `include_usage` asks for counts in the last event but one.
    stream_options: Option<serde_json::Value>,
    /// Tools that the client runs.
    tools: Option<Vec<serde_json::Value>>,
    /// `required` or a named function: without the result of one, no words are wanted.
    tool_choice: Option<serde_json::Value>,
}

/// Reads a request.
pub(super) fn parse(body: &[u8]) -> Result<Request, Notice> {
    let node = strict::read(body)?;
    let root = At::root(&node);
    let members = root.members()?;
    fields::check(FIELDS, &members)?;
    let model = members.required("model")?.name()?;
    let transcript = wire::chat::request(&root)?;
    expect_a_question(&members)?;
    let limits = ["max_completion_tokens", "max_tokens"];
    let limits = limits.into_iter().filter_map(|name| given(&members, name));
    let max_tokens = limits.map(|at| count(&at)).collect::<Result<Vec<_>, _>>()?.into_iter().min();
    Ok(Request {
        model,
        transcript,
        before: Vec::new(),
        conditions: Conditions::of(&members)?,
        max_tokens,
        sampling: fields::sampling(FIELDS, &members),
        tool_choice: given(&members, "tool_choice").map(|at| fields::value(at.node())),
        form: form(&members)?,
        is_kept: true,
    })
}

fn form(members: &Members<'_>) -> Result<Form, Notice> {
    let options = given(members, "stream_options").map(|at| at.members()).transpose()?;
    let with_usage = options.map(|options| flag(&options, "include_usage")).transpose()?;
    Ok(if flag(members, "stream")? {
        Form::Events { with_usage: with_usage.unwrap_or(false) }
    } else {
        Form::Whole
    })
}

/// The last word is the person's or that of a tool which was run for them.
fn expect_a_question(members: &Members<'_>) -> Result<(), Notice> {
    let messages = members.required("messages")?.items()?;
    let Some(last) = messages.last() else { return Ok(()) };
    let last = last.members()?;
    let role = last.required("role")?;
    match role.text()? {
        "tool" | "function" => Ok(()),
        "user" => {
            let content = last.required("content")?;
            let is_blank = content.text().is_ok_and(|text| text.trim().is_empty());
            let blank = || content.fault(FaultCode::WrongType, "a question with words in it");
            if is_blank { Err(blank().into()) } else { Ok(()) }
        }
        _ => {
            let expected = "user or tool as the role of the last message";
            Err(role.fault(FaultCode::UnknownValue, expected).into())
        }
    }
}
