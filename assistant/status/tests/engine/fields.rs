//! Each type and each modifier refuses what it should, with its own code, and nothing else.

use serde_json::{Value, json};
use status_contract::{Mode, Options};

use crate::{EXACT, contract, found, found_by};

/// One field `x`: the values that may stand there, and those that may not, each with the code of its finding.
#[track_caller]
fn field(field: &Value, right: &[&str], wrong: &[(&str, &str)]) {
    let fields = json!({"x": field});
    for value in right {
        assert_eq!(found(&fields, &format!("{{\"x\":{value}}}")), [""; 0], "{value}");
    }
    for (value, finding) in wrong {
        let expected = match finding.split_once(' ') {
            Some((code, below)) => format!("{code} /x{below}"),
            None => format!("{finding} /x"),
        };
        assert_eq!(found(&fields, &format!("{{\"x\":{value}}}")), [expected], "{value}");
    }
}

#[test]
fn a_whole_number_may_be_written_as_a_fraction_of_nothing() {
    let right =
        ["0", "-0", "5", "5.0", "5e0", "0.5e1", "-9223372036854775808", "18446744073709551615"];
    let digits = "9".repeat(5_000);
    let wrong = [
        ("5.5", "TYPE"),
        ("\"5\"", "TYPE"),
        ("true", "TYPE"),
        ("null", "TYPE"),
        ("[]", "TYPE"),
        ("{}", "TYPE"),
        ("18446744073709551616", "RANGE"),
        ("-9223372036854775809", "RANGE"),
        ("1e30", "RANGE"),
        ("1e300", "RANGE"),
        (&digits, "RANGE"),
        ("1e400", "NOT_FINITE"),
        ("NaN", "NOT_FINITE"),
        ("-Infinity", "NOT_FINITE"),
    ];
    field(&json!({"type": "int"}), &right, &wrong);
}

#[test]
fn a_number_keeps_its_bounds_at_the_bounds() {
    let bounded = json!({"type": "num", "min": 0, "max": 1});
    let digits = "9".repeat(5_000);
    let wrong = [
        ("-0.0001", "RANGE"),
        ("1.0001", "RANGE"),
        ("-1", "RANGE"),
        ("2", "RANGE"),
        ("\"0\"", "TYPE"),
        ("false", "TYPE"),
        ("Infinity", "NOT_FINITE"),
        (&digits, "NOT_FINITE"),
    ];
    field(&bounded, &["0", "1", "1.0", "0.5", "-0.0", "5e-324"], &wrong);
    field(
        &json!({"type": "int", "min": 1, "max": 3}),
        &["1", "3"],
        &[("0", "RANGE"), ("4", "RANGE")],
    );
}

#[test]
fn a_string_keeps_its_length_in_characters_and_its_pattern() {
    let named = json!({"type": "str", "minlen": 2});
    field(
        &named,
        &["\"ab\"", "\"ää\"", "\"\\u00e4b\""],
        &[("\"ä\"", "RANGE"), ("\"\"", "RANGE"), ("1", "TYPE")],
    );
    let hex = json!({"type": "str", "pattern": "^[0-9a-f]{4}$"});
    field(
        &hex,
        &["\"00ff\"", "\"\\u0030000\""],
        &[("\"00FF\"", "RANGE"), ("\"00ff0\"", "RANGE"), ("null", "TYPE")],
    );
}

#[test]
fn a_constant_is_the_only_value() {
    field(&json!({"type": "int", "const": 1}), &["1", "1.0"], &[("2", "CONST"), ("\"1\"", "TYPE")]);
    field(&json!({"type": "num", "const": 0.5}), &["0.5", "5e-1"], &[("0.25", "CONST")]);
    field(&json!({"type": "bool", "const": true}), &["true"], &[("false", "CONST"), ("1", "TYPE")]);
    field(&json!({"type": "str", "const": "a"}), &["\"a\"", "\"\\u0061\""], &[("\"b\"", "CONST")]);
    field(&json!({"type": "str", "const": "$contract_version"}), &["\"1\""], &[("\"2\"", "CONST")]);
    let one_of = json!({"type": "code", "of": ["a", "b"], "const": "a"});
    field(&one_of, &["\"a\""], &[("\"b\"", "CONST"), ("\"c\"", "ENUM")]);
}

