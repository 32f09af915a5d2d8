//! Reads JSON so that nothing in it is lost or taken for something else, and names the place of a fault.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// How many bytes of an offending input a message shows.
const SHOWN_BYTES: usize = 60;

/// Why an input cannot be read. The list is closed; the codes stand in `contracts/speech/manifest.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FaultCode {
    /// The bytes are no JSON text, or nest deeper than 127 levels.
    NotJson,
    /// An object has the same key twice.
    DuplicateKey,
    /// An object has a key that is not known there.
    UnknownField,
    /// An object lacks a key that is required.
    MissingField,
    /// A value has another type than its place takes.
    WrongType,
    /// A string is none of the values that its place takes.
    UnknownValue,
    /// A source label is none of the known ones.
    UnknownSource,
    /// A source label names a tool by something that is no tool name.
    BadToolName,
    /// The input is larger than its limit.
    TooLarge,
}

impl FaultCode {
    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "NOT_JSON",
            Self::DuplicateKey => "DUPLICATE_KEY",
            Self::UnknownField => "UNKNOWN_FIELD",
            Self::MissingField => "MISSING_FIELD",
            Self::WrongType => "WRONG_TYPE",
            Self::UnknownValue => "UNKNOWN_VALUE",
            Self::UnknownSource => "UNKNOWN_SOURCE",
            Self::BadToolName => "BAD_TOOL_NAME",
            Self::TooLarge => "TOO_LARGE",
        }
    }
}

/// One fault of an input. Its words are fixed ones and a cut piece of that input, so it can carry no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(crate) code: FaultCode,
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Fault {
    /// Which kind of fault.
    #[must_use]
    pub const fn code(&self) -> FaultCode {
        self.code
    }

    /// The place, as a JSON pointer (RFC 6901); empty for the whole input.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was expected, and what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fault of an input of more than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::whole(FaultCode::TooLarge, format!("expected at most {limit} bytes"))
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::whole(FaultCode::NotJson, format!("expected one JSON text: {error}"))
    }

    fn whole(code: FaultCode, message: String) -> Self {
        Self { code, pointer: String::new(), message }
    }
}

/// A JSON value with its keys in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object. After [`read`] no key stands twice.
    Object(Vec<(String, Node)>),
}

/// Reads one JSON text without duplicate keys.
///
/// # Errors
///
/// [`FaultCode::NotJson`] or [`FaultCode::DuplicateKey`].
pub fn read(bytes: &[u8]) -> Result<Node, Fault> {
    let node: Node = serde_json::from_slice(bytes).map_err(|error| Fault::not_json(&error))?;
    match first_duplicate(&node, String::new()) {
        None => Ok(node),
        Some(pointer) => Err(Fault {
            code: FaultCode::DuplicateKey,
            pointer,
            message: "expected each key once".to_owned(),
        }),
    }
}

fn first_duplicate(node: &Node, pointer: String) -> Option<String> {
    match node {
        Node::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| first_duplicate(item, format!("{pointer}/{index}"))),
        Node::Object(members) => {
            let mut seen = HashSet::new();
            members.iter().find_map(|(key, value)| {
                let place = join(&pointer, key);
                if seen.insert(key) { first_duplicate(value, place) } else { Some(place) }
            })
        }
        _ => None,
    }
}

pub(crate) fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A value and its place.
#[derive(Debug, Clone)]
pub struct At<'a> {
    node: &'a Node,
    pointer: String,
}

/// The members of one object and its place.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    members: &'a [(String, Node)],
    pointer: String,
}

impl<'a> At<'a> {
    /// The root of what [`read`] gave.
    #[must_use]
    pub const fn root(node: &'a Node) -> Self {
        Self { node, pointer: String::new() }
    }

    /// The value itself.
    #[must_use]
    pub const fn node(&self) -> &'a Node {
        self.node
    }

    /// The members of an object, whatever their names.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`].
    pub fn members(&self) -> Result<Members<'a>, Fault> {
        match self.node {
            Node::Object(members) => Ok(Members { members, pointer: self.pointer.clone() }),
            _ => Err(self.fault(FaultCode::WrongType, "an object")),
        }
    }

    /// The members of an object that has no others than the `known` ones.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`] and [`FaultCode::UnknownField`].
    pub fn closed(&self, known: &[&str]) -> Result<Members<'a>, Fault> {
        let members = self.members()?;
        let unknown = members.iter().find(|(key, _)| !known.contains(key));
        match unknown {
            None => Ok(members),
            Some((_, at)) => Err(Fault {
                code: FaultCode::UnknownField,
                message: format!("expected no other field than {}", known.join(", ")),
                pointer: at.pointer,
            }),
        }
    }

    /// The items of an array.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`].
    pub fn items(&self) -> Result<Vec<At<'a>>, Fault> {
        match self.node {
            Node::Array(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, node)| At { node, pointer: format!("{}/{index}", self.pointer) })
                .collect()),
            _ => Err(self.fault(FaultCode::WrongType, "an array")),
        }
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`].
    pub fn text(&self) -> Result<&'a str, Fault> {
        match self.node {
            Node::String(text) => Ok(text),
            _ => Err(self.fault(FaultCode::WrongType, "a string")),
        }
    }

    /// A string with something in it.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`].
    pub fn filled_text(&self) -> Result<&'a str, Fault> {
        match self.text()? {
            "" => Err(self.fault(FaultCode::WrongType, "a string that is not empty")),
            text => Ok(text),
        }
    }

    /// A fault at this place: its code, and what would have been right.
    #[must_use]
    pub fn fault(&self, code: FaultCode, expected: &'static str) -> Fault {
        self.fault_where(code, expected)
    }

    pub(crate) fn fault_where(&self, code: FaultCode, expected: &str) -> Fault {
        let message = format!("expected {expected}, found {}", self.shown());
        Fault { code, pointer: self.pointer.clone(), message }
    }

    fn shown(&self) -> String {
        match self.node {
            Node::Null => "null".to_owned(),
            Node::Bool(value) => value.to_string(),
            Node::Number(value) => cut(&value.to_string()),
            Node::String(text) => format!("\"{}\"", cut(text)),
            Node::Array(_) => "an array".to_owned(),
            Node::Object(_) => "an object".to_owned(),
        }
    }
}

fn cut(text: &str) -> String {
    let escaped = text.escape_debug().to_string();
    let end = escaped.floor_char_boundary(SHOWN_BYTES);
    match escaped.get(..end) {
        Some(head) if end < escaped.len() => format!("{head}…"),
        _ => escaped,
    }
}

impl<'a> Members<'a> {
    /// Each member's name and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, At<'a>)> {
        self.members
            .iter()
            .map(|(key, node)| (key.as_str(), At { node, pointer: join(&self.pointer, key) }))
    }

    /// The member of that name, if there is one.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<At<'a>> {
        self.iter().find_map(|(key, at)| (key == name).then_some(at))
    }

    /// The member of that name.
    ///
    /// # Errors
    ///
    /// [`FaultCode::MissingField`].
    pub fn required(&self, name: &str) -> Result<At<'a>, Fault> {
        self.optional(name).ok_or_else(|| Fault {
            code: FaultCode::MissingField,
            pointer: join(&self.pointer, name),
            message: "expected this field, found none".to_owned(),
        })
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Number::from_f64(value)
            .map(Node::Number)
            .ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }
}
