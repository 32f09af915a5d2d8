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
    use super::FIELDS;
    use crate::api::exchange::fields::testing::{assert_refused_by_name, is_taken};

    #[test]
    fn a_field_that_changes_the_meaning_is_taken_only_when_it_asks_for_nothing() {
        let table = [
            ("background", "true", "false"),
            ("include", "[\"reasoning.encrypted_content\"]", "[]"),
            ("prompt", "{\"id\":\"pmpt_1\"}", "null"),
            ("text", "{\"format\":{\"type\":\"json_object\"}}", "{\"format\":{\"type\":\"text\"}}"),
            ("top_logprobs", "2", "0"),
        ];
        assert_refused_by_name(FIELDS, &table);
        assert!(is_taken(
            FIELDS,
            "\"truncation\":\"auto\",\"user\":\"u\",\"text\":{\"verbosity\":\"low\"}"
        ));
    }
}
