//! Traces from real traffic: what is said on the wire of three protocols, read as typed turns and signals.
//!
//! It takes JSON that was read strictly and gives data. It decides nothing and knows neither HTTP nor a store.
//!
//! | Protocol | What an item is |
//! | --- | --- |
//! | [`chat`] | a message, a part of its content, a call in it; of a stream, a chunk |
//! | [`responses`] | an item of `input` or `output`, a part of a message's content, `instructions`; of a stream, an event |
//! | [`messages`] | a message, a block, a block within a `tool_result`; `system` as a string, or each of its blocks |
//!
//! Items of unknown kinds are errors. Members that are not known are kept with their item.
//!
//! In a request all of it is the client's word, results of tools that somebody else ran among it: whoever has
//! tools of its own has to see in the signals that no source there bears the label of one of them.
//!
//! A result of a call follows its call and is the only one. What it says is closed in a
//! [`Sourced`](speech_exit::Sourced) until [`Transcript::record`] admits it. Encrypted content is context that
//! nobody can look into, and is refused, with one exception: in the results of an upstream's own tools
//! (`web_search_tool_result`) it is a part of a source that the trace names.

pub mod chat;
pub mod messages;
pub mod responses;

mod given;
mod kinds;
mod malformed;
mod reading;
mod signal;
mod tally;
mod transcript;
mod written;

pub use kinds::Kinds;
pub use malformed::{Code, Malformed};
pub use signal::{Continues, Hosted, Offered, Reference, Requirement, Signal};
pub use tally::Tally;
pub use transcript::{
    Call, Extra, Finish, Kept, Outcome, Piece, Said, Transcript, Turn, Usage, Words,
};
pub use written::written;
