//! The mutation gate: the door of the command, and an oracle beside the decision.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use crate::decide;
use crate::report::{End, Format};
use crate::trouble::Trouble;

mod bound;
pub mod domain;
pub mod door;
pub mod fixtures;
pub mod laws;
pub mod manifest;
pub mod oracle;
pub mod promote;
pub mod promotion;
mod read;
pub mod replay;
pub mod rollback;

pub use bound::upper_bound;

/// What `harness gate` does with each line of standard input.
#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub enum Verb {
    /// Reads a request and what is known about it from each line, and answers it with the decision on a line.
    Decide,
    /// Reads a task and its events from each line, and answers it with the row of its run on a line.
    Project,
}

/// What can be asked about the gate.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Answers lines.
    #[command(flatten)]
    Lines(Verb),
    /// Says whether what was recorded is evidence enough to enforce what the gate decides.
    ///
    /// A would-block that nobody labelled right counts as a false refusal.
    #[command(after_help = promote::EXIT_CODES)]
    Promote {
        /// The mode in which the decisions were recorded.
        #[arg(long, value_enum)]
        from: promote::From,
        /// A database file or its `sqlite:` address, or a `postgres://` address.
        #[arg(long, value_name = "FILE|DSN")]
        audit: String,
        /// The greatest share of false refusals that is accepted, above 0 and below 1.
        #[arg(long, value_name = "P", default_value = "0.01")]
        bound: promote::Accepted,
    },
    /// Decides every audit record again, and names those that are not what they say.
    Replay {
        /// A database file or its `sqlite:` address, or a `postgres://` address.
        #[arg(long, value_name = "FILE|DSN")]
        audit: String,
    },
    /// Proves that there is a way back: a tag before what is checked out, at which the tests pass. Prints the commands.
    RollbackProof {
        /// The repository. Its own tree is not touched.
        #[arg(long, value_name = "DIR")]
        repo: PathBuf,
        /// The tag to go back to.
        #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
        anchor: String,
        /// The tests, for a shell. They run in a worktree of the tag, which is gone afterwards.
        #[arg(long, value_name = "CMD", default_value = rollback::TESTS)]
        test: String,
    },
}

/// Does what is asked.
///
/// # Errors
///
/// Something cannot be had, read or written.
pub fn run(
    asked: &Command,
    format: Format,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<End, Trouble> {
    match asked {
        Command::Lines(verb) => lines(*verb, input, output).map(|()| End::Kept).map_err(unwritten),
        Command::Promote { from, audit, bound } => {
            let evidence = promote::evidence(*from, audit, *bound)?;
            evidence.write(format, output).map_err(unwritten)?;
            Ok(evidence.end())
        }
        Command::Replay { audit } => {
            let report = replay::replay(audit)?;
            report.write(format, output).map_err(unwritten)?;
            Ok(report.end())
        }
        Command::RollbackProof { repo, anchor, test } => {
            let proof = rollback::prove(repo, anchor, test)?;
            proof.write(format, output).map_err(unwritten)?;
            Ok(proof.end())
        }
    }
}

fn unwritten(error: io::Error) -> Trouble {
    Trouble::new(format!("expected to read and write to the end: {error}"))
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
