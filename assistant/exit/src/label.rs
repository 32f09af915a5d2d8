//! Names of sources, kept for people: the kernel sees only their kind.

use std::borrow::Cow;
use std::fmt;

use speech_kernel::Source;

/// Results of tools that the client ran carry this prefix, and no server tool may have it.
const CLIENT_PREFIX: &str = "client.";

/// What a source is called: `system`, `library`, `memory` or `tool:<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    text: Cow<'static, str>,
    kind: Source,
}

impl Label {
    /// The label of stored documents.
    #[must_use]
    pub const fn library() -> Self {
        Self { text: Cow::Borrowed("library"), kind: Source::Library }
    }

    /// The label of earlier conversations.
    #[must_use]
    pub const fn memory() -> Self {
        Self { text: Cow::Borrowed("memory"), kind: Source::Memory }
    }

    /// The label of a tool that the server runs; `None` if `name` is no tool name or starts with `client.`.
    #[must_use]
    pub fn tool(name: &str) -> Option<Self> {
        if name.starts_with(CLIENT_PREFIX) { None } else { Self::of_tool(format!("tool:{name}")) }
    }

    /// The label of a tool that the client ran; `None` if `name` is no tool name.
    #[must_use]
    pub fn client_tool(name: &str) -> Option<Self> {
        if name.is_empty() { None } else { Self::of_tool(format!("tool:{CLIENT_PREFIX}{name}")) }
    }

    /// Stands for whichever tool of the client's where the result of one is missing.
    pub(crate) const fn any_client_tool() -> Self {
        Self { text: Cow::Borrowed("tool:client.*"), kind: Source::Tool }
    }

    pub(crate) fn is_client_tool(&self) -> bool {
        self.text.strip_prefix("tool:").is_some_and(|name| name.starts_with(CLIENT_PREFIX))
    }

    fn of_tool(text: String) -> Option<Self> {
        let kind = Source::parse(&text).ok()?;
        Some(Self { text: Cow::Owned(text), kind })
    }

    /// The label as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) const fn kind(&self) -> Source {
        self.kind
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl serde::Serialize for Label {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
