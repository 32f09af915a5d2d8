//! A JSON text as a flat list of its values, in the order in which they stand.

use std::borrow::Cow;

use super::strings::unescaped;
use super::{Num, escaped};
use crate::finding::POINTER_MAX_BYTES;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    True,
    False,
    /// A number without fraction and exponent.
    Int,
    /// Any other number.
    Float,
    /// What has its finding already: a number that is none, or beyond all finite ones.
    NotFinite,
    Text,
    List,
    Object,
}

/// No value.
pub(crate) const NONE: u32 = u32::MAX;

/// One value. Its elements follow it at once, and each is followed by its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Where it begins and ends, in bytes; of a string with its quotes.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where its key stands, without its quotes; of an item of a list its index, and 0.
    pub(crate) key: (u32, u32),
    /// Of the unescaped key.
    pub(crate) hash: u32,
    pub(crate) parent: u32,
    /// The node after its last element.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
    /// Whether the string, and the key, is written with escapes.
    pub(crate) is_escaped: bool,
    pub(crate) is_key_escaped: bool,
}

/// All values of one text.
#[derive(Debug)]
pub(crate) struct Tree<'d> {
    pub(crate) text: &'d str,
    pub(crate) nodes: Vec<Node>,
    /// Whole numbers beyond all finite ones. What may stand there decides what is wrong with them.
    pub(crate) huge: Vec<u32>,
    /// The values that have a finding already, and those whose key stands again.
    pub(crate) faulty: Vec<u32>,
}

impl<'d> Tree<'d> {
    /// The value; one that is not there is null and has no elements.
    pub(crate) fn node(&self, at: u32) -> &Node {
        const NOTHING: &Node = &Node {
            start: 0,
            end: 0,
            key: (0, 0),
            hash: 0,
            parent: NONE,
            next: 0,
            kind: Kind::Null,
            is_escaped: false,
            is_key_escaped: false,
        };
        self.nodes.get(at as usize).unwrap_or(NOTHING)
    }

    pub(crate) fn kind(&self, at: u32) -> Kind {
        self.node(at).kind
    }

    /// The elements of a list or of an object.
    pub(crate) fn elements(&self, at: u32) -> impl Iterator<Item = (u32, &Node)> {
        let end = self.node(at).next;
        let mut element = at + 1;
        std::iter::from_fn(move || {
            let node = (element < end).then(|| self.node(element))?;
            let this = element;
            element = node.next;
            Some((this, node))
        })
    }

    pub(crate) fn slice(&self, start: u32, end: u32) -> &'d str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The items of a list.
    pub(crate) fn items(&self, at: u32) -> Option<impl Iterator<Item = (u32, &Node)>> {
        (self.kind(at) == Kind::List).then(|| self.elements(at))
    }

    /// What stands there, as written.
    pub(crate) fn written(&self, at: u32) -> &'d str {
        let Node { start, end, .. } = *self.node(at);
        self.slice(start, end)
    }

    pub(crate) fn string(&self, at: u32) -> Cow<'d, str> {
        let Node { start, end, is_escaped, .. } = *self.node(at);
        if is_escaped {
            unescaped(self.slice(start, end))
        } else {
            Cow::Borrowed(self.slice(start + 1, end.saturating_sub(1)))
        }
    }

    #[inline(always)]
    pub(crate) fn is_text(&self, at: u32, text: &str) -> bool {
        let Node { start, end, is_escaped, .. } = *self.node(at);
        if is_escaped {
            return self.string(at) == text;
        }
        self.bytes(start + 1, end.saturating_sub(1)) == Some(text.as_bytes())
    }

    fn bytes(&self, start: u32, end: u32) -> Option<&[u8]> {
        self.text.as_bytes().get(start as usize..end as usize)
    }

    pub(crate) fn key(&self, node: &Node) -> Cow<'d, str> {
        let (start, end) = node.key;
        if node.is_key_escaped {
            unescaped(self.slice(start.saturating_sub(1), end + 1))
        } else {
            Cow::Borrowed(self.slice(start, end))
        }
    }

    #[inline(always)]
    pub(crate) fn is_key(&self, node: &Node, name: &str) -> bool {
        if node.is_key_escaped {
            return self.is_escaped_key(node, name);
        }
        self.bytes(node.key.0, node.key.1) == Some(name.as_bytes())
    }

    #[cold]
    fn is_escaped_key(&self, node: &Node, name: &str) -> bool {
        self.key(node) == name
    }

    /// The member of that name, which has that hash; the first one where there are several.
    pub(crate) fn member(&self, object: u32, hash: u32, name: &str) -> Option<u32> {
        if self.kind(object) != Kind::Object {
            return None;
        }
        let mut members = self.elements(object);
        members
            .find(|(_, node)| node.hash == hash && self.is_key(node, name))
            .map(|(member, _)| member)
    }

    pub(crate) fn number(&self, at: u32) -> Option<Num> {
        match self.kind(at) {
            Kind::Int => Num::whole(self.written(at)),
            Kind::Float => Num::broken(self.written(at)),
            _ => None,
        }
    }

    /// The place of a value as a pointer, cut where it would get too long.
    pub(crate) fn pointer(&self, at: u32) -> String {
        let mut segments = Vec::new();
        let mut node = self.node(at);
        while node.parent != NONE {
            segments.push(match self.kind(node.parent) {
                Kind::List => node.key.0.to_string(),
                _ => {
                    let key = self.key(node);
                    let begin = key.floor_char_boundary(POINTER_MAX_BYTES + 3);
                    let begin = key.get(..begin).unwrap_or_default();
                    crate::finding::shown(&escaped(begin), POINTER_MAX_BYTES)
                }
            });
            node = self.node(node.parent);
        }
        segments.iter().rev().map(|segment| format!("/{segment}")).collect()
    }
}
