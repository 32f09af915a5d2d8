//! What a member of a document may hold.

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// The type of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A whole number of at most 64 bits; 5.0 is one.
    Int,
    /// A finite number.
    Num,
    /// `true` or `false`.
    Bool,
    /// A string.
    Str,
    /// One code.
    Code,
    /// A list of codes.
    Codes,
    /// An object with known members.
    Obj,
    /// A list of values of one kind.
    List,
    /// An object with free keys and values of one kind.
    Map,
}

impl Kind {
    /// The word in a manifest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Num => "num",
            Self::Bool => "bool",
            Self::Str => "str",
            Self::Code => "code",
            Self::Codes => "codes",
            Self::Obj => "obj",
            Self::List => "list",
            Self::Map => "map",
        }
    }
}

/// A member: its type and what narrows it. Which modifier goes with which type, `Contract::new` checks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The type.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The member may be left out.
    #[serde(default)]
    pub opt: bool,
    /// The value may be null instead.
    #[serde(default)]
    pub null: bool,
    /// The only value; `$contract_version` and `$status_schema_version` read the manifest.
    #[serde(rename = "const")]
    pub constant: Option<Value>,
    /// The least number, or the fewest items.
    pub min: Option<Number>,
    /// The greatest number, or the most items.
    pub max: Option<Number>,
    /// The fewest Unicode scalars of a string.
    pub minlen: Option<usize>,
    /// A regular expression that a string has to match.
    pub pattern: Option<String>,
    /// The codes, or what an item or a value may be.
    pub of: Option<Of>,
    /// The top-level field whose value selects the tier.
    pub tier: Option<String>,
    /// Codes stand in the order of their registry.
    #[serde(default)]
    pub ordered: bool,
    /// No item stands twice.
    #[serde(default)]
    pub unique: bool,
    /// A code that has to be in the list.
    pub has: Option<String>,
    /// No other members than the known ones, in `min` too.
    #[serde(default)]
    pub closed: bool,
    /// What is counted, for people; `s` or `ms` where there is an age.
    pub unit: Option<String>,
    /// How far from now a time may be, in seconds.
    pub age: Option<u32>,
    /// The members of an object.
    #[serde(default)]
    pub fields: IndexMap<String, Self>,
    /// The codes that a map may have as keys.
    pub keys: Option<Of>,
}

/// What `of` and `keys` may say.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// A registry.
    Registry(String),
    /// Codes.
    Inline(Vec<String>),
    /// What each item or value may be.
    Items(Box<Field>),
}

impl<'de> Deserialize<'de> for Of {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfVisitor)
    }
}

struct OfVisitor;

impl<'de> Visitor<'de> for OfVisitor {
    type Value = Of;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name of a registry, a list of codes, or a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Of, E> {
        Ok(Of::Registry(name.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Of, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Of::Inline)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Of, A::Error> {
        Field::deserialize(MapAccessDeserializer::new(members)).map(|field| Of::Items(field.into()))
    }
}
