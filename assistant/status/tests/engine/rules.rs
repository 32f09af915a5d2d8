//! Each form of a rule holds and fails as it says, and is silent about fields that have their finding.

use serde_json::{Value, json};

use crate::{EXACT, contract, found_by};

fn fields() -> Value {
    json!({
        "n": {"type": "num"},
        "m": {"type": "num", "null": true},
        "s": {"type": "str"},
        "b": {"type": "bool"},
        "c": {"type": "codes", "of": "R"},
        "o": {"type": "obj", "opt": true, "fields": {"k": {"type": "code", "of": "R"}, "j": {"type": "int", "opt": true}}},
        "l": {"type": "list", "of": {"type": "obj", "fields": {"t": {"type": "str"}}}},
        "p": {"type": "map", "of": {"type": "int"}},
    })
}

/// Whether a document, changed so, keeps a rule that only says `then`.
#[track_caller]
fn holds(then: &Value, changes: Value) -> bool {
    let found = asked(&json!({"id": "r", "then": then}), changes);
    assert!(found.is_empty() || found.iter().all(|finding| finding.ends_with(" r")), "{found:?}");
    found.is_empty()
}

#[track_caller]
fn asked(rule: &Value, changes: Value) -> Vec<String> {
    let contract = contract(&json!({
        "registries": {"R": [
            {"code": "A", "display": "First.", "latched": true, "unblock": {"type": "MANUAL", "condition": "Somebody acts."}},
            {"code": "B"},
        ]},
        "document": {"fields": fields()},
        "rules": [rule],
    }));
    let mut document =
        json!({"n": 1, "m": 2, "s": "x", "b": true, "c": ["A"], "l": [{"t": "x"}], "p": {"q": 1}});
    let Value::Object(changes) = changes else { panic!("an object") };
    for (name, value) in changes {
        if value == json!("gone") {
            document.as_object_mut().unwrap().remove(&name);
        } else {
            document.as_object_mut().unwrap().insert(name, value);
        }
    }
    found_by(&contract, document.to_string().as_bytes(), &EXACT)
}

#[test]
fn equality_is_by_value_and_type() {
    for (then, expected) in [
        (json!({"eq": ["@n", 1]}), true),
        (json!({"eq": ["@n", 1.0]}), true),
        (json!({"eq": ["@n", "1"]}), false),
        (json!({"eq": ["@n", true]}), false),
        (json!({"eq": ["@s", "x"]}), true),
        (json!({"eq": ["x", "@s"]}), true),
        (json!({"eq": ["@c", ["A"]]}), true),
        (json!({"eq": ["@c", []]}), false),
        (json!({"eq": ["@c", ["A", "B"]]}), false),
        (json!({"ne": ["@c", []]}), true),
        (json!({"ne": ["@n", 1]}), false),
        (json!({"eq": ["@m", null]}), false),
        (json!({"eq": ["@n", "@m"]}), false),
        (json!({"eq": ["@c", "$R"]}), false),
        (json!({"eq": ["@s", "$contract_version"]}), false),
    ] {
        assert_eq!(holds(&then, json!({})), expected, "{then}");
    }
    assert!(holds(&json!({"eq": ["@m", null]}), json!({"m": null})));
    assert!(holds(&json!({"eq": ["@n", "@m"]}), json!({"m": 1})));
    assert!(holds(&json!({"eq": ["@s", "$contract_version"]}), json!({"s": "1"})));
    assert!(holds(&json!({"eq": ["@c", "$R"]}), json!({"c": ["A", "B"]})));
}

