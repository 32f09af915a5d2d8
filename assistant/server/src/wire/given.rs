//! Members that are read alike in all protocols. Clients send their history as they got it, so that a member
//! may be `null` where it may be absent.

use speech_exit::strict::{At, Fault, FaultCode, Members, Node};

use super::malformed::{Code, Malformed};
use super::signal::{Continues, Reference};
use super::transcript::{Extra, Usage};

pub(super) const FAILED: &str = "the tool failed";
pub(super) const EMPTY: &str = "the tool gave an empty result";

/// A member that is there and is not null.
pub(super) fn given<'a>(members: &Members<'a>, name: &'static str) -> Option<At<'a>> {
    members.optional(name).filter(|at| *at.node() != Node::Null)
}

/// The items of a member that may be absent.
pub(super) fn list<'a>(members: &Members<'a>, name: &'static str) -> Result<Vec<At<'a>>, Fault> {
    given(members, name).map_or(Ok(Vec::new()), |at| at.items())
}

/// How many items stand in a member, whatever they are: none if it is no array of an object.
pub(super) fn count(at: &At<'_>, name: &'static str) -> usize {
    let members = at.members().ok();
    let member = members.as_ref().and_then(|members| members.optional(name));
    member.and_then(|member| member.items().ok()).map_or(0, |items| items.len())
}

/// The members of other names, none of them null.
pub(super) fn extra(members: &Members<'_>, known: &[&str]) -> Extra {
    let unknown =
        members.iter().filter(|(name, at)| !known.contains(name) && *at.node() != Node::Null);
    unknown.map(|(name, at)| (name.to_owned(), at.node().clone())).collect()
}

/// Whether a member says yes.
fn flag(members: &Members<'_>, name: &'static str) -> Result<bool, Fault> {
    match given(members, name) {
        None => Ok(false),
        Some(at) => match at.node() {
            Node::Bool(value) => Ok(*value),
            _ => Err(at.fault(FaultCode::WrongType, "true or false")),
        },
    }
}

/// Why a result is none, by its own word: `is_error` or `isError`.
pub(super) fn flagged(members: &Members<'_>) -> Result<Option<&'static str>, Fault> {
    let is_error = flag(members, "is_error")? || flag(members, "isError")?;
    Ok(is_error.then_some(FAILED))
}

/// The same, by `error` or `status` too.
pub(super) fn failure(members: &Members<'_>) -> Result<Option<&'static str>, Fault> {
    if flagged(members)?.is_some() || given(members, "error").is_some() {
        return Ok(Some(FAILED));
    }
    let Some(status) = given(members, "status") else { return Ok(None) };
    match status.text()? {
        "completed" => Ok(None),
        "failed" => Ok(Some(FAILED)),
        "incomplete" | "in_progress" | "searching" | "calling" | "interpreting" | "generating" => {
            Ok(Some("the tool did not finish"))
        }
        _ => Err(status.fault(FaultCode::UnknownValue, "the status of a call")),
    }
}

/// A whole number that is not negative.
pub(super) fn whole(at: &At<'_>) -> Result<u64, Fault> {
    let number = match at.node() {
        Node::Number(number) => number.as_u64(),
        _ => None,
    };
    number.ok_or_else(|| at.fault(FaultCode::WrongType, "a whole number from 0"))
}

/// Counts of tokens under the names that a protocol has for them.
pub(super) fn usage(
    members: &Members<'_>,
    [input, output]: [&'static str; 2],
) -> Result<Option<Usage>, Fault> {
    let Some(usage) = given(members, "usage") else { return Ok(None) };
    let members = usage.members()?;
    let count = |name| given(&members, name).map_or(Ok(0), |at| whole(&at));
    Ok(Some(Usage { input: count(input)?, output: count(output)? }))
}

/// The value of a member, as it came.
pub(super) fn kept(members: &Members<'_>, name: &'static str) -> Option<Node> {
    given(members, name).map(|at| at.node().clone())
}

/// References to context elsewhere.
pub(super) fn references(members: &Members<'_>) -> Result<Vec<Reference>, Fault> {
    let mut references = Vec::new();
    if let Some(at) = given(members, "previous_response_id") {
        references.push(Reference::new(Continues::Response, &at)?);
    }
    if let Some(at) = given(members, "conversation") {
        let id = match at.node() {
            Node::Object(_) => at.members()?.required("id")?,
            _ => at,
        };
        references.push(Reference::new(Continues::Conversation, &id)?);
    }
    Ok(references)
}

/// What `at`, a kind, is when no reader knows it.
pub(super) fn unknown(at: &At<'_>, expected: &'static str) -> Malformed {
    Malformed::new(Code::UnknownItem, at, expected)
}

/// What `at` is when it is known and cannot be done.
pub(super) fn unsupported(at: &At<'_>, expected: &'static str) -> Malformed {
    Malformed::new(Code::Unsupported, at, expected)
}

/// What `at` is when nobody can look into it.
pub(super) fn opaque(at: &At<'_>) -> Malformed {
    Malformed::new(Code::OpaqueContext, at, "context that can be read")
}
