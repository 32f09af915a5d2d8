//! The cases that the contract writes out: fixtures that must be decided so, rejects that must not be read.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::oracle::{Authority, Kind, Mode, Question, SourceKind};
use crate::trouble::Trouble;
use crate::workspace;

/// The folder of the cases that are decided.
pub const FIXTURES: &str = "contracts/speech/fixtures";
/// The folder of the inputs that are not read.
pub const REJECTS: &str = "contracts/speech/rejects";

/// A case and its verdict, as a person wrote them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What the response claims.
    pub response: Value,
    /// What was recorded.
    pub trace: Value,
    /// The answer of the door.
    pub verdict: Value,
}

/// An input and the fault in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// The bytes that come in.
    pub input: String,
    /// The fault that they have.
    pub malformed: Place,
}

/// What is wrong, and where.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The code of the fault.
    pub code: String,
    /// The JSON pointer.
    pub pointer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    kind: Kind,
    authority: Authority,
    system_mode: Mode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    sources: Vec<Labelled>,
    required_but_missing: Vec<String>,
    system_mode: Mode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    source: String,
    #[serde(default, rename = "identifier")]
    _identifier: String,
}

impl Fixture {
    /// The case as it comes in on the wire.
    #[must_use]
    pub fn input(&self) -> String {
        json!({"response": self.response, "trace": self.trace}).to_string()
    }

    /// The case as the oracle reads it, without any reader of the product.
    ///
    /// # Errors
    ///
    /// The fixture is no readable case.
    pub fn question(&self) -> Result<Question, String> {
        let claims: Claims =
            Claims::deserialize(&self.response).map_err(|error| error.to_string())?;
        let recorded: Recorded =
            Recorded::deserialize(&self.trace).map_err(|error| error.to_string())?;
        let sources = recorded.sources.iter().map(|source| kind(&source.source));
        Ok(Question {
            kind: claims.kind,
            claimed: claims.authority,
            reported_mode: claims.system_mode,
            sources: sources.collect::<Result<_, _>>()?,
            missing: recorded.required_but_missing.len(),
            true_mode: recorded.system_mode,
        })
    }
}

fn kind(label: &str) -> Result<SourceKind, String> {
    match label {
        "system" => Ok(SourceKind::System),
        "library" => Ok(SourceKind::Library),
        "memory" => Ok(SourceKind::Memory),
        _ if label.starts_with("tool:") => Ok(SourceKind::Tool),
        _ => Err(format!("expected a source label, found {label}")),
    }
}

/// Reads all files of a folder of the contract, each with its name.
///
/// # Errors
///
/// A file cannot be read or is no such case.
pub fn read<T: for<'de> Deserialize<'de>>(
    root: &Path,
    folder: &str,
) -> Result<Vec<(String, T)>, Trouble> {
    workspace::files_below(root, folder)?
        .into_iter()
        .map(|file| {
            let case =
                serde_json::from_slice(&workspace::bytes(root, &file)?).map_err(|error| {
                    Trouble::at(Path::new(&file), "one case of the contract", &error)
                })?;
            Ok((file, case))
        })
        .collect()
}
