//! JSON Schemas, generated from a contract, never the reverse.

mod field;
mod rule;

use serde_json::{Map, Value, json};

use crate::check::Mode;
use crate::contract::Contract;

/// A schema, and what it cannot say.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Draft 2020-12.
    pub json: Value,
    /// The rules and transitions, by id, and the modifiers of fields, as `field.modifier`, that a schema has no words
    /// for. A document that breaks nothing else is valid by the schema.
    pub unexpressed: Vec<String>,
}

/// The schema of a contract.
#[must_use]
pub fn generate(contract: &Contract, mode: Mode) -> Schema {
    let manifest = contract.manifest();
    let mut unexpressed = Vec::new();
    let mut conditions = Vec::new();
    for (name, member) in &manifest.document.fields {
        field::conditions(manifest, &[field::Step::Member(name)], member, &mut conditions);
        field::unexpressed(name, member, &mut unexpressed);
    }
    for rule in &manifest.rules {
        match rule::schema(manifest, rule) {
            Some(schema) => conditions.push(schema),
            None => unexpressed.push(rule.id.clone()),
        }
    }
    unexpressed.extend(manifest.transitions.iter().map(|rule| rule.id.clone()));
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    if let Some(name) = &manifest.name {
        schema.insert("title".to_owned(), json!(format!("{name}, {}", mode.as_str())));
    }
    let not_said = format!("the contract also demands: {}", unexpressed.join(", "));
    schema.insert("$comment".to_owned(), json!(not_said));
    schema.extend(field::members(manifest, &manifest.document.fields, mode == Mode::Min, mode));
    if !conditions.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(conditions));
    }
    Schema { json: Value::Object(schema), unexpressed }
}
