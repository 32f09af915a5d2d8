//! The exit.

mod code;
pub mod door;
pub mod strict;
pub use code::{code, may_retry, refusal_text};
