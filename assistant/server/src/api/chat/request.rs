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
    /// How many words the answer may have.
    pub(super) max_words: Option<usize>,
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
    /// At least 1; words stand for tokens. A longer answer is cut after a word, with `length` as its end.
    max_completion_tokens: Option<u64>,
    /// The older name of the same; where both are given, the smaller holds.
    max_tokens: Option<u64>,
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
    let limits = ["max_completion_tokens", "max_tokens"];
    let limits = limits.into_iter().filter_map(|name| given(&members, name));
    let max_words = limits.map(|at| count(&at)).collect::<Result<Vec<_>, _>>()?.into_iter().min();
    let metadata = given(&members, "metadata");
    let (required, conversation) = match metadata {
        None => (Vec::new(), None),
        Some(metadata) => {
            let metadata = metadata.members()?;
            expect_no_misspelt_condition(&metadata)?;
            (
                given(&metadata, "require").map_or(Ok(Vec::new()), |at| labels(&at))?,
                given(&metadata, "conversation").map(|at| conversation(&at)).transpose()?,
            )
        }
    };
    let messages::Messages { question, earlier, words } = messages;
    Ok(Request { model, question, earlier, words, required, conversation, max_words })
}

/// Metadata may have any keys, but one that looks like a condition and is none would be dropped in silence.
fn expect_no_misspelt_condition(metadata: &Members<'_>) -> Result<(), Fault> {
    for (name, at) in metadata.iter() {
        let lower = name.to_ascii_lowercase();
        let looks_like_one = ["require", "conversation"].iter().any(|key| lower.starts_with(key));
        if looks_like_one && !matches!(name, "require" | "conversation") {
            return Err(at.fault(FaultCode::UnknownField, "require or conversation as the key"));
        }
    }
    Ok(())
}

fn count(at: &At<'_>) -> Result<usize, Fault> {
    let count = match at.node() {
        Node::Number(number) => number.as_u64().filter(|count| *count > 0),
        _ => None,
    };
    let count = count.ok_or_else(|| at.fault(FaultCode::WrongType, "a whole number above 0"))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
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
