//! What an atom compares.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use super::shared::Checked;
use crate::contract::{Literal, Written};
use crate::read::{Kind, Num, hash};

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
    List(&'a Written),
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

    pub(super) fn length(&self) -> Value<'static> {
        let length = match self {
            Self::List(written) => written.list.len(),
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
            (Self::List(one), Self::List(other)) => one.list == other.list,
            (Self::List(written), Self::Nested(of, at))
            | (Self::Nested(of, at), Self::List(written)) => written.is(&of.tree, *at),
            (Self::Nested(one, at), Self::Nested(other, there)) => {
                let (Some(mut items), Some(mut others)) =
                    (one.tree.items(*at), other.tree.items(*there))
                else {
                    return false;
                };
                let are_there = items.all(|(item, _)| {
                    let same = others.next().map(|(item, _)| Value::node(other, item));
                    same.is_some_and(|same| Value::node(one, item).equals(&same))
                });
                are_there && others.next().is_none()
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
                let members = |of: &'a Checked<'a>, at| {
                    of.tree
                        .elements(at)
                        .map(|(member, node)| (of.tree.key(node), Value::node(of, member)))
                };
                let others: HashMap<_, _> = members(other, *there).collect();
                are_maps
                    && members(one, *at).all(|(key, value)| {
                        others.get(&key).is_some_and(|same| value.is_below(same, or_same))
                    })
            }
            _ => false,
        }
    }

    /// Whether a list has this element, or a map this key.
    pub(super) fn has(&self, element: &Self) -> bool {
        match (self, element) {
            (Self::Nested(of, at), Self::Text(key)) if of.tree.kind(*at) == Kind::Object => {
                of.tree.member(*at, hash(key.as_bytes()), key).is_some()
            }
            (Self::List(written), Self::Text(text)) => written.has_text(text),
            (Self::List(written), _) => {
                written.list.iter().any(|item| Value::literal(item).equals(element))
            }
            (Self::Nested(of, at), _) => {
                let mut items = of.tree.items(*at).into_iter().flatten();
                items.any(|(item, _)| Value::node(of, item).equals(element))
            }
            _ => false,
        }
    }
}
