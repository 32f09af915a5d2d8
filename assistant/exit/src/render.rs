//! Bytes of what leaves: claims are written here and nowhere else.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use speech_kernel::{Authority, EnforcementViolation, Response, ResponseKind, SystemMode};

use crate::code::code;
use crate::draft::Envelope;
use crate::label::Label;
use crate::name::Name;
use crate::recorder::{Attempt, SealedTrace};
use crate::sourced::Origin;

const PROVENANCE: &str = "provenance";

/// The claims of a response as its reader sees them.
#[derive(Serialize)]
pub(crate) struct Provenance<'a> {
    authority: Authority,
    system_mode: SystemMode,
    kind: ResponseKind,
    sources: &'a [Origin],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attempts: &'a [Attempt],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'a [Label],
}

impl<'a> Provenance<'a> {
    pub(crate) fn of_answer(response: &Response, sealed: &'a SealedTrace) -> Self {
        let sources = &sealed.origins;
        let attempts = &sealed.attempts;
        Self { sources, attempts, ..Self::of_refusal(response) }
    }

    /// A refusal draws on nothing, so it names no source.
    pub(crate) const fn of_refusal(response: &Response) -> Self {
        let Response { kind, authority, system_mode } = *response;
        Self { authority, system_mode, kind, sources: &[], attempts: &[], code: None, missing: &[] }
    }

    pub(crate) fn of_denial(
        refusal: &Response,
        violation: &EnforcementViolation,
        sealed: &'a SealedTrace,
    ) -> Self {
        let missing = &sealed.missing;
        Self { code: Some(code(violation)), missing, ..Self::of_refusal(refusal) }
    }
}

/// Why a draft cannot be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    NotAnObject,
    BringsProvenance,
}

/// Adds the claims to the body of an answer. The other bytes stay as they are.
pub(crate) fn answer(mut body: Vec<u8>, provenance: &Provenance<'_>) -> Result<Vec<u8>, Unfit> {
    let Keys { count, has_provenance } =
        serde_json::from_slice(&body).map_err(|_| Unfit::NotAnObject)?;
    if has_provenance {
        return Err(Unfit::BringsProvenance);
    }
    let claims = serde_json::to_vec(provenance).map_err(|_| Unfit::NotAnObject)?;
    body.truncate(body.len().saturating_sub(1));
    if count > 0 {
        body.push(b',');
    }
    body.extend_from_slice(b"\"provenance\":");
    body.extend_from_slice(&claims);
    body.push(b'}');
    Ok(body)
}

/// Renders a refusal in the protocol's own slot for refusals, with the content empty.
pub(crate) fn refusal(envelope: &Envelope, text: &str, provenance: &Provenance<'_>) -> Vec<u8> {
    let body = match envelope {
        Envelope::Chat { id, created, model, conversation } => serde_json::to_vec(&ChatRefusal {
            id,
            object: "chat.completion",
            created: *created,
            model,
            choices: [RefusedChoice {
                index: 0,
                message: RefusedMessage {
                    role: "assistant",
                    content: (),
                    refusal: text,
                    annotations: [],
                },
                logprobs: (),
                finish_reason: "stop",
            }],
            usage: NoUsage::default(),
            conversation: conversation.as_ref(),
            provenance,
        }),
        Envelope::Plain => serde_json::to_vec(&PlainRefusal { refusal: text, provenance }),
    };
    body.unwrap_or_default()
}

#[derive(Serialize)]
struct PlainRefusal<'a> {
    refusal: &'a str,
    provenance: &'a Provenance<'a>,
}

#[derive(Serialize)]
struct ChatRefusal<'a> {
    id: &'a Name,
    object: &'static str,
    created: u64,
    model: &'a Name,
    choices: [RefusedChoice<'a>; 1],
    usage: NoUsage,
    conversation: Option<&'a Name>,
    provenance: &'a Provenance<'a>,
}

/// A unit is written as null.
#[derive(Serialize)]
struct RefusedChoice<'a> {
    index: u8,
    message: RefusedMessage<'a>,
    logprobs: (),
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct RefusedMessage<'a> {
    role: &'static str,
    content: (),
    refusal: &'a str,
    annotations: [(); 0],
}

#[derive(Serialize, Default)]
struct NoUsage {
    prompt_tokens: u8,
    completion_tokens: u8,
    total_tokens: u8,
}

/// The fixed words of a refusal and, where context is missing, the registered names of what is missing.
pub(crate) fn with_missing(
    text: &'static str,
    violation: &EnforcementViolation,
    missing: &[Label],
) -> Cow<'static, str> {
    match violation {
        EnforcementViolation::ContextUnavailable(_) => {
            let names: Vec<&str> = missing.iter().map(Label::as_str).collect();
            Cow::Owned(format!("{text} Missing: {}.", names.join(", ")))
        }
        _ => Cow::Borrowed(text),
    }
}

/// The keys at the top of an object, read without its values.
struct Keys {
    count: usize,
    has_provenance: bool,
}

impl<'de> de::Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Keys { count: 0, has_provenance: false };
        while let Some(is_provenance) = map.next_key_seed(IsProvenance)? {
            map.next_value::<IgnoredAny>()?;
            keys.count += 1;
            keys.has_provenance |= is_provenance;
        }
        Ok(keys)
    }
}

struct IsProvenance;

impl<'de> DeserializeSeed<'de> for IsProvenance {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsProvenance {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == PROVENANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, answer};

    fn keys(body: &str) -> Option<(usize, bool)> {
        let Keys { count, has_provenance } = serde_json::from_str(body).ok()?;
        Some((count, has_provenance))
    }

    #[test]
    fn a_key_counts_by_what_it_means_and_not_by_how_it_is_written() {
        assert_eq!(keys(r#"{"a":1,"\u0070rovenance":2}"#), Some((2, true)));
        assert_eq!(keys(r#"{"a":{"provenance":2}}"#), Some((1, false)));
        assert_eq!(keys("[]"), None);
    }

    #[test]
    fn the_bytes_of_a_body_stay_as_they_are() {
        let body = br#"{"b":1.50,"a":"\u00fc"}"#.to_vec();
        let claims = super::Provenance::of_refusal(&speech_kernel::Response {
            kind: speech_kernel::ResponseKind::Answer,
            authority: speech_kernel::Authority::System,
            system_mode: speech_kernel::SystemMode::Full,
        });
        let spoken = answer(body.clone(), &claims).unwrap_or_default();
        assert!(spoken.starts_with(body.strip_suffix(b"}").unwrap_or_default()));
    }
}
