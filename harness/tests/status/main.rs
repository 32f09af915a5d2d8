//! `harness status` as a process, against files and against servers that behave and that do not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod check;
mod contracts;
mod shipped;
mod support;
mod telling;
mod url;
mod watch;
