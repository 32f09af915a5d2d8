//! The request, read strictly: what it asks, and under which conditions.

use speech_exit::strict::{self, At, Fault, FaultCode, Members, Node};
use speech_exit::{Name, Notice};

use super::{fields, messages};

/// A request that can be answered.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The name of the model, which the answer repeats.
    pub(super) model: Name,
    /// The last message.
    pub(super) question: String,
    /// What the person wrote before it.
    pub(super) earlier: Vec<String>,
    /// How many words there are in all messages.
    pub(super) words: usize,
    /// The sources without which no answer is wanted.
    pub(super) required: Vec<Placed>,
    /// The conversation that is continued.
    pub(super) conversation: Option<Placed>,
}

/// A value, and the fault that it is if it turns out to name nothing.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) value: String,
    pub(super) fault: Fault,
}

/// A request, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `parse` reads")]
pub(crate) struct RequestShape {
    model: String,
    messages: Vec<serde_json::Value>,
    metadata: Option<MetadataShape>,
}

/// Conditions of the answer.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `parse` reads")]
struct MetadataShape {
    /// A label such as `library` or an array of labels: without a source of each, the answer is a refusal.
    require: Option<serde_json::Value>,
    /// The id of a conversation that an earlier answer named.
    conversation: Option<String>,
}

/// Reads a request.
pub(super) fn parse(body: &[u8]) -> Result<Request, Notice> {
    let node = strict::read(body)?;
    let members = At::root(&node).members()?;
    fields::check(&members)?;
    let model = members.required("model")?.name()?;
    let messages = messages::parse(&members.required("messages")?)?;
    let metadata = given(&members, "metadata");
    let (required, conversation) = match metadata {
        None => (Vec::new(), None),
        Some(metadata) => {
            let metadata = metadata.members()?;
            (
                given(&metadata, "require").map_or(Ok(Vec::new()), |at| labels(&at))?,
                given(&metadata, "conversation").map(|at| conversation(&at)).transpose()?,
            )
        }
    };
    let messages::Messages { question, earlier, words } = messages;
    Ok(Request { model, question, earlier, words, required, conversation })
}

/// A member that is there and is not null.
fn given<'a>(members: &Members<'a>, name: &'static str) -> Option<At<'a>> {
    members.optional(name).filter(|at| *at.node() != Node::Null)
}

fn labels(at: &At<'_>) -> Result<Vec<Placed>, Fault> {
    match at.node() {
        Node::String(_) => Ok(vec![label(at)?]),
        _ => at.items()?.iter().map(label).collect(),
    }
}

fn label(at: &At<'_>) -> Result<Placed, Fault> {
    let value = at.text()?.to_owned();
    let fault = at.fault(FaultCode::UnknownSource, "the label of a source that this server has");
    Ok(Placed { value, fault })
}

fn conversation(at: &At<'_>) -> Result<Placed, Fault> {
    let value = at.text()?.to_owned();
    let fault =
        at.fault(FaultCode::UnknownValue, "the id of a conversation that this server began");
    Ok(Placed { value, fault })
}
