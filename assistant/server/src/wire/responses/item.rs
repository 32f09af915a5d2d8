//! One item of `input` or `output`.

use speech_exit::Label;
use speech_exit::strict::{At, Members, Node};

use super::super::given::{EMPTY, extra, failure, given, opaque, unknown, unsupported};
use super::super::kinds::Kinds;
use super::super::malformed::Malformed;
use super::super::reading::{Given, Reading, Runner, no_server_tool};
use super::super::signal::Signal;
use super::super::transcript::Extra;
use super::super::written::written;
use super::kind::Kind;
use super::message;

const CALL: &[&str] = &["type", "id", "call_id", "status", "name", "arguments", "input", "action"];
const OUTPUT: &[&str] =
    &["type", "id", "call_id", "status", "output", "error", "is_error", "isError"];
/// A tool's own members stay together in what is written of it.
const OWN: &[&str] = &["type", "id", "status", "error", "is_error", "isError"];

/// The item, and the parts of a message's content.
pub(super) fn size(item: &At<'_>) -> usize {
    let is_message = kind(item).is_ok_and(|kind| kind == Kind::Message);
    1 + if is_message { message::parts(item) } else { 0 }
}

/// The kind of an item. A message may go without its `type`.
fn kind(item: &At<'_>) -> Result<Kind, Malformed> {
    let members = item.members()?;
    match given(&members, "type") {
        Some(at) => Kind::parse(at.text()?).ok_or_else(|| unknown(&at, "the type of a known item")),
        None if given(&members, "role").is_some() => Ok(Kind::Message),
        None => Err(members
            .required("type")
            .err()
            .map_or_else(|| unknown(item, "an item with a type"), Malformed::from)),
    }
}

/// Reads an item. Gives whether it is a message that refuses.
pub(super) fn read(reading: &mut Reading, item: &At<'_>, kinds: &Kinds) -> Result<bool, Malformed> {
    let kind = kind(item)?;
    let members = item.members()?;
    if let Some(at) = encrypted(item) {
        return Err(opaque(&at));
    }
    // The output of a local shell has the id of its call.
    if kind != Kind::LocalShellCallOutput
        && kind != Kind::ItemReference
        && let Some(id) = given(&members, "id")
    {
        reading.take_id(&id)?;
    }
    let is_refusal = of_kind(kind, reading, &members, kinds)?;
    reading.classify();
    Ok(is_refusal)
}

/// Encrypted content, wherever in an item it stands.
fn encrypted<'a>(at: &At<'a>) -> Option<At<'a>> {
    match at.node() {
        Node::Array(_) => at.items().ok()?.iter().find_map(encrypted),
        Node::Object(_) => {
            let members = at.members().ok()?;
            given(&members, "encrypted_content")
                .or_else(|| members.iter().find_map(|(_, member)| encrypted(&member)))
        }
        _ => None,
    }
}

fn of_kind(
    kind: Kind,
    reading: &mut Reading,
    members: &Members<'_>,
    kinds: &Kinds,
) -> Result<bool, Malformed> {
    match kind {
        Kind::Message => return message::read(reading, members),
        Kind::FunctionCall => client_call(reading, members, "arguments")?,
        Kind::CustomToolCall => client_call(reading, members, "input")?,
        Kind::LocalShellCall => hosted_call(reading, members, "local_shell")?,
        Kind::ComputerCall => hosted_call(reading, members, "computer")?,
        Kind::FunctionCallOutput | Kind::CustomToolCallOutput => {
            output(reading, &members.required("call_id")?, members)?;
        }
        Kind::LocalShellCallOutput => {
            let id = given(members, "call_id").map_or_else(|| members.required("id"), Ok)?;
            output(reading, &id, members)?;
        }
        Kind::ComputerCallOutput => {
            return Err(unsupported(&members.required("type")?, "no screenshots"));
        }
        Kind::WebSearchCall => own_tool(reading, members, Own::Tool("web_search"))?,
        Kind::CodeInterpreterCall => own_tool(reading, members, Own::Tool("code_interpreter"))?,
        Kind::ImageGenerationCall => own_tool(reading, members, Own::Tool("image_generation"))?,
        Kind::FileSearchCall => own_tool(reading, members, Own::Library("file_search"))?,
        Kind::McpCall => mcp_call(reading, members, kinds)?,
        Kind::McpListTools => list_tools(reading, members)?,
        Kind::McpApprovalRequest | Kind::McpApprovalResponse | Kind::Reasoning => {
            reading.keep(extra(members, &["type", "id", "status"]));
        }
        Kind::ItemReference => return Err(opaque(&members.required("id")?)),
        Kind::Compaction => return Err(opaque(&members.required("type")?)),
    }
    Ok(false)
}

