//! What an atom compares: something written, or something read.

use std::fmt;

use serde::Deserialize;
use serde_json::{Number, Value};

/// One side of an atom.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Operand {
    /// A value that stands in the manifest.
    Literal(Scalar),
    /// Values that stand in the manifest.
    List(Vec<Scalar>),
    /// A value of a document, or something known of it.
    Read(Reading, Path),
    /// Milliseconds since the epoch, where they are known.
    Now,
    /// The version of the contract.
    ContractVersion,
    /// The version of the schema.
    SchemaVersion,
    /// The codes of a registry, or of one tier of it.
    Registry(String, Option<String>),
}

/// A written value.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
}

/// What is taken of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The value.
    Value,
    /// The sentence of the code that stands there.
    Display,
    /// Who has to act so that the code goes.
    Unblock,
    /// What has to be so that the code goes.
    Condition,
    /// Whether the code stays until somebody acts.
    Latched,
    /// How many elements there are.
    Length,
}

/// Where a path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// In this document.
    Document,
    /// In the document before.
    Before,
    /// In the element of `each`.
    Item,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The members, and the indexes of lists, that lead there.
    pub segments: Vec<String>,
}

const READINGS: [(&str, Reading); 5] = [
    ("display(", Reading::Display),
    ("unblock(", Reading::Unblock),
    ("condition(", Reading::Condition),
    ("latched(", Reading::Latched),
    ("length(", Reading::Length),
];

impl Operand {
    /// The place that it reads.
    #[must_use]
    pub const fn path(&self) -> Option<&Path> {
        match self {
            Self::Read(_, path) => Some(path),
            _ => None,
        }
    }

    fn parse(text: String) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix('$') {
            return registry(name);
        }
        if text == "@now" {
            return Ok(Self::Now);
        }
        if text.starts_with('@') {
            return Path::parse(&text).map(|path| Self::Read(Reading::Value, path));
        }
        for (word, reading) in READINGS {
            if let Some(inner) = text.strip_prefix(word).and_then(|rest| rest.strip_suffix(')')) {
                return Path::parse(inner).map(|path| Self::Read(reading, path));
            }
        }
        if text.ends_with(')') && text.contains('(') {
            return Err(
                "expected one of display(), unblock(), condition(), latched(), length()".to_owned()
            );
        }
        Ok(Self::Literal(Scalar::Text(text)))
    }
}

fn registry(name: &str) -> Result<Operand, String> {
    match (name, name.split_once('.')) {
        ("contract_version", _) => Ok(Operand::ContractVersion),
        ("status_schema_version", _) => Ok(Operand::SchemaVersion),
        ("", _) => Err("expected the name of a registry after $".to_owned()),
        (_, Some((name, tier))) => Ok(Operand::Registry(name.to_owned(), Some(tier.to_owned()))),
        (name, None) => Ok(Operand::Registry(name.to_owned(), None)),
    }
}

impl Path {
    fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix('@').ok_or("expected a place that begins with @")?;
        let mut segments: Vec<_> = path.split('.').map(str::to_owned).collect();
        let root = match segments.first().map(String::as_str) {
            Some("prev") => Root::Before,
            Some("item") => Root::Item,
            _ => Root::Document,
        };
        if root != Root::Document {
            segments.remove(0);
        }
        let is_whole = root == Root::Item && segments.is_empty();
        if segments.iter().any(String::is_empty) || (segments.is_empty() && !is_whole) {
            return Err("expected the name of a member after @ and after each dot".to_owned());
        }
        Ok(Self { root, segments })
    }

    /// The place as an RFC 6901 pointer, from where it begins.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.segments.iter().map(|segment| format!("/{}", crate::read::escaped(segment))).collect()
    }
}

impl TryFrom<Value> for Operand {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Array(items) => {
                items.into_iter().map(Scalar::try_from).collect::<Result<_, _>>().map(Self::List)
            }
            other => Scalar::try_from(other).map(Self::Literal),
        }
    }
}

impl TryFrom<Value> for Scalar {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Bool(value) => Ok(Self::Bool(value)),
            Value::Number(number) => Ok(Self::Number(number)),
            Value::String(text) => Ok(Self::Text(text)),
            Value::Array(_) | Value::Object(_) => {
                Err("expected a value without members or items".to_owned())
            }
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "\"{}\"", text.escape_debug()),
        }
    }
}
