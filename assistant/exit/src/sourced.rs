//! Context that cannot be read without being recorded.

use std::fmt;

use crate::label::Label;

/// What can be empty. Something empty is no source: it satisfies no requirement and gives no authority.
pub trait Content {
    /// Whether nothing is in it.
    fn is_empty(&self) -> bool;
}

impl Content for String {
    fn is_empty(&self) -> bool {
        self.as_str().trim().is_empty()
    }
}

impl<T> Content for Vec<T> {
    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

/// A value from a source, closed until [`Recorder::admit`](crate::Recorder::admit) opens and records it.
///
/// Who makes one vouches for where the value came from, so only adapters should: the modules that fetch.
#[must_use = "context that nobody admits is context that nobody used"]
pub struct Sourced<T> {
    value: T,
    origin: Origin,
}

/// Where a value came from, for people.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Origin {
    #[serde(rename = "source")]
    pub(crate) label: Label,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identifier: Option<String>,
}

impl<T: Content> Sourced<T> {
    /// Closes over what a source gave; `None` when it gave nothing.
    pub fn new(label: Label, identifier: Option<String>, value: T) -> Option<Self> {
        if value.is_empty() {
            None
        } else {
            Some(Self { value, origin: Origin { label, identifier } })
        }
    }
}

impl<T> Sourced<T> {
    pub(crate) fn open(self) -> (T, Origin) {
        (self.value, self.origin)
    }
}

impl<T> fmt::Debug for Sourced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sourced").field(&self.origin.label).finish_non_exhaustive()
    }
}
