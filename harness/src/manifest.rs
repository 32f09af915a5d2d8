//! The manifest of the speech contract, read strictly: what it says and this reader does not know is an error.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::trouble::Trouble;
use crate::workspace;

/// Where it stands.
pub const MANIFEST: &str = "contracts/speech/manifest.json";

/// What the speech contract promises.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the surface.
    pub surface: String,
    /// The question that it answers.
    pub question: String,
    /// Raised with each change of an enum, a code or a rule.
    pub contract_version: String,
    /// The words on the wire.
    pub enums: Enums,
    /// What may follow `tool:`.
    pub tool_name: Pattern,
    /// The rules, for people.
    pub rules: Vec<Rule>,
    /// Which rules are tried, in order.
    pub order: Order,
    /// The codes of violations.
    pub codes: Vec<Code>,
    /// The codes of faults.
    pub malformed: Vec<Malformed>,
    /// The limits of an input.
    pub limits: Limits,
}

/// The words on the wire, in order.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Enums {
    /// What a response may claim.
    pub authority: Vec<String>,
    /// What a response may be.
    pub kind: Vec<String>,
    /// What the system may be in.
    pub system_mode: Vec<String>,
    /// What a source may be labelled.
    pub source: Vec<String>,
}

/// A regular expression.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// In the dialect of JSON Schema.
    pub pattern: String,
}

/// One rule, for people.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its number.
    pub rule: u8,
    /// Its name.
    pub name: String,
    /// The responses that it is about.
    pub applies_to: String,
    /// When it holds.
    pub holds_when: String,
    /// The code of its violation.
    pub code: String,
}

/// Which rules are tried, in order.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// For answers.
    pub answer: Vec<u8>,
    /// For refusals.
    pub refusal: Vec<u8>,
}

/// The code of a violation.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code itself.
    pub code: String,
    /// The rule that it belongs to.
    pub rule: u8,
    /// The status that leaves.
    pub http: u16,
    /// The words that leave.
    pub refusal: String,
    /// Whether the same request, sent again, may be answered.
    pub retry: bool,
}

/// The code of a fault.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Malformed {
    /// The code itself.
    pub code: String,
    /// The status that leaves.
    pub http: u16,
}

/// The limits of an input.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest case, in bytes.
    pub case_bytes: usize,
    /// How deep values may nest.
    pub depth: usize,
}

impl Manifest {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// It cannot be read, or says something that this reader does not know.
    pub fn read(root: &Path) -> Result<Self, Trouble> {
        serde_json::from_slice(&workspace::bytes(root, MANIFEST)?).map_err(|error| {
            Trouble::at(Path::new(MANIFEST), "a manifest of the speech contract", &error)
        })
    }
}
