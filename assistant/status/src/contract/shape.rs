//! The members of a document, ready to be compared with one.

use indexmap::IndexMap;
use regex_lite::Regex;

use super::bounds::Bounds;
use super::{Builder, Codes, Literal};
use crate::manifest::{Field, Kind, Of};
use crate::names::Names;

/// The members of an object.
#[derive(Debug)]
pub(crate) struct Members {
    pub(crate) list: Vec<Member>,
    pub(crate) names: Names,
    /// No other members, in `min` too.
    pub(crate) is_closed: bool,
}

/// One member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) may_lack: bool,
    pub(crate) may_be_null: bool,
    /// The only value.
    pub(crate) constant: Option<Literal>,
    pub(crate) shape: Shape,
    /// What would be right, in a few words.
    pub(crate) expected: String,
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Shape {
    Int {
        bounds: Bounds,
        age: Option<Age>,
    },
    Num {
        bounds: Bounds,
    },
    Bool,
    Text {
        min: usize,
        pattern: Option<Regex>,
    },
    Code {
        codes: Codes,
        tier: Option<usize>,
    },
    Codes {
        codes: Codes,
        tier: Option<usize>,
        is_ordered: bool,
        is_unique: bool,
        has: Option<String>,
        bounds: Bounds,
    },
    Object(Members),
    List {
        item: Box<Member>,
        is_unique: bool,
        bounds: Bounds,
    },
    Map {
        value: Box<Member>,
        keys: Option<Codes>,
    },
}

/// How far from now a time may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Age {
    pub(crate) seconds: u32,
    /// How many milliseconds one unit of the field is.
    pub(crate) unit_ms: i128,
}

impl Members {
    pub(crate) fn of_name(&self, name: &str) -> Option<(usize, &Member)> {
        let place = self.names.place(name)?;
        Some((place, self.list.get(place)?))
    }
}

impl Builder<'_> {
    pub(super) fn members(&mut self, fields: &IndexMap<String, Field>, is_closed: bool) -> Members {
        let list: Vec<_> = fields
            .iter()
            .map(|(name, field)| self.inside(name, |this| this.member(name, field)))
            .collect();
        let names = Names::new(fields.keys().map(String::as_str));
        Members { list, names, is_closed }
    }

    fn member(&mut self, name: &str, field: &Field) -> Member {
        self.modifiers(field);
        let shape = self.shape(field);
        let constant = field.constant.as_ref().and_then(|value| self.constant(value));
        self.fixed(&shape, constant.as_ref());
        Member {
            name: name.to_owned(),
            may_lack: field.opt,
            may_be_null: field.null,
            expected: expected(field, &shape),
            constant,
            shape,
        }
    }

    fn shape(&mut self, field: &Field) -> Shape {
        let bounds = self.bounds(field);
        match field.kind {
            Kind::Int => Shape::Int { bounds, age: self.age(field) },
            Kind::Num => Shape::Num { bounds },
            Kind::Bool => Shape::Bool,
            Kind::Str => {
                let pattern = self.pattern(field);
                Shape::Text { min: field.minlen.unwrap_or(0), pattern }
            }
            Kind::Code => {
                let codes = self.inside("of", |this| this.codes(field.of.as_ref()));
                let tier = self.tier(field, &codes);
                Shape::Code { codes, tier }
            }
            Kind::Codes => {
                let codes = self.inside("of", |this| this.codes(field.of.as_ref()));
                let tier = self.tier(field, &codes);
                let (is_ordered, is_unique) = (field.ordered, field.unique);
                Shape::Codes { codes, tier, is_ordered, is_unique, has: field.has.clone(), bounds }
            }
            Kind::Obj => {
                let members =
                    self.inside("fields", |this| this.members(&field.fields, field.closed));
                Shape::Object(members)
            }
            Kind::List => Shape::List { item: self.item(field), is_unique: field.unique, bounds },
            Kind::Map => {
                let keys = field.keys.as_ref();
                let keys = keys.map(|keys| self.inside("keys", |this| this.codes(Some(keys))));
                Shape::Map { value: self.item(field), keys }
            }
        }
    }

    fn item(&mut self, field: &Field) -> Box<Member> {
        self.inside("of", |this| match &field.of {
            Some(Of::Items(item)) => {
                if item.opt {
                    this.problem("expected no opt: an item that is not there is none");
                }
                this.member("", item).into()
            }
            _ => {
                this.problem("expected what each item may be");
                let expected = String::new();
                let nothing = Member {
                    name: String::new(),
                    may_lack: false,
                    may_be_null: true,
                    constant: None,
                    shape: Shape::Bool,
                    expected,
                };
                nothing.into()
            }
        })
    }

    /// The place of the field that selects the tier.
    fn tier(&mut self, field: &Field, codes: &Codes) -> Option<usize> {
        let name = field.tier.as_ref()?;
        self.inside("tier", |this| {
            let fields = &this.manifest.document.fields;
            let Some((place, _, selector)) = fields.get_full(name) else {
                this.problem(format!("expected a field of the document, found {name:?}"));
                return None;
            };
            if selector.kind != Kind::Code {
                this.problem(format!("expected {name:?} to be a code"));
                return None;
            }
            if !codes.is_tiered() {
                this.problem("expected a registry that has tiers");
            }
            let values = selector.of.clone();
            let values = this.codes(values.as_ref());
            for tier in codes.tiers.iter().flatten() {
                if values.place(tier).is_none() {
                    this.problem(format!("expected {name:?} to take the value {tier:?}, a tier"));
                    break;
                }
            }
            Some(place)
        })
    }
}

fn expected(field: &Field, shape: &Shape) -> String {
    let kind = match shape {
        Shape::Int { .. } => "a whole number",
        Shape::Num { .. } => "a number",
        Shape::Bool => "true or false",
        Shape::Text { .. } => "a string",
        Shape::Code { codes, .. } => &codes.name,
        Shape::Codes { .. } => "a list of codes",
        Shape::Object(_) | Shape::Map { .. } => "an object",
        Shape::List { .. } => "a list",
    };
    if field.null { format!("{kind}, or null") } else { kind.to_owned() }
}
