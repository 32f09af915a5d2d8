#![doc = include_str!("../README.md")]

pub mod door;
pub mod receipt;
pub mod strict;

mod code;
mod departure;
mod draft;
mod exchange;
mod guard;
mod label;
mod leaving;
mod name;
mod notice;
mod piece;
mod protocol;
mod provenance;
mod recorder;
mod routes;
mod segment;
mod slot;
mod sourced;
mod speak;
mod speaks;
mod splice;
mod stream;
#[cfg(feature = "testing")]
pub mod testing;

pub use code::{DENIED_STATUS, code, may_retry, refusal_text};
pub use departure::Departure;
pub use draft::{Claims, Draft, Envelope, Heading};
pub use exchange::TrueMode;
pub use guard::{Exit, Guard};
pub use label::Label;
pub use name::Name;
pub use notice::Notice;
pub use piece::{Call, CallName, Citation, Cut, End, Finish, Piece, Usage};
pub use recorder::{Recorder, SealedTrace, UnregisteredLabel};
pub use routes::{Effect, Routes, Row, TableError, Voice};
pub use segment::{Segment, Segments, Text};
pub use sourced::{Content, Sourced};
pub use speak::{Denied, Refused, Spoken, speak};
pub use speaks::{Either, speaks};
pub use stream::{SpokenStream, speak_stream};

/// The example in the README of the workspace is tested with this crate's own.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;
