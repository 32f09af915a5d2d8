//! The manifest and the code say the same.

use std::fs;

use jsonschema::Validator;
use serde_json::Value;
use speech_harness::fixtures::{self, FIXTURES, Fixture, REJECTS, Reject};

use crate::{kept, root};

#[test]
fn the_code_has_what_the_manifest_says() {
    kept("words");
    kept("codes");
    kept("limits");
}

#[test]
fn the_manifest_tells_the_rules_as_the_decision_table_has_them() {
    kept("rules");
}

#[test]
fn the_schemas_are_those_that_the_manifest_gives() {
    assert_eq!(kept("schemas"), 2);
}

#[test]
fn a_code_an_enum_or_a_rule_changes_with_the_version_only() {
    kept("version");
}

#[test]
fn the_readme_of_the_kernel_has_the_rules() {
    kept("readme");
}

pub(crate) fn schema(name: &str) -> Validator {
    let text = fs::read(root().join(format!("contracts/speech/{name}.schema.json"))).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn each_fixture_fits_the_schemas() {
    let (response, trace) = (schema("response"), schema("trace"));
    for (file, fixture) in fixtures::read::<Fixture>(&root(), FIXTURES).unwrap() {
        assert!(response.is_valid(&fixture.response), "{file}");
        assert!(trace.is_valid(&fixture.trace), "{file}");
    }
}

/// A schema sees values: no duplicate key, no trailing byte, and nothing around the two objects.
#[test]
fn each_reject_that_a_schema_can_express_fits_none() {
    let (response, trace) = (schema("response"), schema("trace"));
    let mut expressed = 0;
    for (file, reject) in fixtures::read::<Reject>(&root(), REJECTS).unwrap() {
        let place = &reject.malformed;
        let schema = match place.pointer.split('/').nth(1) {
            Some("response") => &response,
            Some("trace") => &trace,
            _ => continue,
        };
        let input: Value = serde_json::from_str(&reject.input).unwrap();
        let member = place.pointer.split('/').nth(1).and_then(|name| input.get(name));
        if let Some(member) = member.filter(|_| place.code != "DUPLICATE_KEY") {
            assert!(!schema.is_valid(member), "{file}");
            expressed += 1;
        }
    }
    assert!(expressed >= 30, "{expressed}");
}