#[test]
fn null_stands_only_where_it_may() {
    field(&json!({"type": "int", "null": true, "min": 1}), &["null", "1"], &[("0", "RANGE")]);
    field(
        &json!({"type": "obj", "null": true, "fields": {"a": {"type": "bool"}}}),
        &["null", "{\"a\":true}"],
        &[("{\"a\":null}", "TYPE /a")],
    );
}

#[test]
fn a_code_is_one_of_its_registry() {
    let inline = json!({"type": "code", "of": ["PASS", "FAIL"]});
    field(
        &inline,
        &["\"PASS\"", "\"\\u0050ASS\""],
        &[("\"pass\"", "ENUM"), ("\"\"", "ENUM"), ("0", "TYPE")],
    );
}

#[test]
fn a_list_of_codes_is_ordered_unique_and_has_what_it_must() {
    let codes = json!({"type": "codes", "of": ["a", "b", "c"], "ordered": true});
    let wrong = [
        ("[\"b\",\"a\",\"c\",\"b\"]", "ORDER /1"),
        ("[\"a\",\"d\"]", "ENUM /1"),
        ("[\"a\",1]", "TYPE /1"),
        ("\"a\"", "TYPE"),
    ];
    field(&codes, &["[]", "[\"a\",\"a\",\"c\"]"], &wrong);
    let unique = json!({"type": "codes", "of": ["a", "b", "c"], "unique": true, "has": "a"});
    let wrong = [("[\"a\",\"b\",\"a\"]", "DUPLICATE /2"), ("[\"b\"]", "ENUM"), ("[]", "ENUM")];
    field(&unique, &["[\"a\"]", "[\"c\",\"a\"]"], &wrong);
    let bounded = json!({"type": "codes", "of": ["a", "b"], "min": 1, "max": 2});
    field(
        &bounded,
        &["[\"a\"]", "[\"b\",\"a\"]"],
        &[("[]", "RANGE"), ("[\"a\",\"a\",\"a\"]", "RANGE")],
    );
}

#[test]
fn lists_and_maps_hold_what_they_may() {
    let list = json!({"type": "list", "of": {"type": "int", "min": 0}, "unique": true, "max": 3});
    let wrong = [
        ("[1,-1]", "RANGE /1"),
        ("[1,2,1.0]", "DUPLICATE /2"),
        ("[1,2,3,4]", "RANGE"),
        ("{}", "TYPE"),
    ];
    field(&list, &["[]", "[1,2,3]"], &wrong);
    let map = json!({"type": "map", "keys": ["a", "b/c"], "of": {"type": "int"}});
    let wrong = [("{\"d\":1}", "ENUM /d"), ("{\"b/c\":\"1\"}", "TYPE /b~1c"), ("[]", "TYPE")];
    field(&map, &["{}", "{\"a\":1,\"b/c\":2}"], &wrong);
    field(
        &json!({"type": "map", "of": {"type": "bool"}}),
        &["{\"anything\":true}"],
        &[("{\"x\":1}", "TYPE /x")],
    );
}

