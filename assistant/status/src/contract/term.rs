//! One side of an atom, ready to be read.

use std::fmt;

use super::rule::Source;
use super::{Builder, Member, Members};
use crate::manifest::{Operand, Reading, Scalar};
use crate::names::Names;
use crate::read::{Kind, Num, Tree, hash};

/// A value that the contract itself says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Num(Num),
    Text(String),
}

/// What an atom compares.
#[derive(Debug)]
pub(crate) enum Term {
    Literal(Literal),
    List(Written),
    Read(Reading, Source),
    Now,
}

/// A list that the contract itself says.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) list: Vec<Literal>,
    texts: Names,
}

impl Written {
    fn new(list: Vec<Literal>) -> Self {
        let texts = list.iter().filter_map(|literal| match literal {
            Literal::Text(text) => Some(text.as_str()),
            _ => None,
        });
        Self { texts: Names::new(texts), list }
    }

    /// Whether this list stands there.
    pub(crate) fn is(&self, tree: &Tree<'_>, at: u32) -> bool {
        let Some(mut items) = tree.items(at) else { return false };
        let mut literals = self.list.iter();
        let are_there =
            literals.all(|literal| items.next().is_some_and(|(item, _)| literal.is(tree, item)));
        are_there && items.next().is_none()
    }

    pub(crate) fn has_text(&self, text: &str) -> bool {
        self.texts.place(text).is_some()
    }
}

impl Literal {
    /// Whether this stands there.
    #[inline(always)]
    pub(crate) fn is(&self, tree: &Tree<'_>, at: u32) -> bool {
        match (self, tree.kind(at)) {
            (Self::Null, Kind::Null) => true,
            (Self::Bool(value), Kind::True) => *value,
            (Self::Bool(value), Kind::False) => !*value,
            (Self::Num(number), Kind::Int | Kind::Float) => tree.number(at) == Some(*number),
            (Self::Text(text), Kind::Text) => tree.is_text(at, text),
            _ => false,
        }
    }

    /// Whether a list that stands there has this, or a map this key.
    pub(crate) fn is_in(&self, tree: &Tree<'_>, at: u32) -> bool {
        match (self, tree.kind(at)) {
            (Self::Text(key), Kind::Object) => tree.member(at, hash(key.as_bytes()), key).is_some(),
            (_, Kind::List) => tree.elements(at).any(|(item, _)| self.is(tree, item)),
            _ => false,
        }
    }

    fn of(scalar: &Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(*value),
            Scalar::Number(number) => Num::of(number).map_or(Self::Null, Self::Num),
            Scalar::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl Builder<'_> {
    pub(super) fn term(&mut self, operand: &Operand, members: &Members, scope: Scope<'_>) -> Term {
        match operand {
            Operand::Literal(scalar) => Term::Literal(Literal::of(scalar)),
            Operand::List(items) => {
                Term::List(Written::new(items.iter().map(Literal::of).collect()))
            }
            Operand::Read(reading, path) => Term::Read(*reading, self.source(path, members, scope)),
            Operand::Now => Term::Now,
            Operand::ContractVersion => Term::Literal(
                self.manifest.contract_version.clone().map_or(Literal::Null, Literal::Text),
            ),
            Operand::SchemaVersion => {
                let version = self.manifest.status_schema_version;
                Term::Literal(
                    version.map_or(Literal::Null, |version| Literal::Num(Num::Int(version.into()))),
                )
            }
            Operand::Registry(name, tier) => {
                Term::List(Written::new(self.registered(name, tier.as_deref())))
            }
        }
    }

    fn registered(&mut self, name: &str, tier: Option<&str>) -> Vec<Literal> {
        let Some(registry) = self.manifest.registries.get(name) else {
            self.problem(format!("expected the name of a registry after $, found {name:?}"));
            return Vec::new();
        };
        let entries = registry.entries().filter(|(of, _)| tier.is_none() || *of == tier);
        let codes: Vec<_> = entries.map(|(_, entry)| Literal::Text(entry.code.clone())).collect();
        if codes.is_empty() {
            self.problem(format!(
                "expected a tier of {name}, found {:?}",
                tier.unwrap_or_default()
            ));
        }
        codes
    }

    /// Where the owner's code is taken from.
    pub(super) fn precedence(&mut self, members: &Members) -> Vec<Term> {
        let mut terms = Vec::new();
        for (index, operand) in self.manifest.precedence.iter().enumerate() {
            self.inside(&index.to_string(), |this| {
                let known = |code: &str| {
                    this.manifest.registries.values().any(|registry| registry.entry(code).is_some())
                };
                match operand {
                    Operand::Literal(Scalar::Text(code)) if !known(code) => {
                        this.problem(format!("expected a code of a registry, found {code:?}"));
                    }
                    Operand::Literal(Scalar::Text(_)) | Operand::Read(Reading::Value, _) => {}
                    _ => this.problem("expected a place of the document, or a code"),
                }
                terms.push(this.term(operand, members, Scope::DOCUMENT));
            });
        }
        terms
    }
}

/// Which places may be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'m> {
    /// The document before, in a transition.
    pub(crate) before: bool,
    /// The element, inside `each`.
    pub(crate) item: Option<Item<'m>>,
}

/// What a place may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item<'m> {
    /// A value like this.
    Of(&'m Member),
    /// A code of a list.
    Code,
    /// What has its problem already.
    Unknown,
}

impl Scope<'_> {
    pub(crate) const DOCUMENT: Self = Self { before: false, item: None };
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Num(number) => number.fmt(f),
            Self::Text(text) => write!(f, "\"{}\"", text.escape_debug()),
        }
    }
}

impl fmt::Display for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
        }
    }
}
