//! What is wrong with a contract, all at once.

use std::fmt;

use crate::finding::Finding;
use crate::read::escaped;

/// A contract that cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Broken {
    /// Each problem with its place.
    pub problems: Vec<Problem>,
}

/// One problem of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its place in the manifest, as an RFC 6901 pointer.
    pub pointer: String,
    /// What was expected there.
    pub message: String,
}

impl Broken {
    pub(crate) fn one(pointer: String, message: String) -> Self {
        Self { problems: vec![Problem { pointer, message }] }
    }
}

impl Problem {
    pub(crate) fn at(path: &[&str], message: String) -> Self {
        let pointer = path.iter().map(|segment| format!("/{}", escaped(segment))).collect();
        Self { pointer, message }
    }
}

impl From<Finding> for Problem {
    fn from(finding: Finding) -> Self {
        let Finding { code, pointer, expected, .. } = finding;
        Self { pointer, message: format!("{code}: expected {expected}") }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the manifest" } else { &self.pointer };
        write!(f, "{place}: {}", self.message)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the contract cannot be relied on")?;
        self.problems.iter().try_for_each(|problem| write!(f, "; {problem}"))
    }
}
