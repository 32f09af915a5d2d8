//! Lists of codes.

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// An ordered list of codes, or one for each tier. The order is the precedence.
#[derive(Debug, Clone, PartialEq)]
pub enum Registry {
    /// One list.
    Flat(Vec<Entry>),
    /// One list for each value of the field that selects the tier.
    Tiered(IndexMap<String, Vec<Entry>>),
}

/// One code.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The code itself.
    pub code: String,
    /// The sentence for people.
    pub display: Option<String>,
    /// Whether it stays until somebody acts.
    #[serde(default)]
    pub latched: bool,
    /// What makes it go.
    pub unblock: Option<Unblock>,
}

/// What makes a code go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unblock {
    /// Who has to act.
    #[serde(rename = "type")]
    pub kind: UnblockType,
    /// What has to be so.
    pub condition: String,
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UnblockType {
    /// Nobody: it goes when the condition is met.
    Auto,
    /// A person.
    Manual,
}

impl UnblockType {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "AUTO",
            Self::Manual => "MANUAL",
        }
    }
}

impl Registry {
    /// Every code with its tier, in order.
    pub fn entries(&self) -> impl Iterator<Item = (Option<&str>, &Entry)> {
        let (flat, tiered) = match self {
            Self::Flat(entries) => (Some(entries), None),
            Self::Tiered(tiers) => (None, Some(tiers)),
        };
        let flat = flat.into_iter().flatten().map(|entry| (None, entry));
        let tiered = tiered.into_iter().flatten();
        let tiered = tiered
            .flat_map(|(tier, entries)| entries.iter().map(|entry| (Some(tier.as_str()), entry)));
        flat.chain(tiered)
    }

    /// The entry of that code.
    #[must_use]
    pub fn entry(&self, code: &str) -> Option<&Entry> {
        self.entries().find(|(_, entry)| entry.code == code).map(|(_, entry)| entry)
    }
}

impl<'de> Deserialize<'de> for Registry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lists)
    }
}

struct Lists;

impl<'de> Visitor<'de> for Lists {
    type Value = Registry;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of codes, or an object with one for each tier")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Registry, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Registry::Flat)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Registry, A::Error> {
        IndexMap::deserialize(MapAccessDeserializer::new(members)).map(Registry::Tiered)
    }
}
