//! A contract that contradicts itself, or refers to what is not there, judges nothing.

use serde_json::{Value, json};
use status_contract::{Contract, Manifest};

use crate::manifest;

/// The places at which a contract with these members is broken.
#[track_caller]
fn broken(members: &Value) -> Vec<String> {
    let broken = Contract::new(manifest(members)).map(drop);
    let broken = broken.err().map(|broken| broken.problems).unwrap_or_default();
    broken.into_iter().map(|problem| problem.pointer).collect()
}

#[track_caller]
fn broken_field(field: &Value) -> Vec<String> {
    let others =
        json!({"mode": {"type": "code", "of": ["up", "down"]}, "n": {"type": "int"}, "x": field});
    let registries =
        json!({"R": {"up": [{"code": "U"}], "sideways": [{"code": "S"}]}, "F": [{"code": "F"}]});
    let found = broken(&json!({"registries": registries, "document": {"fields": others}}));
    found.into_iter().map(|pointer| pointer.replace("/document/fields/x", "x")).collect()
}

#[test]
fn a_field_refers_to_what_is_there_and_contradicts_nothing() {
    for (field, places) in [
        (json!({"type": "int", "min": 2, "max": 1}), vec!["x/min"]),
        (json!({"type": "int", "min": 0.5}), vec!["x"]),
        (json!({"type": "int", "const": 5, "max": 1}), vec!["x/const"]),
        (json!({"type": "int", "const": "5"}), vec!["x/const"]),
        (json!({"type": "int", "const": "$status_schema_version"}), vec!["x/const"]),
        (json!({"type": "str", "const": "$else"}), vec!["x/const"]),
        (json!({"type": "int", "pattern": "a"}), vec!["x/pattern"]),
        (json!({"type": "str", "pattern": "("}), vec!["x/pattern"]),
        (json!({"type": "bool", "min": 1}), vec!["x/min"]),
        (json!({"type": "int", "age": 5}), vec!["x/unit"]),
        (json!({"type": "num", "age": 5, "unit": "s"}), vec!["x/age"]),
        (json!({"type": "code"}), vec!["x/of"]),
        (json!({"type": "code", "of": "Nowhere"}), vec!["x/of"]),
        (json!({"type": "code", "of": []}), vec!["x/of"]),
        (json!({"type": "code", "of": ["a", "a"]}), vec!["x/of"]),
        (json!({"type": "code", "of": ["a"], "const": "b"}), vec!["x/const"]),
        (json!({"type": "codes", "of": ["a"], "has": "b"}), vec!["x/has"]),
        (json!({"type": "codes", "of": "F", "tier": "mode"}), vec!["x/tier"]),
        (json!({"type": "codes", "of": "R", "tier": "nowhere"}), vec!["x/tier"]),
        (json!({"type": "codes", "of": "R", "tier": "n"}), vec!["x/tier"]),
        (json!({"type": "codes", "of": "R", "tier": "mode"}), vec!["x/tier"]),
        (json!({"type": "list"}), vec!["x/of"]),
        (json!({"type": "list", "of": {"type": "int", "opt": true}}), vec!["x/of"]),
        (
            json!({"type": "list", "of": {"type": "list", "of": {"type": "int"}}, "unique": true}),
            vec!["x/unique"],
        ),
        (json!({"type": "map", "of": {"type": "int"}, "keys": "Nowhere"}), vec!["x/keys"]),
        (json!({"type": "obj"}), vec!["x/fields"]),
        (json!({"type": "obj", "fields": {"a": {"type": "code"}}}), vec!["x/fields/a/of"]),
    ] {
        assert_eq!(broken_field(&field), places, "{field}");
    }
}

#[test]
fn a_code_stands_once_in_one_tier_of_one_registry() {
    let fields = json!({"fields": {"n": {"type": "int"}}});
    for registries in [
        json!({"R": [{"code": "A"}, {"code": "A"}]}),
        json!({"R": {"up": [{"code": "A"}], "down": [{"code": "A"}]}}),
        json!({"R": []}),
        json!({"R": {"up": []}}),
        json!({"R": [{"code": ""}]}),
        json!({"R": [{"code": "A", "display": ""}]}),
        json!({"R": [{"code": "A", "unblock": {"type": "AUTO", "condition": ""}}]}),
    ] {
        let found = broken(&json!({"registries": registries, "document": fields}));
        assert!(
            !found.is_empty() && found.iter().all(|place| place == "/registries/R"),
            "{registries} {found:?}"
        );
    }
    let two = json!({"R": [{"code": "A"}], "S": [{"code": "A"}]});
    assert_eq!(broken(&json!({"registries": two, "document": fields})), ["/registries/S"]);
}

#[track_caller]
fn broken_rule(rule: &Value) -> Vec<String> {
    broken(&json!({
        "registries": {"R": [{"code": "A"}]},
        "document": {"fields": {"n": {"type": "int"}, "k": {"type": "code", "of": "R"}, "l": {"type": "list", "of": {"type": "int"}}}},
        "rules": [rule],
    }))
}

