//! Short names, which have no room for an answer.

use speech_kernel::Source;

/// 1 to 128 bytes of visible ASCII: the name of a model, the id of a completion or of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Name(String);

impl Name {
    /// Reads a name; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // The kernel's rule for the names of tools, so that there is one rule for names.
        let is_name = Source::parse(&format!("tool:{text}")).is_ok();
        is_name.then(|| Self(text.to_owned()))
    }

    /// The name as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
