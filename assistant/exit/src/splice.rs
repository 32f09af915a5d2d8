//! Claims written into a body that the server brings.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::piece::Cut;
use crate::provenance::Provenance;

const PROVENANCE: &str = "provenance";

/// Why a draft cannot be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    NotAnObject,
    BringsProvenance,
    Pieces(Cut),
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
        let response = speech_kernel::Response {
            kind: speech_kernel::ResponseKind::Answer,
            authority: speech_kernel::Authority::System,
            system_mode: speech_kernel::SystemMode::Full,
        };
        let claims = super::Provenance::of_refusal(&response, None);
        let spoken = answer(body.clone(), &claims).unwrap_or_default();
        assert!(spoken.starts_with(body.strip_suffix(b"}").unwrap_or_default()));
    }
}
