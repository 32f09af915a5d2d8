//! A rule as a schema, where a schema has words for it.

use serde_json::{Value, json};

use super::field::{Step, at};
use crate::manifest::{
    Field, Kind, Manifest, Of, Operand, Path, Predicate, Reading, Root, Rule, Scalar,
};

/// The schema of a rule.
pub(super) fn schema(manifest: &Manifest, rule: &Rule) -> Option<Value> {
    let writer = Writer { manifest, item: None };
    let demand = match (&rule.then, &rule.iff) {
        (Some(then), None) => writer.predicate(then)?,
        (None, Some((left, right))) => {
            let (left, right) = (writer.predicate(left)?, writer.predicate(right)?);
            json!({"if": left, "then": right, "else": {"not": right}})
        }
        _ => return None,
    };
    let schema = match &rule.condition {
        Some(condition) => json!({"if": writer.predicate(condition)?, "then": demand}),
        None => demand,
    };
    let mut schema = match writer.presence(rule) {
        Some(presence) => json!({"if": presence, "then": schema}),
        None => schema,
    };
    schema.as_object_mut()?.insert("$comment".to_owned(), json!(rule.id));
    Some(schema)
}

/// What predicates are written with: inside `each`, also the field of the item.
#[derive(Clone, Copy)]
struct Writer<'m> {
    manifest: &'m Manifest,
    item: Option<&'m Field>,
}

/// A place that leads somewhere: the steps, the field there, and whether it may lead nowhere.
struct Led<'m> {
    steps: Vec<Step<'m>>,
    field: Option<&'m Field>,
    may_lack: bool,
}

impl<'m> Writer<'m> {
    /// That everything is there which the rule names and which may be left out.
    fn presence(self, rule: &'m Rule) -> Option<Value> {
        let paths = rule.paths().into_iter().filter(|path| path.root == Root::Document);
        let lacking = paths.filter_map(|path| self.led(path)).filter(|led| led.may_lack);
        let present: Vec<_> = lacking.map(|led| at(&led.steps, json!(true))).collect();
        (!present.is_empty()).then(|| json!({"allOf": present}))
    }

    fn predicate(self, predicate: &'m Predicate) -> Option<Value> {
        match predicate {
            Predicate::All(parts) => Some(json!({"allOf": self.predicates(parts)?})),
            Predicate::Any(parts) => Some(json!({"anyOf": self.predicates(parts)?})),
            Predicate::Not(part) => Some(json!({"not": self.predicate(part)?})),
            Predicate::Eq(one, other) => self.eq(one, other),
            Predicate::Ne(one, other) => Some(json!({"not": self.eq(one, other)?})),
            Predicate::Le(one, other) => self.below(one, other, ["maximum", "minimum"]),
            Predicate::Lt(one, other) => {
                self.below(one, other, ["exclusiveMaximum", "exclusiveMinimum"])
            }
            Predicate::In(one, list) => match (self.place(one), self.written(list)) {
                (Some(led), Some(Value::Array(items))) => {
                    Some(at(&led.steps, json!({"enum": items})))
                }
                _ => self.has(list, one),
            },
            Predicate::Has(list, one) => self.has(list, one),
            Predicate::Each(list, part) => self.each(list, part),
        }
    }

    fn predicates(self, parts: &'m [Predicate]) -> Option<Vec<Value>> {
        parts.iter().map(|part| self.predicate(part)).collect()
    }

    fn eq(self, one: &'m Operand, other: &'m Operand) -> Option<Value> {
        let (led, value) = match (self.place(one), self.place(other)) {
            (Some(led), None) => (led, self.written(other)?),
            (None, Some(led)) => (led, self.written(one)?),
            _ => return None,
        };
        Some(at(&led.steps, json!({"const": value})))
    }

    fn below(self, one: &'m Operand, other: &'m Operand, words: [&str; 2]) -> Option<Value> {
        let [most, least] = words;
        let (led, word, value) = match (self.place(one), self.place(other)) {
            (Some(led), None) => (led, most, self.written(other)?),
            (None, Some(led)) => (led, least, self.written(one)?),
            _ => return None,
        };
        value.is_number().then(|| at(&led.steps, json!({"type": "number", word: value})))
    }

    fn has(self, list: &'m Operand, one: &'m Operand) -> Option<Value> {
        let (led, value) = (self.place(list)?, self.written(one)?);
        let inner = match led.field?.kind {
            Kind::Codes | Kind::List => json!({"type": "array", "contains": {"const": value}}),
            Kind::Map | Kind::Obj => json!({"type": "object", "required": [value.as_str()?]}),
            _ => return None,
        };
        Some(at(&led.steps, inner))
    }

    fn each(self, list: &'m Operand, part: &'m Predicate) -> Option<Value> {
        let led = self.place(list)?;
        let Some(Of::Items(item)) = &led.field?.of else { return None };
        let mut operands = Vec::new();
        part.operands(&mut operands);
        let is_about_the_item = operands
            .into_iter()
            .all(|operand| operand.path().is_none_or(|path| path.root == Root::Item));
        if !is_about_the_item || led.field?.kind != Kind::List {
            return None;
        }
        let inner = Self { item: Some(item), ..self }.predicate(part)?;
        Some(at(&led.steps, json!({"type": "array", "items": inner})))
    }

    /// The place that an operand reads the value of.
    fn place(self, operand: &'m Operand) -> Option<Led<'m>> {
        match operand {
            Operand::Read(Reading::Value, path) => self.led(path),
            _ => None,
        }
    }

    fn led(self, path: &'m Path) -> Option<Led<'m>> {
        let mut rest = path.segments.iter();
        let mut led = match path.root {
            Root::Before => return None,
            Root::Item => Led { steps: Vec::new(), field: Some(self.item?), may_lack: false },
            Root::Document => {
                let name = rest.next()?;
                let field = self.manifest.document.fields.get(name)?;
                Led { steps: vec![Step::Member(name)], field: Some(field), may_lack: field.opt }
            }
        };
        for segment in rest {
            let above = led.field?;
            let (step, field, may_lack) = match (above.kind, &above.of) {
                (Kind::Obj, _) => {
                    let field = above.fields.get(segment)?;
                    (Step::Member(segment), Some(field), field.opt)
                }
                (Kind::Map, Some(Of::Items(value))) => {
                    (Step::Member(segment), Some(&**value), true)
                }
                (Kind::List, Some(Of::Items(item))) => {
                    (Step::Index(segment.parse().ok()?), Some(&**item), true)
                }
                (Kind::Codes, _) => (Step::Index(segment.parse().ok()?), None, true),
                _ => return None,
            };
            led.steps.push(step);
            led.may_lack |= may_lack || above.null;
            led.field = field;
        }
        Some(led)
    }

    /// What stands in the manifest itself.
    fn written(self, operand: &Operand) -> Option<Value> {
        match operand {
            Operand::Literal(scalar) => Some(value(scalar)),
            Operand::List(items) => Some(items.iter().map(value).collect()),
            Operand::ContractVersion => Some(json!(self.manifest.contract_version)),
            Operand::SchemaVersion => Some(json!(self.manifest.status_schema_version)),
            Operand::Registry(name, tier) => {
                let entries = self.manifest.registries.get(name)?.entries();
                let entries = entries.filter(|(of, _)| tier.is_none() || *of == tier.as_deref());
                Some(entries.map(|(_, entry)| json!(entry.code)).collect())
            }
            Operand::Read(..) | Operand::Now => None,
        }
    }
}

fn value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => json!(value),
        Scalar::Number(number) => json!(number),
        Scalar::Text(text) => json!(text),
    }
}
