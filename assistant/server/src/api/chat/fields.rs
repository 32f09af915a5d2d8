//! Which fields of a request are read, which are refused by name, and which change nothing.

use speech_exit::Notice;
use speech_exit::strict::{FaultCode, Members, Node};

use http::StatusCode;

/// What is done with a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// It is read.
    Read,
    /// It would change what the answer means. Only a value that asks for nothing is taken, and `null` always.
    Neutral(fn(&Node) -> bool, &'static str),
    /// It stands for context that nobody here can look into. Only `null` is taken.
    Opaque(&'static str),
}

const CONTINUED: &str = "a conversation to be named as metadata.conversation";

/// Every field that is not ignored. Those that are not here say how to sample, to bill or to log, and the
/// answer is the same without them.
pub(super) const FIELDS: &[(&str, Use)] = &[
    ("model", Use::Read),
    ("messages", Use::Read),
    ("metadata", Use::Read),
    ("max_completion_tokens", Use::Read),
    ("max_tokens", Use::Read),
    ("audio", Use::Neutral(never, "no audio")),
    ("conversation", Use::Opaque(CONTINUED)),
    ("function_call", Use::Neutral(is_none_or_auto, "none or auto")),
    ("functions", Use::Neutral(is_empty, "no functions")),
    ("logit_bias", Use::Neutral(is_empty, "no bias")),
    ("logprobs", Use::Neutral(is_false, "false")),
    ("modalities", Use::Neutral(is_text_only, "[\"text\"]")),
    ("n", Use::Neutral(is_one, "1")),
    ("prediction", Use::Neutral(never, "no prediction")),
    ("previous_response_id", Use::Opaque(CONTINUED)),
    ("response_format", Use::Neutral(is_text_format, "{\"type\": \"text\"}")),
    ("stop", Use::Neutral(is_empty, "no stop sequences")),
    ("stream", Use::Neutral(is_false, "false")),
    ("tool_choice", Use::Neutral(is_none_or_auto, "none or auto")),
    ("tools", Use::Neutral(is_empty, "no tools")),
    ("top_logprobs", Use::Neutral(is_zero, "0")),
    ("web_search_options", Use::Neutral(never, "no web search")),
];

/// Refuses the first field that asks for what is not done.
pub(super) fn check(request: &Members<'_>) -> Result<(), Notice> {
    for (name, at) in request.iter() {
        let node = at.node();
        let found = FIELDS.iter().find(|(known, _)| *known == name);
        let refused = match found.map(|(_, used)| used) {
            _ if *node == Node::Null => None,
            Some(Use::Neutral(is_neutral, expected)) if !is_neutral(node) => {
                Some(("UNSUPPORTED", *expected))
            }
            Some(Use::Opaque(expected)) => Some(("OPAQUE_CONTEXT", *expected)),
            Some(Use::Read | Use::Neutral(..)) | None => None,
        };
        if let Some((code, expected)) = refused {
            let fault = at.fault(FaultCode::UnknownValue, expected);
            return Err(Notice::about(StatusCode::UNPROCESSABLE_ENTITY, code, fault));
        }
    }
    Ok(())
}

const fn never(_: &Node) -> bool {
    false
}

const fn is_false(node: &Node) -> bool {
    matches!(node, Node::Bool(false))
}

fn is_one(node: &Node) -> bool {
    matches!(node, Node::Number(number) if number.as_u64() == Some(1))
}

fn is_zero(node: &Node) -> bool {
    matches!(node, Node::Number(number) if number.as_u64() == Some(0))
}

fn is_empty(node: &Node) -> bool {
    match node {
        Node::Array(items) => items.is_empty(),
        Node::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn is_none_or_auto(node: &Node) -> bool {
    matches!(node, Node::String(text) if text == "none" || text == "auto")
}

fn is_text(node: &Node) -> bool {
    matches!(node, Node::String(text) if text == "text")
}

fn is_text_only(node: &Node) -> bool {
    matches!(node, Node::Array(items) if items.len() == 1 && items.iter().all(is_text))
}

fn is_text_format(node: &Node) -> bool {
    match node {
        Node::Object(members) => {
            matches!(members.as_slice(), [(key, value)] if key == "type" && is_text(value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, Use, check};
    use speech_exit::strict::{At, read};

    fn is_taken(member: &str) -> bool {
        let node = read(format!("{{{member}}}").as_bytes());
        node.is_ok_and(|node| {
            At::root(&node).members().is_ok_and(|members| check(&members).is_ok())
        })
    }

    #[test]
    fn a_field_that_changes_the_meaning_is_taken_only_when_it_asks_for_nothing() {
        let table = [
            ("audio", "{}", "null"),
            ("conversation", "\"conv_1\"", "null"),
            ("function_call", "{\"name\":\"f\"}", "\"none\""),
            ("functions", "[{}]", "[]"),
            ("logit_bias", "{\"1\":1}", "{}"),
            ("logprobs", "true", "false"),
            ("modalities", "[\"text\",\"audio\"]", "[\"text\"]"),
            ("n", "2", "1"),
            ("prediction", "{}", "null"),
            ("previous_response_id", "\"resp_1\"", "null"),
            ("response_format", "{\"type\":\"json_object\"}", "{\"type\":\"text\"}"),
            ("stop", "\"x\"", "[]"),
            ("stream", "true", "false"),
            ("tool_choice", "\"required\"", "\"auto\""),
            ("tools", "[{}]", "[]"),
            ("top_logprobs", "2", "0"),
            ("web_search_options", "{}", "null"),
        ];
        for (name, refused, taken) in table {
            assert!(!is_taken(&format!("\"{name}\":{refused}")), "{name}");
            assert!(is_taken(&format!("\"{name}\":{taken}")), "{name}");
            assert!(is_taken(&format!("\"{name}\":null")), "{name}");
        }
        let neutral = FIELDS.iter().filter(|(_, used)| !matches!(used, Use::Read));
        let tried = table.map(|(name, ..)| name);
        assert_eq!(neutral.map(|(name, _)| *name).collect::<Vec<_>>(), tried);
    }

    #[test]
    fn a_field_that_changes_nothing_is_ignored() {
        assert!(is_taken("\"temperature\":0.5,\"seed\":1,\"user\":\"u\",\"store\":true"));
    }
}
