//! The request, read strictly: what it asks, and under which conditions.

use serde_json::Value;
use speech_exit::strict::{self, At, FaultCode, Members, Node};
use speech_exit::{Notice, Refused};

use super::fields::FIELDS;
use super::foreign;
use crate::api::exchange::conditions::{Conditions, MetadataShape, count, flag, given};
use crate::api::exchange::{Form, Request, fields};
use crate::api::store_unavailable;
use crate::app::App;
use crate::store::CallMade;
use crate::wire::{self, Call, Continues};

/// A request, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `parse` reads")]
pub(crate) struct RequestShape {
    model: String,
    /// The question, or items: messages, calls of the client's tools and their results.
    input: serde_json::Value,
    instructions: Option<String>,
    metadata: Option<MetadataShape>,
    /// A conversation that an earlier response named.
    conversation: Option<serde_json::Value>,
    /// A response whose conversation is gone on with.
    previous_response_id: Option<String>,
    /// At least 1; where nothing counts tokens, words stand for them. A longer answer is incomplete.
    max_output_tokens: Option<u64>,
    /// Whether the exchange is kept as memory; it is unless this is false.
    store: Option<bool>,
    /// Whether the answer comes as server-sent events, the first of which has the claims.
    stream: Option<bool>,
    /// Tools that the client runs.
    tools: Option<Vec<serde_json::Value>>,
    /// `required` or a named function: without the result of one, no words are wanted.
    tool_choice: Option<serde_json::Value>,
}

/// Reads a request. Results may belong to calls of the response that it goes on from.
pub(super) async fn parse(app: &App, body: &[u8]) -> Result<Request, Refused> {
    let node = strict::read(body).map_err(|fault| Refused::Malformed(fault.into()))?;
    let root = At::root(&node);
    let references = wire::responses::continued(&root);
    let references = references.map_err(|malformed| Refused::Malformed(malformed.into()))?;
    let mut before = Vec::new();
    for reference in references {
        if reference.continues == Continues::Response {
            let calls = app.store().calls_of(&reference.id).await;
            before = calls.map_err(|error| Refused::Unavailable(store_unavailable(&error)))?;
        }
    }
    let before =
        before.into_iter().map(|CallMade { id, name, arguments }| Call { id, name, arguments });
    read(&node, before.collect()).map_err(Refused::Malformed)
}

fn read(node: &Node, before: Vec<Call>) -> Result<Request, Notice> {
    let root = At::root(node);
    let members = root.members()?;
    fields::check(FIELDS, &members)?;
    let model = members.required("model")?.name()?;
    let transcript = wire::responses::request(&root, &before, &wire::Kinds::built_in()?)?;
    foreign::check(&members)?;
    expect_a_question(&members)?;
    let is_kept = given(&members, "store").map(|_| flag(&members, "store")).transpose()?;
    Ok(Request {
        model,
        transcript,
        before,
        conditions: Conditions::of(&members)?,
        max_tokens: given(&members, "max_output_tokens").map(|at| count(&at)).transpose()?,
        sampling: sampling(&members)?,
        tool_choice: given(&members, "tool_choice").map(|at| fields::value(at.node())),
        form: if flag(&members, "stream")? {
            Form::Events { with_usage: true }
        } else {
            Form::Whole
        },
        is_kept: is_kept.unwrap_or(true),
    })
}

/// How a model is to choose words, under the names that chat completions have for it.
fn sampling(members: &Members<'_>) -> Result<Vec<(String, Value)>, Notice> {
    let mut sampling = fields::sampling(FIELDS, members);
    for (outer, inner, name) in
        [("reasoning", "effort", "reasoning_effort"), ("text", "verbosity", "verbosity")]
    {
        let Some(outer) = given(members, outer) else { continue };
        let inner = given(&outer.members()?, inner).map(|at| fields::value(at.node()));
        sampling.extend(inner.map(|value| (name.to_owned(), value)));
    }
    Ok(sampling)
}

/// The last word is the person's or that of a tool which was run for them.
fn expect_a_question(members: &Members<'_>) -> Result<(), Notice> {
    let input = members.required("input")?;
    let blank = |at: &At<'_>| at.fault(FaultCode::WrongType, "a question with words in it").into();
    if let Node::String(text) = input.node() {
        return if text.trim().is_empty() { Err(blank(&input)) } else { Ok(()) };
    }
    let items = input.items()?;
    let Some(last) = items.last() else { return Err(blank(&input)) };
    let members = last.members()?;
    let role = members.optional("role").filter(|role| role.text() != Ok("user"));
    let kind = members.optional("type");
    let is_result =
        kind.as_ref().is_some_and(|kind| kind.text().is_ok_and(|kind| kind.ends_with("_output")));
    let is_message = kind.is_none_or(|kind| kind.text() == Ok("message"));
    match role {
        None if is_message || is_result => Ok(()),
        Some(role) => {
            let expected = "user as the role of the last message";
            Err(role.fault(FaultCode::UnknownValue, expected).into())
        }
        None => {
            let expected = "a message of the user's or the result of a tool as the last item";
            Err(last.fault(FaultCode::UnknownValue, expected).into())
        }
    }
}
