//! What a document says to its owner first.

use super::rules::Scene;
use super::shared::Checked;
use super::value::Value;
use crate::contract::Contract;
use crate::manifest::Unblock;

/// The code that the owner has to know first, and what the contract says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The code.
    pub code: String,
    /// Its sentence.
    pub display: Option<String>,
    /// What makes it go.
    pub unblock: Option<Unblock>,
}

/// The first code that the contract's precedence yields.
pub(super) fn of(contract: &Contract, document: &Checked<'_>) -> Option<Owner> {
    let scene = Scene::of(contract, document);
    let code = contract.precedence.iter().find_map(|term| first(&scene.value(term)))?;
    let entry = contract.entry(&code);
    Some(Owner {
        display: entry.and_then(|entry| entry.display.clone()),
        unblock: entry.and_then(|entry| entry.unblock.clone()),
        code,
    })
}

fn first(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(code) => Some(code.to_string()),
        Value::Nested(of, at) => {
            let (item, _) = of.tree.items(*at)?.next()?;
            first(&Value::node(of, item))
        }
        _ => None,
    }
}
