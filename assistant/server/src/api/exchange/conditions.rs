//! Under which conditions an answer is wanted: the members of `metadata` that are ours.

use speech_exit::strict::{At, Fault, FaultCode, Members, Node};

/// How many sources may be required.
const MAX_REQUIRED: usize = 16;

/// A value, and the fault that it is if it turns out to name nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) value: String,
    pub(crate) fault: Fault,
}

/// The conditions of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Conditions {
    /// The sources without which no answer is wanted.
    pub(crate) required: Vec<Placed>,
    /// The conversation that is continued.
    pub(crate) conversation: Option<Placed>,
}

/// Conditions of the answer.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that `Conditions` reads")]
pub(crate) struct MetadataShape {
    /// A label such as `library` or an array of labels: without a source of each, the answer is a refusal.
    require: Option<serde_json::Value>,
    /// The id of a conversation that an earlier answer named.
    conversation: Option<String>,
}

impl Conditions {
    /// Reads them from a request that may have none.
    pub(crate) fn of(request: &Members<'_>) -> Result<Self, Fault> {
        let Some(metadata) = given(request, "metadata") else { return Ok(Self::default()) };
        let metadata = metadata.members()?;
        expect_no_misspelt_condition(&metadata)?;
        Ok(Self {
            required: given(&metadata, "require").map_or(Ok(Vec::new()), |at| labels(&at))?,
            conversation: given(&metadata, "conversation")
                .map(|at| conversation(&at))
                .transpose()?,
        })
    }
}

/// A member that is there and is not null.
pub(crate) fn given<'a>(members: &Members<'a>, name: &'static str) -> Option<At<'a>> {
    members.optional(name).filter(|at| *at.node() != Node::Null)
}

/// A whole number above 0.
pub(crate) fn count(at: &At<'_>) -> Result<u64, Fault> {
    let count = match at.node() {
        Node::Number(number) => number.as_u64().filter(|count| *count > 0),
        _ => None,
    };
    count.ok_or_else(|| at.fault(FaultCode::WrongType, "a whole number above 0"))
}

/// A member that is true or false; false if it is not there.
pub(crate) fn flag(members: &Members<'_>, name: &'static str) -> Result<bool, Fault> {
    match given(members, name) {
        None => Ok(false),
        Some(at) => match at.node() {
            Node::Bool(flag) => Ok(*flag),
            _ => Err(at.fault(FaultCode::WrongType, "true or false")),
        },
    }
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

fn labels(at: &At<'_>) -> Result<Vec<Placed>, Fault> {
    match at.node() {
        Node::String(_) => Ok(vec![label(at)?]),
        _ => {
            let items = at.items()?;
            if items.len() > MAX_REQUIRED {
                return Err(at.fault(FaultCode::WrongType, "at most 16 labels"));
            }
            items.iter().map(label).collect()
        }
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
