//! The owner's code is the first that the precedence yields.

use serde_json::json;
use status_contract::check;
use status_contract::manifest::UnblockType;

use crate::{EXACT, contract};

#[test]
fn the_first_place_that_has_a_code_gives_it() {
    let contract = contract(&json!({
        "registries": {"R": [
            {"code": "A", "display": "First.", "unblock": {"type": "AUTO", "condition": "It passes."}},
            {"code": "IDLE", "display": "Nothing to do."},
        ]},
        "document": {"fields": {
            "reasons": {"type": "codes", "of": "R"},
            "one": {"type": "code", "of": "R", "opt": true},
        }},
        "precedence": ["@reasons", "@one", "IDLE"],
    }));
    let owner = |document: &str| {
        let report = check(&contract, document.as_bytes(), &EXACT);
        report
            .owner()
            .map(|owner| (owner.code.clone(), owner.display.clone(), owner.unblock.clone()))
    };
    let first = owner(r#"{"reasons":["A","IDLE"]}"#).unwrap();
    assert_eq!((first.0.as_str(), first.1.as_deref()), ("A", Some("First.")));
    assert_eq!(first.2.map(|unblock| unblock.kind), Some(UnblockType::Auto));
    assert_eq!(owner(r#"{"reasons":[],"one":"A"}"#).unwrap().0, "A");
    assert_eq!(owner(r#"{"reasons":[]}"#).unwrap().0, "IDLE");
    assert_eq!(owner(r#"{"reasons":["X"]}"#), None, "an invalid document says nothing");
}
