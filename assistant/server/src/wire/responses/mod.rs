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
use super::reading::{Reading, Rest};
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
        reading.say(Words::Instruction(instructions.text()?.to_owned()), Extra::new());
    }
    match input.node() {
        Node::String(text) => {
            let text = text.clone();
            reading.each(
                std::slice::from_ref(&input),
                |_| 1,
                |reading, _| {
                    reading.user(vec![Piece::Plain(text.clone())], Extra::new());
                    reading.classify();
                    Ok(())
                },
            );
        }
        _ => reading.each(&input.items()?, item::size, |reading, at| {
            item::read(reading, at, kinds).map(drop)
        }),
    }
    let rest = || {
        let (offered, hosted) = tools::offered(&members)?;
        let requirement = tools::requirement(&members, &offered)?;
        let references = references(&members)?;
        Ok(Rest { offered, hosted, requirement, references, ..Rest::default() })
    };
    reading.finish(rest())
}
