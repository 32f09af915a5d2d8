//! Which fields of a chat completion request are read, and which are not.

use crate::api::exchange::fields::{Field, Use, neutral};

const CONTINUED: &str = "a conversation to be named as metadata.conversation";

/// Every field that is not ignored.
pub(super) const FIELDS: &[Field] = &[
    ("model", Use::Read),
    ("messages", Use::Read),
    ("metadata", Use::Read),
    ("max_completion_tokens", Use::Read),
    ("max_tokens", Use::Read),
    ("stream", Use::Read),
    ("stream_options", Use::Read),
    ("tool_choice", Use::Read),
    ("tools", Use::Read),
    ("audio", Use::Neutral(neutral::never, "no audio")),
    ("conversation", Use::Opaque(CONTINUED)),
    ("function_call", Use::Neutral(neutral::is_none_or_auto, "none or auto")),
    ("functions", Use::Neutral(neutral::is_empty, "no functions")),
    ("logit_bias", Use::Neutral(neutral::is_empty, "no bias")),
    ("logprobs", Use::Neutral(neutral::is_false, "false")),
    ("modalities", Use::Neutral(neutral::is_text_only, "[\"text\"]")),
    ("n", Use::Neutral(neutral::is_one, "1")),
    ("prediction", Use::Neutral(neutral::never, "no prediction")),
    ("previous_response_id", Use::Opaque(CONTINUED)),
    ("response_format", Use::Neutral(neutral::is_text_format, "{\"type\": \"text\"}")),
    ("stop", Use::Neutral(neutral::is_empty, "no stop sequences")),
    ("top_logprobs", Use::Neutral(neutral::is_zero, "0")),
    ("web_search_options", Use::Neutral(neutral::never, "no web search")),
    ("frequency_penalty", Use::Sampling),
    ("parallel_tool_calls", Use::Sampling),
    ("presence_penalty", Use::Sampling),
    ("reasoning_effort", Use::Sampling),
    ("seed", Use::Sampling),
    ("temperature", Use::Sampling),
    ("top_p", Use::Sampling),
    ("verbosity", Use::Sampling),
];

#[cfg(test)]
mod tests {
    use super::FIELDS;
    use crate::api::exchange::fields::sampling;
    use crate::api::exchange::fields::testing::{assert_refused_by_name, is_taken};
    use speech_exit::strict::{At, read};

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
            ("top_logprobs", "2", "0"),
            ("web_search_options", "{}", "null"),
        ];
        assert_refused_by_name(FIELDS, &table);
    }

    #[test]
    fn a_field_that_changes_nothing_is_ignored_and_one_for_a_model_is_handed_on() {
        let member = "\"temperature\":0.5,\"seed\":1,\"user\":\"u\",\"store\":true,\"top_p\":null";
        assert!(is_taken(FIELDS, member));
        let node = read(format!("{{{member}}}").as_bytes());
        let handed_on = node.map(|node| {
            At::root(&node).members().map(|members| sampling(FIELDS, &members)).unwrap_or_default()
        });
        let names = handed_on.map(|fields| {
            fields.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        });
        assert_eq!(names, Ok(vec!["temperature=0.5".to_owned(), "seed=1".to_owned()]));
    }
}
