//! Which tools of which servers give memory or library, as versioned data: exact pairs, no patterns.

use std::collections::HashMap;

use speech_exit::Label;
use speech_exit::strict::{At, Fault, FaultCode, Node, read};

/// The version of the data that this code reads.
const VERSION: u64 = 1;

/// The pairs of a server and a tool whose results are no tool's but memory or library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds(HashMap<(String, String), Kind>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Memory,
    Library,
}

impl Kinds {
    /// The pairs that this build knows.
    ///
    /// # Errors
    ///
    /// The data of the build is not as [`Kinds::parse`] wants it, which a test rules out.
    pub fn built_in() -> Result<Self, Fault> {
        Self::parse(include_bytes!("kinds.json"))
    }

    /// Reads `{"version":1,"pairs":[{"server","tool","kind":"memory|library"}]}`.
    ///
    /// # Errors
    ///
    /// What is wrong and where. A pair that stands twice is wrong even if both say the same.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let node = read(bytes)?;
        let members = At::root(&node).closed(&["version", "pairs"])?;
        let version = members.required("version")?;
        if !matches!(version.node(), Node::Number(number) if number.as_u64() == Some(VERSION)) {
            return Err(version.fault(FaultCode::UnknownValue, "the version 1"));
        }
        let mut pairs = HashMap::new();
        for pair in members.required("pairs")?.items()? {
            let members = pair.closed(&["server", "tool", "kind"])?;
            let server = members.required("server")?.filled_text()?.to_owned();
            let tool = members.required("tool")?.filled_text()?.to_owned();
            let kind = members.required("kind")?;
            let kind = match kind.text()? {
                "memory" => Kind::Memory,
                "library" => Kind::Library,
                _ => return Err(kind.fault(FaultCode::UnknownValue, "memory or library")),
            };
            if pairs.insert((server, tool), kind).is_some() {
                return Err(pair.fault(FaultCode::DuplicateKey, "each pair once"));
            }
        }
        Ok(Self(pairs))
    }

    /// The label of what this tool of this server gives; none if the tool's name is no name of a server's tool.
    pub(super) fn label(&self, server: &str, tool: &str) -> Option<Label> {
        match self.0.get(&(server.to_owned(), tool.to_owned())) {
            Some(Kind::Memory) => Some(Label::memory()),
            Some(Kind::Library) => Some(Label::library()),
            None => Label::tool(tool),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kinds;

    fn label(kinds: &Kinds, server: &str, tool: &str) -> Option<String> {
        kinds.label(server, tool).map(|label| label.to_string())
    }

    #[test]
    fn only_an_exact_pair_is_memory_or_library() {
        let built_in = Kinds::built_in();
        let Ok(kinds) = &built_in else { return assert!(built_in.is_ok(), "{built_in:?}") };
        let table = [
            ("memory", "search_nodes", Some("memory")),
            ("context7", "get-library-docs", Some("library")),
            ("memory", "create_entities", Some("tool:create_entities")),
            ("Memory", "search_nodes", Some("tool:search_nodes")),
            ("memory2", "search_nodes", Some("tool:search_nodes")),
            ("other", "search_nodes", Some("tool:search_nodes")),
            ("", "memory", Some("tool:memory")),
            ("other", "client.search", None),
            ("other", "", None),
        ];
        for (server, tool, expected) in table {
            assert_eq!(label(kinds, server, tool).as_deref(), expected, "{server} {tool}");
        }
    }

    #[test]
    fn a_registry_is_read_strictly() {
        let pair = r#"{"server":"s","tool":"t","kind":"memory"}"#;
        let table = [
            (r#"{"version":2,"pairs":[]}"#.to_owned(), "/version"),
            (r#"{"version":1}"#.to_owned(), "/pairs"),
            (r#"{"version":1,"pairs":[],"x":0}"#.to_owned(), "/x"),
            (format!(r#"{{"version":1,"pairs":[{pair},{pair}]}}"#), "/pairs/1"),
            (
                r#"{"version":1,"pairs":[{"server":"s","tool":"t","kind":"tool"}]}"#.to_owned(),
                "/pairs/0/kind",
            ),
            (
                r#"{"version":1,"pairs":[{"server":"","tool":"t","kind":"memory"}]}"#.to_owned(),
                "/pairs/0/server",
            ),
            (
                r#"{"version":1,"pairs":[{"server":"s","kind":"memory"}]}"#.to_owned(),
                "/pairs/0/tool",
            ),
        ];
        for (text, pointer) in table {
            let fault = Kinds::parse(text.as_bytes()).err();
            assert_eq!(fault.as_ref().map(|fault| fault.pointer()), Some(pointer), "{text}");
        }
        assert!(Kinds::parse(format!(r#"{{"version":1,"pairs":[{pair}]}}"#).as_bytes()).is_ok());
    }
}
