//! A value together with its place, so that what is wrong with it can be said.

use super::fault::{Fault, FaultCode};
use super::node::Node;
use super::place::{Place, Segment, cut};
use crate::name::Name;

/// How many bytes of an offending input a message shows.
const SHOWN_BYTES: usize = 60;

/// A value and its place.
#[derive(Debug, Clone)]
pub struct At<'a> {
    node: &'a Node,
    place: Place<'a>,
}

/// The members of one object and its place.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    members: &'a [(String, Node)],
    place: Place<'a>,
}

impl<'a> At<'a> {
    /// The root of what [`read`](super::read) gave.
    #[must_use]
    pub const fn root(node: &'a Node) -> Self {
        Self { node, place: Place::root() }
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
            Node::Object(members) => Ok(Members { members, place: self.place.clone() }),
            _ => Err(self.fault(FaultCode::WrongType, "an object")),
        }
    }

    /// The members of an object that has no others than the `known` ones.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`] and [`FaultCode::UnknownField`].
    pub fn closed(&self, known: &'static [&'static str]) -> Result<Members<'a>, Fault> {
        let members = self.members()?;
        match members.members.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            None => Ok(members),
            Some((key, _)) => Err(Fault {
                code: FaultCode::UnknownField,
                message: format!("expected no other field than {}", known.join(", ")),
                pointer: self.place.child(Segment::Key(key)).pointer(),
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
                .map(|(index, node)| At { node, place: self.place.child(Segment::Index(index)) })
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

    /// A string that names something.
    ///
    /// # Errors
    ///
    /// [`FaultCode::WrongType`].
    pub fn name(&self) -> Result<Name, Fault> {
        Name::parse(self.text()?)
            .ok_or_else(|| self.fault(FaultCode::WrongType, "1 to 128 bytes of visible ASCII"))
    }

    /// A fault at this place: its code, and what would have been right.
    #[must_use]
    pub fn fault(&self, code: FaultCode, expected: &'static str) -> Fault {
        self.fault_where(code, expected)
    }

    pub(crate) fn fault_where(&self, code: FaultCode, expected: &str) -> Fault {
        let message = format!("expected {expected}, found {}", self.shown());
        Fault { code, pointer: self.place.pointer(), message }
    }

    fn shown(&self) -> String {
        match self.node {
            Node::Null => "null".to_owned(),
            Node::Bool(value) => value.to_string(),
            Node::Number(value) => cut(&value.to_string(), SHOWN_BYTES),
            Node::String(text) => {
                // Escapes only lengthen, so no more than this can be shown.
                let head = cut(text, SHOWN_BYTES);
                format!("\"{}\"", cut(&head.escape_debug().to_string(), SHOWN_BYTES))
            }
            Node::Array(_) => "an array".to_owned(),
            Node::Object(_) => "an object".to_owned(),
        }
    }
}

impl<'a> Members<'a> {
    /// Each member's name and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, At<'a>)> {
        self.members.iter().map(|(key, node)| (key.as_str(), self.at(key, node)))
    }

    /// The member of that name, if there is one.
    #[must_use]
    pub fn optional(&self, name: &'static str) -> Option<At<'a>> {
        let (key, node) = self.members.iter().find(|(key, _)| key == name)?;
        Some(self.at(key, node))
    }

    /// The member of that name.
    ///
    /// # Errors
    ///
    /// [`FaultCode::MissingField`].
    pub fn required(&self, name: &'static str) -> Result<At<'a>, Fault> {
        self.optional(name).ok_or_else(|| Fault {
            code: FaultCode::MissingField,
            pointer: self.place.child(Segment::Key(name)).pointer(),
            message: "expected this field, found none".to_owned(),
        })
    }

    fn at(&self, key: &'a str, node: &'a Node) -> At<'a> {
        At { node, place: self.place.child(Segment::Key(key)) }
    }
}