#[test]
fn less_is_about_numbers_or_maps_of_them_and_else_false() {
    for (then, changes, expected) in [
        (json!({"le": ["@n", "@m"]}), json!({}), true),
        (json!({"le": ["@n", 1]}), json!({}), true),
        (json!({"lt": ["@n", 1]}), json!({}), false),
        (json!({"lt": ["@n", 1.5]}), json!({}), true),
        (json!({"lt": [0.5, "@n"]}), json!({}), true),
        (json!({"le": ["@n", "@m"]}), json!({"m": null}), false),
        (json!({"le": ["@s", "@s"]}), json!({}), false),
        (json!({"le": ["@p", "@p"]}), json!({}), true),
        (json!({"lt": ["@p", "@p"]}), json!({}), false),
        (
            json!({"le": ["@n", "@m"]}),
            json!({"n": 9_007_199_254_740_993_i64, "m": 9_007_199_254_740_992_i64}),
            false,
        ),
    ] {
        assert_eq!(holds(&then, changes), expected, "{then}");
    }
}

#[test]
fn elements_are_looked_for_in_lists_maps_and_registries() {
    for (then, expected) in [
        (json!({"in": ["@s", ["x", "y"]]}), true),
        (json!({"in": ["@s", ["y"]]}), false),
        (json!({"in": ["@s", "$R"]}), false),
        (json!({"in": ["A", "@c"]}), true),
        (json!({"has": ["@c", "A"]}), true),
        (json!({"has": ["@c", "B"]}), false),
        (json!({"has": ["@p", "q"]}), true),
        (json!({"has": ["@p", "z"]}), false),
        (json!({"has": ["@s", "x"]}), false),
        (json!({"each": ["@l", {"eq": ["@item.t", "x"]}]}), true),
        (json!({"each": ["@l", {"eq": ["@item.t", "y"]}]}), false),
        (json!({"each": ["@c", {"in": ["@item", ["A"]]}]}), true),
        (json!({"eq": ["length(@c)", 1]}), true),
        (json!({"le": ["length(@p)", 0]}), false),
    ] {
        assert_eq!(holds(&then, json!({})), expected, "{then}");
    }
    assert!(holds(&json!({"each": ["@l", {"eq": ["@item.t", "y"]}]}), json!({"l": []})));
}

#[test]
fn connectives_join_as_they_say() {
    let (yes, no) = (json!({"eq": ["@b", true]}), json!({"eq": ["@b", false]}));
    for (then, expected) in [
        (json!({"all": [yes, yes]}), true),
        (json!({"all": [yes, no]}), false),
        (json!({"any": [no, yes]}), true),
        (json!({"any": [no, no]}), false),
        (json!({"not": no}), true),
        (json!({"not": yes}), false),
    ] {
        assert_eq!(holds(&then, json!({})), expected, "{then}");
    }
}

#[test]
fn a_rule_demands_only_where_its_condition_holds() {
    let rule = json!({"id": "r", "if": {"eq": ["@b", true]}, "then": {"eq": ["@n", 1]}});
    assert_eq!(asked(&rule, json!({})), [""; 0]);
    assert_eq!(asked(&rule, json!({"n": 2})), ["RULE /b r"]);
    assert_eq!(asked(&rule, json!({"n": 2, "b": false})), [""; 0]);
}

#[test]
fn iff_fails_on_either_side() {
    let rule = json!({"id": "r", "iff": [{"eq": ["@b", true]}, {"eq": ["@c", []]}]});
    assert_eq!(asked(&rule, json!({})), ["RULE /b r"]);
    assert_eq!(asked(&rule, json!({"b": false, "c": []})), ["RULE /b r"]);
    assert_eq!(asked(&rule, json!({"b": false})), [""; 0]);
    assert_eq!(asked(&rule, json!({"c": []})), [""; 0]);
}

#[test]
fn registries_say_what_a_code_means() {
    let object = |code: &str| json!({"o": {"k": code}});
    for (then, code, expected) in [
        (json!({"eq": ["display(@o.k)", "First."]}), "A", true),
        (json!({"eq": ["display(@o.k)", "First."]}), "B", false),
        (json!({"eq": ["latched(@o.k)", true]}), "A", true),
        (json!({"eq": ["latched(@o.k)", false]}), "B", true),
        (json!({"eq": ["unblock(@o.k)", "MANUAL"]}), "A", true),
        (json!({"ne": ["unblock(@o.k)", "MANUAL"]}), "B", true),
        (json!({"eq": ["condition(@o.k)", "Somebody acts."]}), "A", true),
    ] {
        assert_eq!(holds(&then, object(code)), expected, "{then}");
    }
}

