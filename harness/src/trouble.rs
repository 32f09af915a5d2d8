//! Why something could not be checked, which is another thing than a broken promise.

use std::fmt;
use std::path::Path;

/// Something that keeps a check from being made. Its words say what was expected, where, and what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Trouble(String);

impl Trouble {
    /// A trouble in these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The trouble of a file: what was expected of it, and what came instead.
    #[must_use]
    pub fn at(path: &Path, expected: &str, found: &dyn fmt::Display) -> Self {
        Self(format!("{}: expected {expected}: {found}", path.display()))
    }
}