#[test]
fn a_member_that_is_not_there_is_named_and_one_that_may_lack_is_not() {
    let fields = json!({
        "a": {"type": "bool"},
        "b": {"type": "bool", "opt": true},
        "o": {"type": "obj", "closed": true, "fields": {"c/d": {"type": "int"}, "e": {"type": "int", "opt": true}}},
    });
    assert_eq!(found(&fields, "{}"), ["MISSING /a", "MISSING /o"]);
    assert_eq!(found(&fields, r#"{"a":true,"o":{}}"#), ["MISSING /o/c~1d"]);
    assert_eq!(found(&fields, r#"{"a":true,"o":{"c/d":1,"f":2}}"#), ["EXTRA /o/f"]);
}

#[test]
fn more_members_are_allowed_in_min_unless_the_object_is_closed() {
    let fields = json!({
        "open": {"type": "obj", "fields": {"a": {"type": "int"}}},
        "shut": {"type": "obj", "closed": true, "fields": {"a": {"type": "int"}}},
    });
    let contract = contract(&json!({"document": {"fields": fields}}));
    let document = br#"{"more":1,"open":{"a":1,"more":1},"shut":{"a":1,"more":1}}"#;
    let min = Options { mode: Mode::Min, ..EXACT };
    assert_eq!(found_by(&contract, document, &min), ["EXTRA /shut/more"]);
    assert_eq!(
        found_by(&contract, document, &EXACT),
        ["EXTRA /more", "EXTRA /open/more", "EXTRA /shut/more"]
    );
}

/// The registry `R` has a code of each of two tiers, and the mode a value that has none.
fn tiered(document: &str) -> Vec<String> {
    let contract = contract(&json!({
        "registries": {"R": {"up": [{"code": "U"}], "down": [{"code": "D"}]}},
        "document": {"fields": {
            "mode": {"type": "code", "of": ["idle", "up", "down"]},
            "codes": {"type": "codes", "of": "R", "tier": "mode", "ordered": true},
            "one": {"type": "code", "of": "R", "tier": "mode", "opt": true},
        }},
    }));
    found_by(&contract, document.as_bytes(), &EXACT)
}

#[test]
fn a_code_of_another_tier_is_told_from_no_code() {
    assert_eq!(tiered(r#"{"mode":"up","codes":["U"],"one":"U"}"#), [""; 0]);
    assert_eq!(tiered(r#"{"mode":"up","codes":["D"],"one":"D"}"#), ["TIER /codes/0", "TIER /one"]);
    assert_eq!(tiered(r#"{"mode":"up","codes":["X"]}"#), ["ENUM /codes/0"]);
}

#[test]
fn without_a_tier_no_tier_is_judged() {
    assert_eq!(tiered(r#"{"mode":"idle","codes":["D","U"]}"#), [""; 0]);
    assert_eq!(tiered(r#"{"mode":"other","codes":["D","U"]}"#), ["ENUM /mode"]);
    assert_eq!(tiered(r#"{"codes":["U"]}"#), ["MISSING /mode"]);
}

#[test]
fn a_time_is_near_now_or_not_judged() {
    let fields = json!({"at": {"type": "int", "unit": "s", "age": 60}});
    let contract = contract(&json!({"document": {"fields": fields}}));
    let at = |seconds: i64, now| {
        let document = format!("{{\"at\":{seconds}}}");
        found_by(&contract, document.as_bytes(), &Options { now, ..EXACT })
    };
    let now = Some(1_000_000);
    assert_eq!(at(1_000, now), [""; 0]);
    assert_eq!(at(940, now), [""; 0]);
    assert_eq!(at(1_060, now), [""; 0]);
    assert_eq!(at(939, now), ["AGE /at"]);
    assert_eq!(at(1_061, now), ["AGE /at"]);
    assert_eq!(at(i64::MIN, now), ["AGE /at"]);
    assert_eq!(at(0, None), [""; 0]);
}

#[test]
fn findings_are_sorted_bounded_and_counted() {
    let fields = json!({"l": {"type": "list", "of": {"type": "bool"}}});
    let contract = contract(&json!({"document": {"fields": fields}}));
    let document = format!("{{\"l\":[{}]}}", vec!["0"; 1_000].join(","));
    let report = status_contract::check(&contract, document.as_bytes(), &EXACT);
    assert_eq!((report.findings().len(), report.omitted()), (100, 900));
    assert!(report.findings().is_sorted_by_key(|finding| finding.pointer.clone()));
}

#[test]
fn what_was_found_is_escaped_and_cut() {
    let fields = json!({"x": {"type": "bool"}});
    let contract = contract(&json!({"document": {"fields": fields}}));
    let document = format!("{{\"x\":\"\u{202e}\u{7f}{}\"}}", "ü".repeat(500));
    let report = status_contract::check(&contract, document.as_bytes(), &EXACT);
    let found = &report.findings().first().unwrap().found;
    assert!(found.len() <= status_contract::FOUND_MAX_BYTES, "{}", found.len());
    assert!(found.starts_with("\"\\u{202e}\\u{7f}üü") && found.ends_with('…'), "{found}");
}
