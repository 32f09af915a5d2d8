#![doc = include_str!("../README.md")]

mod allowlist;
mod authorization;
mod class;
mod decide;
mod event;
mod intent;
mod mode;
mod outcome;
mod reason;
mod routes;
mod row;
mod signal;
mod status;
mod view;
mod words;

pub use allowlist::ROUTES;
pub use authorization::{ActionPattern, Authorization, Grant, GrantScope, GrantUse, Tier};
pub use class::MutationClass;
pub use decide::{Context, Decision, Verdict, decide};
pub use event::{Event, EventId, EventKind, TerminalKind};
pub use intent::{Asked, Disclosure, Id, Intent, IntentError, ask};
pub use mode::{GateMode, ModeInvalid};
pub use outcome::{Denial, Outcome, Permit, Unrecorded, apply_mode};
pub use reason::Reason;
pub use routes::{Effect, Route, RouteTable, TableError};
pub use row::{Invariant, Invariants, Row};
pub use signal::{Signal, SignalDecision, SignalScope, SignalType};
pub use status::TaskStatus;
pub use view::{RunView, Scenario, Task, project};
