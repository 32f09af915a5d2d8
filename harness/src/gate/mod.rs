//! The mutation gate: the door of the command, and an oracle beside the decision.

use std::io::{self, BufRead, Write};

use crate::decide;

pub mod domain;
pub mod door;
pub mod fixtures;
pub mod laws;
pub mod manifest;
pub mod oracle;
mod read;

/// What `harness gate` does with each line of standard input.
#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub enum Verb {
    /// Reads a request and what is known about it from each line, and answers it with the decision on a line.
    Decide,
    /// Reads a task and its events from each line, and answers it with the row of its run on a line.
    Project,
}

/// Answers each line of `input` with one line, flushed.
///
/// # Errors
///
/// `input` cannot be read, or the reader of `output` went away.
pub fn lines(verb: Verb, input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<()> {
    match verb {
        Verb::Decide => decide::answered(input, output, door::decide),
        Verb::Project => decide::answered(input, output, door::project),
    }
}
