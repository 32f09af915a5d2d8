//! The lines that the contract of the gate writes out, each with its answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::door;

/// The folder of the lines that are answered.
pub const FIXTURES: &str = "contracts/gate/fixtures";
/// The folder of the lines that are not read.
pub const REJECTS: &str = "contracts/gate/rejects";

/// A line and its answer, as a person wrote them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Who is asked.
    pub verb: Verb,
    /// The line.
    pub line: Value,
    /// The answer.
    pub answer: Value,
}

/// A line and the fault in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// Who is asked.
    pub verb: Verb,
    /// The bytes of the line.
    pub input: String,
    /// The fault that they have.
    pub malformed: crate::fixtures::Place,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// The decision.
    Decide,
    /// The projection.
    Project,
}

impl Verb {
    /// What is answered to a line.
    #[must_use]
    pub fn answer(self, line: &str) -> Value {
        match self {
            Self::Decide => json(&door::decide(line.as_bytes())),
            Self::Project => json(&door::project(line.as_bytes())),
        }
    }
}

fn json<T: Serialize>(answer: &T) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}
