//! What narrows a number, a length, a string, a time.

use std::ops::RangeInclusive;

use regex_lite::Regex;
use serde_json::{Number, Value};

use super::shape::Age;
use super::{Builder, Literal};
use crate::manifest::{Field, Kind};
use crate::read::Num;

/// The whole numbers of at most 64 bits, with a sign or without.
pub(crate) const INT_BITS: RangeInclusive<i128> = i64::MIN as i128..=u64::MAX as i128;

/// The least and the greatest value, or the fewest and the most items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Num>,
    pub(crate) max: Option<Num>,
}

impl Bounds {
    pub(crate) fn hold(&self, value: Num) -> bool {
        self.min.is_none_or(|min| min <= value) && self.max.is_none_or(|max| value <= max)
    }

    /// The bounds in words.
    pub(crate) fn say(&self) -> String {
        let say = |word: &str, bound: Option<Num>| bound.map(|bound| format!("{word} {bound}"));
        let bounds: Vec<_> =
            [say("at least", self.min), say("at most", self.max)].into_iter().flatten().collect();
        bounds.join(" and ")
    }
}

impl Builder<'_> {
    pub(super) fn bounds(&mut self, field: &Field) -> Bounds {
        let number = |number: &Option<Number>| number.as_ref().and_then(Num::of);
        let bounds = Bounds { min: number(&field.min), max: number(&field.max) };
        if let (Some(min), Some(max)) = (bounds.min, bounds.max)
            && min > max
        {
            self.inside("min", |this| {
                this.problem(format!("expected at most {max}, which is max"))
            });
        }
        let are_bounds = |range: RangeInclusive<i128>| {
            let is_bound = |bound| matches!(bound, Num::Int(value) if range.contains(&value));
            [bounds.min, bounds.max].into_iter().flatten().all(is_bound)
        };
        match field.kind {
            Kind::Num => {}
            Kind::Int if are_bounds(INT_BITS) => {}
            Kind::Int => self.problem("expected whole numbers of at most 64 bits as bounds"),
            _ if are_bounds(0..=i64::MAX.into()) => {}
            _ => self.problem("expected whole numbers from 0 as bounds of a length"),
        }
        bounds
    }

    pub(super) fn pattern(&mut self, field: &Field) -> Option<Regex> {
        let pattern = field.pattern.as_ref()?;
        Regex::new(pattern)
            .map_err(|error| self.inside("pattern", |this| this.problem(error.to_string())))
            .ok()
    }

    pub(super) fn age(&mut self, field: &Field) -> Option<Age> {
        let seconds = field.age?;
        let unit_ms = match field.unit.as_deref() {
            Some("s") => 1_000,
            Some("ms") => 1,
            _ => {
                self.inside("unit", |this| this.problem("expected s or ms, since there is an age"));
                return None;
            }
        };
        Some(Age { seconds, unit_ms })
    }

    /// The value of `const`.
    pub(super) fn constant(&mut self, value: &Value) -> Option<Literal> {
        self.inside("const", |this| match value {
            Value::String(name) if name == "$contract_version" => {
                this.manifest.contract_version.clone().map(Literal::Text)
            }
            Value::String(name) if name == "$status_schema_version" => {
                let version = this.manifest.status_schema_version;
                if version.is_none() {
                    this.problem("expected the manifest to have a status_schema_version");
                }
                version.map(|version| Literal::Num(Num::Int(version.into())))
            }
            Value::String(name) if name.starts_with('$') => {
                this.problem("expected $contract_version or $status_schema_version after a $");
                None
            }
            Value::String(text) => Some(Literal::Text(text.clone())),
            Value::Bool(value) => Some(Literal::Bool(*value)),
            Value::Number(number) => Num::of(number).map(Literal::Num),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                this.problem("expected a string, a number, true or false");
                None
            }
        })
    }
}
