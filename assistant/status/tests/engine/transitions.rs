//! Two consecutive documents: the second does not undo what the first promised.

use serde_json::json;
use status_contract::{Contract, Options};

use crate::{EXACT, contract, found_by};

fn counted() -> Contract {
    contract(&json!({
        "document": {"fields": {
            "n": {"type": "int"},
            "build": {"type": "str"},
            "by": {"type": "map", "of": {"type": "int"}, "opt": true},
        }},
        "transitions": [
            {"id": "never_falls", "if": {"eq": ["@prev.build", "@build"]}, "then": {"le": ["@prev.n", "@n"]}},
            {"id": "none_of_these_falls", "then": {"le": ["@prev.by", "@by"]}},
        ],
    }))
}

#[track_caller]
fn after(before: &str, document: &str) -> Vec<String> {
    let options = Options { prev: Some(before.as_bytes()), ..EXACT };
    found_by(&counted(), document.as_bytes(), &options)
}

#[test]
fn a_rule_about_both_is_asked_about_both() {
    assert_eq!(after(r#"{"n":1,"build":"a"}"#, r#"{"n":1,"build":"a"}"#), [""; 0]);
    assert_eq!(
        after(r#"{"n":2,"build":"a"}"#, r#"{"n":1,"build":"a"}"#),
        ["TRANSITION /build never_falls"]
    );
    assert_eq!(after(r#"{"n":2,"build":"a"}"#, r#"{"n":1,"build":"b"}"#), [""; 0]);
}

#[test]
fn maps_of_counters_fall_by_key() {
    let with = |by: &str| format!("{{\"n\":1,\"build\":\"a\",\"by\":{by}}}");
    assert_eq!(after(&with("{\"x\":1}"), &with("{\"x\":1,\"y\":0}")), [""; 0]);
    assert_eq!(
        after(&with("{\"x\":2}"), &with("{\"x\":1}")),
        ["TRANSITION /by none_of_these_falls"]
    );
    assert_eq!(after(&with("{\"x\":0}"), &with("{}")), ["TRANSITION /by none_of_these_falls"]);
    assert_eq!(after(r#"{"n":1,"build":"a"}"#, &with("{}")), [""; 0]);
}

#[test]
fn from_an_invalid_document_nothing_follows() {
    for before in ["", "{}", r#"{"n":"1","build":"a"}"#] {
        assert_eq!(after(before, r#"{"n":1,"build":"a"}"#), ["TRANSITION "], "{before}");
    }
}

#[test]
fn without_a_document_before_nothing_is_asked() {
    assert_eq!(found_by(&counted(), br#"{"n":1,"build":"a"}"#, &EXACT), [""; 0]);
}
