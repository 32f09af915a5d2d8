//! Which fields of a request for a response are read, and which are not.

use crate::api::exchange::fields::{Field, Use, neutral};

/// Every field that is not ignored.
pub(super) const FIELDS: &[Field] = &[
    ("model", Use::Read),
    ("input", Use::Read),
    ("instructions", Use::Read),
    ("metadata", Use::Read),
    ("conversation", Use::Read),
    ("previous_response_id", Use::Read),
    ("reasoning", Use::Read),
    ("max_output_tokens", Use::Read),
    ("store", Use::Read),
    ("stream", Use::Read),
    ("tool_choice", Use::Read),
    ("tools", Use::Read),
    ("background", Use::Neutral(neutral::is_false, "false")),
    ("include", Use::Neutral(neutral::is_empty, "nothing to include")),
    ("prompt", Use::Neutral(neutral::never, "no stored prompt")),
    ("text", Use::Neutral(neutral::is_text_output, "{\"format\": {\"type\": \"text\"}}")),
    ("top_logprobs", Use::Neutral(neutral::is_zero, "0")),
    ("parallel_tool_calls", Use::Sampling),
    ("temperature", Use::Sampling),
    ("top_p", Use::Sampling),
];

#[cfg(test)]
mod tests {
    use super::{FIELDS, Use};
    use crate::api::exchange::fields::check;
    use speech_exit::strict::{At, read};

    fn is_taken(member: &str) -> bool {
        let node = read(format!("{{{member}}}").as_bytes());
        node.is_ok_and(|node| {
            At::root(&node).members().is_ok_and(|members| check(FIELDS, &members).is_ok())
        })
    }

    #[test]
    fn a_field_that_changes_the_meaning_is_taken_only_when_it_asks_for_nothing() {
        let table = [
            ("background", "true", "false"),
            ("include", "[\"reasoning.encrypted_content\"]", "[]"),
            ("prompt", "{\"id\":\"pmpt_1\"}", "null"),
            ("text", "{\"format\":{\"type\":\"json_object\"}}", "{\"format\":{\"type\":\"text\"}}"),
            ("top_logprobs", "2", "0"),
        ];
        for (name, refused, taken) in table {
            assert!(!is_taken(&format!("\"{name}\":{refused}")), "{name}");
            assert!(is_taken(&format!("\"{name}\":{taken}")), "{name}");
            assert!(is_taken(&format!("\"{name}\":null")), "{name}");
        }
        let refusing =
            FIELDS.iter().filter(|(_, used)| matches!(used, Use::Neutral(..) | Use::Opaque(_)));
        let tried = table.map(|(name, ..)| name);
        assert_eq!(refusing.map(|(name, _)| *name).collect::<Vec<_>>(), tried);
        assert!(is_taken(
            "\"truncation\":\"auto\",\"user\":\"u\",\"text\":{\"verbosity\":\"low\"}"
        ));
    }
}
