//! What is counted and traced of what leaves: codes, numbers and names, never words.
//!
//! Two places see everything that leaves: the ledger, through which each verdict goes ([`Metered`]), and the service
//! around the guard ([`Measured`]). Each value of a label is a literal of this program or a status code, so that no
//! request makes a new one. Spans go to a collector only if one is named ([`export`]).

pub mod export;

mod gauge;
mod label;
mod measured;
mod metered;
mod meters;
mod notes;
mod span;
mod traceparent;

pub(crate) use gauge::Gauges;
#[cfg(test)]
pub(crate) use label::DENIALS;
pub use measured::Measured;
pub use metered::Metered;
pub(crate) use meters::MEDIA_TYPE;
pub use meters::Meters;
pub(crate) use notes::{AskedFor, Notes, note_route};
pub use span::Spans;