fn client_call(
    reading: &mut Reading,
    members: &Members<'_>,
    arguments: &'static str,
) -> Result<(), Malformed> {
    let arguments = members.required(arguments)?.text()?.to_owned();
    let (id, name) = (members.required("call_id")?, members.required("name")?);
    reading.client_call(&id, &name, arguments, extra(members, CALL))
}

/// A call of a tool that the protocol names and the client runs.
fn hosted_call(
    reading: &mut Reading,
    members: &Members<'_>,
    name: &'static str,
) -> Result<(), Malformed> {
    let action = written(members.required("action")?.node());
    let name = Node::String(name.to_owned());
    reading.client_call(
        &members.required("call_id")?,
        &At::root(&name),
        action,
        extra(members, CALL),
    )
}

fn output(reading: &mut Reading, id: &At<'_>, members: &Members<'_>) -> Result<(), Malformed> {
    let text = text(&members.required("output")?)?;
    let failure = failure(members)?;
    let given = Given { text, failure, extra: extra(members, OUTPUT), ..Given::default() };
    reading.result(id, Runner::Client, given)
}

/// Text, or an array of parts of text.
fn text(at: &At<'_>) -> Result<String, Malformed> {
    if let Node::String(text) = at.node() {
        return Ok(text.clone());
    }
    let mut texts = Vec::new();
    for part in at.items()? {
        let members = part.members()?;
        let kind = members.required("type")?;
        match kind.text()? {
            "input_text" | "output_text" | "text" => texts.push(members.required("text")?.text()?),
            "input_image" | "input_file" | "input_audio" => {
                return Err(unsupported(&kind, "parts of text only"));
            }
            _ => return Err(unknown(&kind, "input_text")),
        }
    }
    Ok(texts.join("\n"))
}

/// A tool that the upstream runs itself.
#[derive(Debug, Clone, Copy)]
enum Own {
    Tool(&'static str),
    /// It searches documents.
    Library(&'static str),
}

/// A call with its result in one item. What the protocol shows of the result may be nothing but that there is one.
fn own_tool(reading: &mut Reading, members: &Members<'_>, own: Own) -> Result<(), Malformed> {
    let id = members.required("id")?;
    let status = members.required("status")?;
    let (name, label) = match own {
        Own::Tool(name) => (name, Label::tool(name)),
        Own::Library(name) => (name, Some(Label::library())),
    };
    let label = label.ok_or_else(|| no_server_tool(&status))?;
    let shown = extra(members, OWN);
    let failure = failure(members)?.or_else(|| gave_nothing(&shown));
    let text = written(&Node::Object(shown));
    reading.server_call(&id, (name, label), "{}".to_owned(), Extra::new())?;
    reading.result(&id, Runner::Server, Given { text, failure, ..Given::default() })
}

/// An explicit list of no results. None at all says nothing: it is shown only to who asks for it.
fn gave_nothing(shown: &Extra) -> Option<&'static str> {
    let is_empty = |(name, node): &(String, Node)| {
        matches!(name.as_str(), "results" | "outputs") && *node == Node::Array(Vec::new())
    };
    shown.iter().any(is_empty).then_some(EMPTY)
}

fn mcp_call(reading: &mut Reading, members: &Members<'_>, kinds: &Kinds) -> Result<(), Malformed> {
    let (id, name) = (members.required("id")?, members.required("name")?);
    let server = members.required("server_label")?.filled_text()?;
    let label = kinds.label(server, name.text()?).ok_or_else(|| no_server_tool(&name))?;
    let arguments = members.required("arguments")?.text()?.to_owned();
    let mut result = Given { failure: failure(members)?, ..Given::default() };
    if let Some(output) = given(members, "output") {
        mcp_output(&output, &mut result)?;
    }
    let known = ["type", "id", "status", "name", "server_label", "arguments", "output", "error"];
    result.extra = extra(members, &known);
    reading.server_call(&id, (name.text()?, label), arguments, Extra::new())?;
    reading.result(&id, Runner::Server, result)
}

/// The text of a tool's result, or that result as the tool's server gave it: `{"content":[…],"isError"}`.
fn mcp_output(output: &At<'_>, result: &mut Given) -> Result<(), Malformed> {
    let Node::Object(_) = output.node() else {
        result.text = text(output)?;
        return Ok(());
    };
    let members = output.members()?;
    result.failure = result.failure.or(failure(&members)?);
    result.text = text(&members.required("content")?)?;
    Ok(())
}

/// A listing of tools gives no context. One that failed is worth noting.
fn list_tools(reading: &mut Reading, members: &Members<'_>) -> Result<(), Malformed> {
    let server = members.required("server_label")?;
    members.required("tools")?.items()?;
    reading.keep(extra(members, &["type", "id", "server_label", "error"]));
    if let Some(why) = failure(members)? {
        let label = Label::tool("mcp_list_tools").ok_or_else(|| no_server_tool(&server))?;
        reading.signals.push(Signal::Attempt { label, why });
    }
    Ok(())
}
