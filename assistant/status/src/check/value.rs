//! What an atom compares.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::shared::Checked;
use crate::contract::Literal;
use crate::read::{Kind, Num};

/// A value, wherever it stands.
pub(super) enum Value<'a> {
    /// Nothing: equal to nothing, and not even to itself.
    Absent,
    Null,
    Bool(bool),
    Num(Num),
    Text(Cow<'a, str>),
    /// A list or an object of a document.
    Nested(&'a Checked<'a>, u32),
    /// A list of the contract.
    List(&'a [Literal]),
}

impl<'a> Value<'a> {
    pub(super) fn literal(literal: &'a Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Num(number) => Self::Num(*number),
            Literal::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }

    pub(super) fn node(of: &'a Checked<'a>, at: u32) -> Self {
        match of.tree.kind(at) {
            Kind::Null => Self::Null,
            Kind::True => Self::Bool(true),
            Kind::False => Self::Bool(false),
            Kind::Int | Kind::Float => of.tree.number(at).map_or(Self::Absent, Self::Num),
            Kind::NotFinite => Self::Absent,
            Kind::Text => Self::Text(of.tree.string(at)),
            Kind::List | Kind::Object => Self::Nested(of, at),
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(&self) -> Vec<Value<'_>> {
        match self {
            Self::List(items) => items.iter().map(Value::literal).collect(),
            Self::Nested(of, at) => {
                let items = of.tree.items(*at).into_iter().flatten();
                items.map(|(item, _)| Value::node(of, item)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn is_list(&self) -> bool {
        match self {
            Self::List(_) => true,
            Self::Nested(of, at) => of.tree.kind(*at) == Kind::List,
            _ => false,
        }
    }

    pub(super) fn length(&self) -> Value<'static> {
        let length = match self {
            Self::List(items) => items.len(),
            Self::Nested(of, at) => of.tree.elements(*at).count(),
            _ => return Value::Absent,
        };
        Value::Num(Num::Int(length as i128))
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Num(one), Self::Num(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (one, other) if one.is_list() && other.is_list() => {
                let (one, other) = (one.items(), other.items());
                one.len() == other.len()
                    && one.iter().zip(&other).all(|(one, other)| one.equals(other))
            }
            _ => false,
        }
    }

    /// Whether this is less than the other, or may be the same: numbers, or maps of numbers key by key.
    pub(super) fn is_below(&self, other: &Self, or_same: bool) -> bool {
        match (self, other) {
            (Self::Num(one), Self::Num(other)) => match one.partial_cmp(other) {
                Some(Ordering::Less) => true,
                Some(Ordering::Equal) => or_same,
                _ => false,
            },
            (Self::Nested(one, at), Self::Nested(other, there)) => {
                let are_maps =
                    one.tree.kind(*at) == Kind::Object && other.tree.kind(*there) == Kind::Object;
                are_maps
                    && one.tree.elements(*at).all(|(member, node)| {
                        let same = other.tree.member(*there, &one.tree.key(&node));
                        same.is_some_and(|same| {
                            Value::node(one, member).is_below(&Value::node(other, same), or_same)
                        })
                    })
            }
            _ => false,
        }
    }

    /// Whether a list has this element, or a map this key.
    pub(super) fn has(&self, element: &Self) -> bool {
        match (self, element) {
            (Self::Nested(of, at), Self::Text(key)) if of.tree.kind(*at) == Kind::Object => {
                of.tree.member(*at, key).is_some()
            }
            _ => self.items().iter().any(|item| item.equals(element)),
        }
    }
}
