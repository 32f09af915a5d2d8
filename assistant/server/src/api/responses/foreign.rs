//! Items that only whoever ran a tool can vouch for.
//!
//! A client may send what its own tools gave, and then the source says that it was the client's. An item that says
//! that somebody else's tool ran, or that a library was searched, would be taken for a source on the client's word.

use http::StatusCode;
use speech_exit::Notice;
use speech_exit::strict::{FaultCode, Members, Node};

/// The items that a client can answer for.
const CLIENTS: [&str; 6] = [
    "message",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "reasoning",
];

/// Refuses the first item of the input that is none of the client's.
pub(super) fn check(members: &Members<'_>) -> Result<(), Notice> {
    let input = members.required("input")?;
    if !matches!(input.node(), Node::Array(_)) {
        return Ok(());
    }
    for item in input.items()? {
        let Some(kind) = item.members()?.optional("type") else { continue };
        if !CLIENTS.contains(&kind.text()?) {
            let expected = "no item of a tool that this server did not run";
            let fault = kind.fault(FaultCode::UnknownValue, expected);
            return Err(Notice::about(StatusCode::UNPROCESSABLE_ENTITY, "UNSUPPORTED", fault));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CLIENTS, check};
    use speech_exit::strict::{At, read};

    fn is_taken(items: &str) -> bool {
        let node = read(format!("{{\"input\":{items}}}").as_bytes());
        node.is_ok_and(|node| At::root(&node).members().is_ok_and(|all| check(&all).is_ok()))
    }

    #[test]
    fn nothing_is_a_source_on_the_clients_word_but_its_own_tools() {
        assert!(is_taken("\"words\"") && is_taken("[]") && is_taken("[{\"role\":\"user\"}]"));
        for kind in CLIENTS {
            assert!(is_taken(&format!("[{{\"type\":\"{kind}\"}}]")), "{kind}");
        }
        for kind in ["mcp_call", "file_search_call", "web_search_call", "code_interpreter_call"] {
            assert!(!is_taken(&format!("[{{\"type\":\"{kind}\"}}]")), "{kind}");
        }
    }
}
