//! The wire form of claims and sources, by hand: serde's derived readers would also take
//! `["answer","memory","full"]` for a response and `{"answer":null}` for a kind.

use core::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::response::{Authority, Response, ResponseKind, SystemMode};
use crate::trace::Source;

macro_rules! travels_as_its_label {
    ($name:ident: $($variant:ident),+) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.label())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Label;
                impl Visitor<'_> for Label {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(LABELS_JOINED)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $(if text == $name::$variant.label() {
                            return Ok($name::$variant);
                        })+
                        Err(E::unknown_variant(text, LABELS))
                    }
                }
                const LABELS_JOINED: &str = concat!("a label of ", stringify!($name));
                const LABELS: &[&str] = &[$($name::$variant.label()),+];
                deserializer.deserialize_str(Label)
            }
        }
    };
}

travels_as_its_label!(Authority: None, System, Memory, Tool);
travels_as_its_label!(ResponseKind: Answer, Refusal);
travels_as_its_label!(SystemMode: Full, Minimal, LocalPower);

/// Reads a label. There is no writer: a kind does not know the name of its tool.
impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Label;
        impl Visitor<'_> for Label {
            type Value = Source;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a source label")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Source, E> {
                Source::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Label)
    }
}

impl<'de> Deserialize<'de> for Response {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Claims)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    kind: ResponseKind,
    authority: Authority,
    system_mode: SystemMode,
}

struct Claims;

impl<'de> Visitor<'de> for Claims {
    type Value = Response;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with kind, authority and system_mode")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Response, A::Error> {
        let Fields { kind, authority, system_mode } =
            Fields::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Response { kind, authority, system_mode })
    }
}
