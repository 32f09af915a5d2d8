//! Chat Completions: messages with calls in them, and results in messages of their own.

mod completion;
mod message;
mod stream;
pub(super) mod tools;

pub use completion::completion;
pub use stream::{Delta, Stream};

use speech_exit::strict::{At, FaultCode};

use super::given::references;
use super::malformed::Malformed;
use super::reading::{Reading, Rest, few};
use super::transcript::Transcript;

/// Reads a request.
///
/// # Errors
///
/// [`Malformed`], with the first fault.
pub fn request(request: &At<'_>) -> Result<Transcript, Malformed> {
    let members = request.members()?;
    let messages = members.required("messages")?;
    let items = few(&messages)?;
    if items.is_empty() {
        return Err(messages.fault(FaultCode::WrongType, "at least one message").into());
    }
    let mut reading = Reading::default();
    reading.each(&items, message::size, message::read);
    let rest = || {
        let (offered, hosted) = tools::offered(&members)?;
        let requirement = tools::requirement(&members, &offered)?;
        let references = references(&members)?;
        Ok(Rest { offered, hosted, requirement, references, ..Rest::default() })
    };
    reading.finish(rest())
}
