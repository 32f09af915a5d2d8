//! What a field that a rule names may be changed to, so that the rule breaks and nothing else does.

use serde_json::{Map, Value, json};
use status_contract::Manifest;
use status_contract::manifest::{Field, Kind, Operand, Predicate, Registry, Rule, Scalar};

use super::super::codes;
use super::super::place::{Change, Known, Step, below};
use super::derive::beyond;

/// What suggests values beside the field itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hints<'a> {
    /// What a rule says.
    pub(super) suggested: &'a [Value],
    /// Other documents.
    pub(super) others: &'a [&'a Value],
}

/// What a rule suggests: what stands in it, the numbers next to that, and the words of the registries.
#[must_use]
pub(super) fn suggested(manifest: &Manifest, rule: &Rule) -> Vec<Value> {
    let mut operands = Vec::new();
    rule.predicates().for_each(|predicate: &Predicate| predicate.operands(&mut operands));
    let mut values = Vec::new();
    for operand in operands {
        match operand {
            Operand::Literal(scalar) => add(&mut values, scalar),
            Operand::List(scalars) => scalars.iter().for_each(|scalar| add(&mut values, scalar)),
            _ => {}
        }
    }
    for (_, entry) in manifest.registries.values().flat_map(Registry::entries) {
        let condition = entry.unblock.as_ref().map(|unblock| unblock.condition.as_str());
        let words = [Some(entry.code.as_str()), entry.display.as_deref(), condition];
        values.extend(words.into_iter().flatten().map(|word| json!(word)));
    }
    values
}

fn add(values: &mut Vec<Value>, scalar: &Scalar) {
    match scalar {
        Scalar::Null => values.push(Value::Null),
        Scalar::Bool(value) => values.push(json!(value)),
        Scalar::Number(number) => {
            values.extend([-1, 1].map(|step| json!(beyond(number, step))));
            values.push(json!(number));
        }
        Scalar::Text(text) => values.push(json!(text)),
    }
}

/// The changes of one field at a place: to what the rule suggests, to what the contract knows, to what other documents
/// have there, and to what other numbers of this one suggest.
#[must_use]
pub(super) fn changes(
    manifest: &Manifest,
    known: &Known<'_>,
    document: &Value,
    pointer: &str,
    hints: &Hints<'_>,
) -> Vec<Change> {
    let field = known.field;
    let value = document.pointer(pointer).unwrap_or(&Value::Null);
    let mut values = of_kind(manifest, field, value, document);
    values.extend(hints.suggested.iter().filter(|value| fits(field, value)).cloned());
    values.extend(hints.others.iter().filter_map(|other| other.pointer(pointer)).cloned());
    if field.null {
        values.push(Value::Null);
    }
    let mut changes = Vec::new();
    for other in values {
        let change = Change::Set(pointer.to_owned(), other);
        if matches!(&change, Change::Set(_, other) if other != value) && !changes.contains(&change)
        {
            changes.push(change);
        }
    }
    if field.opt && matches!(known.steps.last(), Some(Step::Member(_))) {
        changes.push(Change::Remove(pointer.to_owned()));
    }
    if field.kind == Kind::Map {
        changes.extend(entries(manifest, field, value, pointer));
    }
    changes
}

fn fits(field: &Field, value: &Value) -> bool {
    match field.kind {
        Kind::Int => value.is_i64() || value.is_u64(),
        Kind::Num => value.is_number(),
        Kind::Bool => value.is_boolean(),
        Kind::Str => value.is_string(),
        Kind::Code | Kind::Codes | Kind::Obj | Kind::List | Kind::Map => false,
    }
}

fn of_kind(manifest: &Manifest, field: &Field, value: &Value, document: &Value) -> Vec<Value> {
    match field.kind {
        Kind::Bool => vec![json!(true), json!(false)],
        Kind::Int | Kind::Num => numbers(field, document),
        Kind::Str => texts(value.as_str().unwrap_or_default()),
        Kind::Code => codes::of(manifest, field.of.as_ref())
            .into_iter()
            .map(|(_, code)| json!(code))
            .collect(),
        Kind::Codes => {
            let (own, other) = codes::parted(manifest, field, document);
            let other = other.into_iter().map(|code| json!([code]));
            lists(&own, value).into_iter().chain(other).collect()
        }
        Kind::List => {
            let items = value.as_array().cloned().unwrap_or_default();
            let fewer = items.iter().skip(1).cloned().collect();
            let more = items.first().into_iter().chain(&items).cloned().collect();
            vec![json!([]), Value::Array(fewer), Value::Array(more)]
        }
        Kind::Obj | Kind::Map => Vec::new(),
    }
}

/// Other words, and the present ones with another end, which a pattern may ask for.
fn texts(present: &str) -> Vec<Value> {
    let mut scalars = present.chars();
    scalars.next_back();
    let ends = ["", "0", "1", "a", "b"].map(|end| json!(format!("{}{end}", scalars.as_str())));
    ends.into_iter().chain([json!("other words")]).collect()
}

/// The bounds, and all numbers of the document's top with those next to them, as far as they fit.
fn numbers(field: &Field, document: &Value) -> Vec<Value> {
    let members = document.as_object().into_iter().flat_map(Map::values);
    let present = members.filter_map(|value| match value {
        Value::Number(number) => Some(number),
        _ => None,
    });
    let bounds = [&field.min, &field.max].into_iter().flatten();
    let mut numbers = vec![json!(0), json!(1)];
    for number in bounds.chain(present) {
        numbers.push(json!(number));
        numbers.extend([-1, 1].map(|step| json!(beyond(number, step))));
    }
    numbers.retain(|number| fits(field, number));
    numbers
}

/// None, each alone, and the present list with one more or one less, in order.
fn lists(known: &[&str], value: &Value) -> Vec<Value> {
    let present: Vec<_> =
        value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut lists = vec![Vec::new()];
    for code in known {
        lists.push(vec![*code]);
        let toggled = known.iter().filter(|other| present.contains(other) != (*other == code));
        lists.push(toggled.copied().collect());
    }
    lists.push(known.to_vec());
    lists.into_iter().map(|list| json!(list)).collect()
}

/// A map with one key more, one less, and with one value changed.
fn entries(manifest: &Manifest, field: &Field, value: &Value, pointer: &str) -> Vec<Change> {
    let members = value.as_object();
    let mut changes = Vec::new();
    for (key, value) in members.into_iter().flatten() {
        let at = below(pointer, key);
        changes.push(Change::Remove(at.clone()));
        if let Value::Number(number) = value {
            let next = [-1, 1].map(|step| Change::Set(at.clone(), json!(beyond(number, step))));
            changes.extend(next);
        }
    }
    let first = members.and_then(|members| members.values().next());
    for (_, key) in codes::of(manifest, field.keys.as_ref()) {
        if let Some(value) = first.filter(|_| value.get(key).is_none()) {
            changes.push(Change::Set(below(pointer, key), value.clone()));
        }
    }
    changes
}