#[test]
fn a_rule_refers_to_what_is_there() {
    for (rule, places) in [
        (json!({"id": "r"}), vec!["/rules/0"]),
        (
            json!({"id": "r", "then": {"eq": ["@n", 1]}, "iff": [{"eq": ["@n", 1]}, {"eq": ["@n", 1]}]}),
            vec!["/rules/0"],
        ),
        (json!({"id": "", "then": {"eq": ["@n", 1]}}), vec!["/rules/0/id"]),
        (json!({"id": "r", "then": {"eq": [1, 1]}}), vec!["/rules/0"]),
        (json!({"id": "r", "then": {"eq": ["@k", "B"]}}), vec!["/rules/0/then"]),
        (json!({"id": "r", "then": {"in": ["@k", ["A", "B"]]}}), vec!["/rules/0/then"]),
        (json!({"id": "r", "then": {"in": ["@k", "$S"]}}), vec!["/rules/0/then"]),
        (json!({"id": "r", "then": {"in": ["@k", "$R.up"]}}), vec!["/rules/0/then"]),
        (json!({"id": "r", "then": {"all": []}}), vec!["/rules/0/then", "/rules/0"]),
        (
            json!({"id": "r", "if": {"eq": ["@n", "@item"]}, "then": {"eq": ["@n", 1]}}),
            vec!["/rules/0/if"],
        ),
        (json!({"id": "r", "then": {"eq": ["@n", "@prev.n"]}}), vec!["/rules/0/then"]),
        (
            json!({"id": "r", "if": {"eq": ["@n", 1]}, "then": {"each": ["$R", {"eq": ["@item", "A"]}]}}),
            vec!["/rules/0/then"],
        ),
    ] {
        assert_eq!(broken_rule(&rule), places, "{rule}");
    }
    for nowhere in ["@nowhere", "@n.below", "@l.x", "@l.01"] {
        let found = broken_rule(&json!({"id": "r", "then": {"eq": [nowhere, 1]}}));
        assert!(!found.is_empty(), "{nowhere}");
    }
}

#[test]
fn a_transition_reads_both_documents_and_no_two_rules_share_a_name() {
    let document = json!({"fields": {"n": {"type": "int"}}});
    let one = json!({"id": "r", "then": {"eq": ["@n", 1]}});
    assert_eq!(broken(&json!({"document": document, "transitions": [one]})), ["/transitions/0"]);
    let other = json!({"id": "r", "then": {"le": ["@prev.n", "@n"]}});
    let both = json!({"document": document, "rules": [one], "transitions": [other]});
    assert_eq!(broken(&both), ["/transitions/0/id"]);
}

#[test]
fn precedence_leads_to_codes() {
    let document = json!({"fields": {"n": {"type": "int"}}});
    let found = broken(&json!({"document": document, "precedence": ["NOWHERE", 5, "@nowhere"]}));
    assert_eq!(found, ["/precedence/0", "/precedence/1", "/precedence/2"]);
}

#[test]
fn all_problems_are_told_at_once() {
    let found = broken(&json!({
        "document": {"fields": {"a": {"type": "code"}, "b": {"type": "int", "min": 2, "max": 1}}},
        "rules": [{"id": "r", "then": {"eq": ["@nowhere", 1]}}],
    }));
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn what_a_manifest_says_and_nobody_knows_is_refused_with_its_place() {
    for (text, pointer) in [
        (r#"{"contract_version":"1","document":{"fields":{}},"extra":1}"#, ""),
        (
            r#"{"contract_version":"1","document":{"fields":{"a":{"type":"text"}}}}"#,
            "/document/fields/a/type",
        ),
        (
            r#"{"contract_version":"1","document":{"fields":{"a":{"type":"int","least":1}}}}"#,
            "/document/fields/a",
        ),
        (
            r#"{"contract_version":"1","rules":[{"id":"r","then":{"equals":["@a",1]}}]}"#,
            "/rules/0/then",
        ),
        (
            r#"{"contract_version":"1","rules":[{"id":"r","then":{"eq":["@",1]}}]}"#,
            "/rules/0/then/eq/0",
        ),
        (r#"{"contract_version":"1","contract_version":"1"}"#, "/contract_version"),
        ("[", ""),
        ("", ""),
    ] {
        let broken = Manifest::parse(text.as_bytes()).expect_err(text);
        let pointer_found = &broken.problems.first().unwrap().pointer;
        assert!(pointer_found.starts_with(pointer), "{text}: {broken}");
    }
}

#[test]
fn a_profile_adds_and_never_replaces() {
    let base = manifest(&json!({
        "registries": {"R": [{"code": "A"}]},
        "document": {"fields": {"n": {"type": "int"}}},
        "rules": [{"id": "r", "then": {"eq": ["@n", 1]}}],
    }));
    let profile = |text: Value| Manifest::parse(text.to_string().as_bytes()).unwrap();
    let stricter = profile(json!({
        "extends": "base",
        "document": {"fields": {"m": {"type": "int"}}},
        "rules": [{"id": "s", "then": {"eq": ["@m", "@n"]}}],
    }));
    assert!(Contract::new(stricter.clone()).is_err(), "a profile is nothing without its base");
    let contract = Contract::new(stricter.over(base.clone()).unwrap()).unwrap();
    assert_eq!(crate::found_by(&contract, br#"{"n":1,"m":1}"#, &crate::EXACT), [""; 0]);
    assert_eq!(
        crate::found_by(&contract, br#"{"n":2,"m":1}"#, &crate::EXACT),
        ["RULE /m s", "RULE /n r"]
    );
    for replacing in [
        json!({"extends": "base", "contract_version": "2"}),
        json!({"extends": "base", "document": {"fields": {"n": {"type": "str"}}}}),
        json!({"extends": "base", "registries": {"R": [{"code": "B"}]}}),
    ] {
        assert!(profile(replacing.clone()).over(base.clone()).is_err(), "{replacing}");
    }
}
