//! Which modifier goes with which type, and which contradict each other.

use super::shape::Shape;
use super::{Builder, INT_BITS, Literal};
use crate::manifest::{Field, Kind};
use crate::read::Num;

/// Each modifier, whether a field has it, and the types that it goes with.
fn modifiers(field: &Field) -> [(&'static str, bool, &'static [Kind]); 15] {
    use Kind::{Bool, Code, Codes, Int, List, Map, Num, Obj, Str};
    [
        ("const", field.constant.is_some(), &[Int, Num, Bool, Str, Code]),
        ("min", field.min.is_some(), &[Int, Num, Codes, List]),
        ("max", field.max.is_some(), &[Int, Num, Codes, List]),
        ("minlen", field.minlen.is_some(), &[Str]),
        ("pattern", field.pattern.is_some(), &[Str]),
        ("of", field.of.is_some(), &[Code, Codes, List, Map]),
        ("tier", field.tier.is_some(), &[Code, Codes]),
        ("ordered", field.ordered, &[Codes]),
        ("unique", field.unique, &[Codes, List]),
        ("has", field.has.is_some(), &[Codes]),
        ("closed", field.closed, &[Obj]),
        ("fields", !field.fields.is_empty(), &[Obj]),
        ("keys", field.keys.is_some(), &[Map]),
        ("unit", field.unit.is_some(), &[Int, Num]),
        ("age", field.age.is_some(), &[Int]),
    ]
}

impl Builder<'_> {
    pub(super) fn modifiers(&mut self, field: &Field) {
        for (name, is_said, kinds) in modifiers(field) {
            if is_said && !kinds.contains(&field.kind) {
                let kind = field.kind.as_str();
                self.inside(name, |this| {
                    this.problem(format!("expected another type than {kind}, which has no {name}"));
                });
            }
        }
    }

    /// A constant and `has` have to be what the rest of the field allows.
    pub(super) fn fixed(&mut self, shape: &Shape, constant: Option<&Literal>) {
        if constant.is_some_and(|constant| !allows(shape, constant)) {
            self.inside("const", |this| {
                this.problem("expected a value that the rest of the field allows");
            });
        }
        match shape {
            Shape::Codes { codes, has: Some(code), .. } if codes.place(code).is_none() => {
                self.inside("has", |this| this.problem(format!("expected {}", codes.name)));
            }
            Shape::List { item, is_unique: true, .. } if has_elements(&item.shape) => {
                self.inside("unique", |this| this.problem("expected items without elements"));
            }
            Shape::Object(members) if members.list.is_empty() => {
                self.inside("fields", |this| this.problem("expected a member at least"));
            }
            _ => {}
        }
    }
}

const fn has_elements(shape: &Shape) -> bool {
    matches!(shape, Shape::List { .. } | Shape::Object(_) | Shape::Map { .. } | Shape::Codes { .. })
}

fn allows(shape: &Shape, constant: &Literal) -> bool {
    match (shape, constant) {
        (Shape::Int { bounds, .. }, Literal::Num(value @ Num::Int(whole))) => {
            INT_BITS.contains(whole) && bounds.hold(*value)
        }
        (Shape::Num { bounds }, Literal::Num(value)) => bounds.hold(*value),
        (Shape::Bool, Literal::Bool(_)) => true,
        (Shape::Text { min, pattern }, Literal::Text(text)) => {
            text.chars().count() >= *min
                && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        }
        (Shape::Code { codes, .. }, Literal::Text(code)) => codes.place(code).is_some(),
        _ => false,
    }
}
