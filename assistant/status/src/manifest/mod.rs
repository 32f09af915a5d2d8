//! The manifest: a contract as a person writes it, read strictly.

mod field;
mod operand;
mod registry;
mod rule;

pub use field::{Field, Kind, Of};
pub use operand::{Operand, Path, Reading, Root, Scalar};
pub use registry::{Entry, Registry, Unblock, UnblockType};
pub use rule::{Predicate, Rule};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::broken::{Broken, Problem};
use crate::read;

/// A contract of status documents. What this type does not know is refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the surface, for people.
    pub surface: Option<String>,
    /// The name of the contract, for people.
    pub name: Option<String>,
    /// The question that such a document answers, for people.
    pub question: Option<String>,
    /// Raised with each change of a field, a code or a rule. A profile has that of its base.
    pub contract_version: Option<String>,
    /// Raised with each change of the document's shape. A profile has that of its base.
    pub status_schema_version: Option<i64>,
    /// The contract that this one, a profile, adds fields and rules to.
    pub extends: Option<String>,
    /// Raised with each change of the profile itself.
    pub profile_version: Option<String>,
    /// The lists of codes, each in order of precedence.
    #[serde(default)]
    pub registries: IndexMap<String, Registry>,
    /// The document.
    #[serde(default)]
    pub document: Document,
    /// What has to hold in a document.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Where the owner's code is taken from: the first of these that yields one.
    #[serde(default)]
    pub precedence: Vec<Operand>,
    /// What has to hold between a document and the one before it.
    #[serde(default)]
    pub transitions: Vec<Rule>,
}

/// The members of the document.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Each member and what it may hold.
    pub fields: IndexMap<String, Field>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// It is no JSON text, has a key twice, lacks something or says something that this type does not know.
    pub fn parse(bytes: &[u8]) -> Result<Self, Broken> {
        let (_, faults) = read::read(bytes);
        if !faults.is_empty() {
            return Err(Broken { problems: faults.into_iter().map(Problem::from).collect() });
        }
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let pointer = error.path().iter().filter_map(segment).collect();
            Broken::one(pointer, error.inner().to_string())
        })
    }

    /// This profile with what it extends: the base's fields and rules, then its own.
    ///
    /// # Errors
    ///
    /// It says a version that is its base's to say, or a field or a registry or the id of a rule that its base has.
    pub fn over(self, base: Self) -> Result<Self, Broken> {
        let mut problems = Vec::new();
        for (name, said) in [
            ("contract_version", self.contract_version.is_some()),
            ("status_schema_version", self.status_schema_version.is_some()),
        ] {
            if said {
                problems.push(Problem::at(
                    &[name],
                    "expected the base of a profile to say it".to_owned(),
                ));
            }
        }
        let mut whole = base;
        for (name, field) in self.document.fields {
            if whole.document.fields.contains_key(&name) {
                problems.push(repeated(&["document", "fields", &name]));
            }
            whole.document.fields.insert(name, field);
        }
        for (name, registry) in self.registries {
            if whole.registries.contains_key(&name) {
                problems.push(repeated(&["registries", &name]));
            }
            whole.registries.insert(name, registry);
        }
        whole.rules.extend(self.rules);
        whole.transitions.extend(self.transitions);
        if !self.precedence.is_empty() {
            whole.precedence = self.precedence;
        }
        whole.surface = self.surface.or(whole.surface);
        whole.name = self.name.or(whole.name);
        whole.question = self.question.or(whole.question);
        whole.profile_version = self.profile_version.or(whole.profile_version);
        if problems.is_empty() { Ok(whole) } else { Err(Broken { problems }) }
    }
}

fn repeated(path: &[&str]) -> Problem {
    Problem::at(path, "expected a name that the base does not have".to_owned())
}

fn segment(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            Some(format!("/{}", read::escaped(key)))
        }
        Segment::Unknown => None,
    }
}
