//! The manifest of the gate's contract, read strictly.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::trouble::Trouble;
use crate::workspace;

/// Where it stands.
pub const MANIFEST: &str = "contracts/gate/manifest.json";

/// What the contract of the gate promises.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the surface.
    pub surface: String,
    /// The question that it answers.
    pub question: String,
    /// Raised with each change of a word, a code, a rule or a route.
    pub contract_version: String,
    /// The words on the wire, in order.
    pub enums: Enums,
    /// Other words for statuses, on input.
    pub aliases: BTreeMap<String, String>,
    /// Where a task may go from each status.
    pub transitions: BTreeMap<String, Vec<String>>,
    /// What holds of every sound view.
    pub invariants: Vec<Invariant>,
    /// The reasons.
    pub codes: Vec<Code>,
    /// The allowlist.
    pub routes: Vec<Route>,
    /// The limits of an input.
    pub limits: Limits,
}

/// The words on the wire, in order.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is named for what it lists")]
pub struct Enums {
    pub mode: Vec<String>,
    pub class: Vec<String>,
    pub tier: Vec<String>,
    pub status: Vec<String>,
    pub event: Vec<String>,
    pub terminal: Vec<String>,
    pub scenario: Vec<String>,
    pub signal_type: Vec<String>,
    pub signal_decision: Vec<String>,
    pub outcome: Vec<String>,
}

/// What holds of every sound view.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// Its id.
    pub id: String,
    /// What it says, for people.
    pub holds_when: String,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code itself.
    pub code: String,
    /// The status that leaves, if there is a response.
    pub http: Option<u16>,
}

/// An entry of the allowlist: with a class, or with the reason why it makes no change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The class of the change that it makes.
    pub class: Option<String>,
    /// Why it makes none.
    pub reads: Option<String>,
}

/// The limits of an input.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The longest line, in bytes.
    pub line_bytes: usize,
    /// The longest id, in bytes.
    pub id_bytes: usize,
}

impl Manifest {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// It cannot be read, or says something that this reader does not know.
    pub fn read(root: &Path) -> Result<Self, Trouble> {
        serde_json::from_slice(&workspace::bytes(root, MANIFEST)?).map_err(|error| {
            Trouble::at(Path::new(MANIFEST), "a manifest of the gate's contract", &error)
        })
    }
}
