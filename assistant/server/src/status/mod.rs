//! In which mode is the system, why, and is what it says of that true to its contract?
//!
//! Each operation writes its outcome on the board, the mode is derived from the board, and a status document is made
//! of one look at it. What breaks the contract does not leave: a document that says only that does.

mod board;
mod code;
mod contract;
mod document;
mod mode;
mod probe;
mod statement;
mod view;

pub use board::{Board, Part, Seen};
pub use code::{Latch, Reason, latches, reasons};
pub use contract::{BrokenContract, StatusContract};
pub use document::{Facts, GovernanceSignal, StatusDocument};
pub use mode::{Health, Probes, Upstream, mode};
pub use probe::{INTERVAL, watch};
pub use statement::{Statement, state};
pub use view::owner_view;