#[test]
fn a_rule_is_silent_where_a_field_is_missing_or_has_its_finding() {
    let rule = json!({"id": "r", "then": {"any": [{"eq": ["@n", 5]}, {"eq": ["@o.k", "B"]}]}});
    assert_eq!(asked(&rule, json!({})), [""; 0], "o is not there");
    assert_eq!(asked(&rule, json!({"o": {"k": "A"}})), ["RULE /n r"]);
    assert_eq!(asked(&rule, json!({"o": {"k": "A"}, "n": "wrong"})), ["TYPE /n"]);
    assert_eq!(asked(&rule, json!({"o": {"k": "wrong"}})), ["ENUM /o/k"]);
    assert_eq!(asked(&rule, json!({"o": {"k": "A", "j": "wrong"}})), ["RULE /n r", "TYPE /o/j"]);
    assert_eq!(asked(&rule, json!({"n": "gone", "o": {"k": "A"}})), ["MISSING /n"]);
}

#[test]
fn a_rule_about_a_whole_is_silent_where_a_part_has_its_finding() {
    let rule = json!({"id": "r", "then": {"eq": ["@c", ["B"]]}});
    assert_eq!(asked(&rule, json!({})), ["RULE /c r"]);
    assert_eq!(asked(&rule, json!({"c": ["A", "wrong"]})), ["ENUM /c/1"]);
    let rule = json!({"id": "r", "then": {"eq": ["length(@l)", 0]}});
    assert_eq!(asked(&rule, json!({"l": [{}]})), ["MISSING /l/0/t"]);
    let rule = json!({"id": "r", "then": {"eq": ["@l.0.t", "y"]}});
    assert_eq!(asked(&rule, json!({"l": [{"t": "x"}, {}]})), ["RULE /l/0/t r", "MISSING /l/1/t"]);
}

#[test]
fn an_element_that_is_not_there_leaves_its_rule_unasked() {
    let rule = json!({"id": "r", "then": {"eq": ["@c.0", "B"]}});
    assert_eq!(asked(&rule, json!({"c": []})), [""; 0]);
    assert_eq!(asked(&rule, json!({"c": ["A"]})), ["RULE /c/0 r"]);
}

#[test]
fn a_finding_says_what_the_rule_says() {
    let contract = contract(&json!({
        "document": {"fields": {"n": {"type": "int"}, "b": {"type": "bool"}}},
        "rules": [
            {"id": "told", "says": "n is one", "then": {"eq": ["@n", 1]}},
            {"id": "untold", "if": {"eq": ["@b", true]}, "then": {"any": [{"le": ["@n", 1]}, {"not": {"in": ["@n", [5, 6]]}}]}},
        ],
    }));
    let report = status_contract::check(&contract, br#"{"n":5,"b":true}"#, &EXACT);
    let said: Vec<_> = report.findings().iter().map(|finding| finding.expected.as_str()).collect();
    assert_eq!(said, ["(n ≤ 1 or not n in [5, 6])", "n is one"]);
}

#[test]
fn now_is_an_input_and_without_it_nothing_is_said() {
    let contract = contract(&json!({
        "document": {"fields": {"n": {"type": "int"}}},
        "rules": [{"id": "r", "then": {"le": ["@n", "@now"]}}],
    }));
    let at = |now| found_by(&contract, br#"{"n":5}"#, &status_contract::Options { now, ..EXACT });
    assert_eq!(at(Some(5)), [""; 0]);
    assert_eq!(at(Some(4)), ["RULE /n r"]);
    assert_eq!(at(None), [""; 0]);
    let judged = |now| {
        let options = status_contract::Options { now, ..EXACT };
        status_contract::check(&contract, br#"{"n":5}"#, &options).were_ages_judged()
    };
    assert_eq!((judged(Some(5)), judged(None)), (true, false));
}
