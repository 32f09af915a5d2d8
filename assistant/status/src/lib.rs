#![doc = include_str!("../README.md")]

mod broken;
mod check;
mod contract;
mod finding;
mod findings;
pub mod manifest;
mod names;
mod read;
mod say;
pub mod schema;

pub use broken::{Broken, Problem};
pub use check::{Mode, Options, Owner, Report, check};
pub use contract::Contract;
pub use finding::{Code, FOUND_MAX_BYTES, Finding};
pub use findings::FINDINGS_MAX;
pub use manifest::Manifest;
pub use read::{DEPTH_MAX, SIZE_MAX_BYTES, STRING_MAX_BYTES};
