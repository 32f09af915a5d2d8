//! Responses: a flat list of items, those of the upstream's own tools among them.

mod item;
mod kind;
mod message;
mod response;
mod stream;
pub(super) mod tools;

pub use response::response;
pub use stream::{Delta, Stream};

use speech_exit::strict::{At, Node};

use super::given::{given, references};
use super::kinds::Kinds;
use super::malformed::Malformed;
use super::reading::{Reading, Rest, few};
use super::signal::Reference;
use super::transcript::{Call, Extra, Piece, Transcript, Words};

/// The references of a request to context elsewhere, so that the calls made there can be looked up first.
///
/// # Errors
///
/// [`Malformed`], if one is no id.
pub fn continued(request: &At<'_>) -> Result<Vec<Reference>, Malformed> {
    Ok(references(&request.members()?)?)
}

/// Reads a request. Its results may answer calls in it, and the calls `before` it: those that an earlier answer
/// made, which the request continues, and that have no result yet.
///
/// # Errors
///
/// [`Malformed`], with the first fault.
pub fn request(request: &At<'_>, before: &[Call], kinds: &Kinds) -> Result<Transcript, Malformed> {
    let members = request.members()?;
    let input = members.required("input")?;
    let mut reading = Reading::default();
    for call in before {
        reading.remember(call);
    }
    if let Some(instructions) = given(&members, "instructions") {
        reading.each(std::slice::from_ref(&instructions), |_| 1, instruction);
    }
    let items = match input.node() {
        Node::String(_) => {
            reading.each(std::slice::from_ref(&input), |_| 1, whole);
            Ok(Vec::new())
        }
        _ => few(&input),
    };
    let read = |reading: &mut Reading, at: &At<'_>| item::read(reading, at, kinds).map(drop);
    reading.each(items.as_deref().unwrap_or_default(), item::size, read);
    let rest = || {
        items.as_ref().map_err(Clone::clone)?;
        let (offered, hosted) = tools::offered(&members)?;
        let requirement = tools::requirement(&members, &offered)?;
        let references = references(&members)?;
        Ok(Rest { offered, hosted, requirement, references, ..Rest::default() })
    };
    reading.finish(rest())
}

fn instruction(reading: &mut Reading, at: &At<'_>) -> Result<(), Malformed> {
    reading.say(Words::Instruction(at.text()?.to_owned()), Extra::new());
    reading.classify();
    Ok(())
}

/// The whole input in one string.
fn whole(reading: &mut Reading, at: &At<'_>) -> Result<(), Malformed> {
    reading.user(vec![Piece::Plain(at.text()?.to_owned())], Extra::new());
    reading.classify();
    Ok(())
}
