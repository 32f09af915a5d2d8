//! JSON Schemas, generated from a contract, never the reverse.

use serde_json::Value;

use crate::check::Mode;
use crate::contract::Contract;

/// A schema, and what it cannot say.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Draft 2020-12.
    pub json: Value,
    /// The rules, by id, and the modifiers of fields, as `field.modifier`, that a schema has no words for.
    pub unexpressed: Vec<String>,
}

/// The schema of a contract.
#[must_use]
pub fn generate(_contract: &Contract, _mode: Mode) -> Schema {
    Schema { json: Value::Null, unexpressed: Vec::new() }
}
