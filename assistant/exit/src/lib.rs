#![doc = include_str!("../README.md")]

pub mod door;
pub mod receipt;
pub mod strict;

mod code;
mod draft;
mod exchange;
mod guard;
mod label;
mod name;
mod notice;
mod recorder;
mod render;
mod routes;
mod slot;
mod sourced;
mod speak;
mod speaks;
#[cfg(feature = "testing")]
pub mod testing;

pub use code::{DENIED_STATUS, code, may_retry, refusal_text};
pub use draft::{Claims, Draft, Envelope};
pub use exchange::TrueMode;
pub use guard::{Exit, Guard};
pub use label::Label;
pub use name::Name;
pub use notice::Notice;
pub use recorder::{Recorder, SealedTrace, UnregisteredLabel};
pub use routes::{Effect, Routes, Row, TableError, Voice};
pub use sourced::{Content, Sourced};
pub use speak::{Denied, Refused, Spoken, speak};
pub use speaks::speaks;

/// The example in the README of the workspace is tested with this crate's own.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;
