//! What the engine promises, on contracts of a few lines.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod fields;
mod manifests;
mod owner;
mod reader;
mod rules;
mod transitions;

use serde_json::{Value, json};
use status_contract::{Contract, Manifest, Mode, Options, check};

/// A contract with these members beside a version.
#[track_caller]
fn contract(members: &Value) -> Contract {
    Contract::new(manifest(members)).unwrap_or_else(|broken| panic!("{broken}"))
}

#[track_caller]
fn manifest(members: &Value) -> Manifest {
    let mut whole = json!({"contract_version": "1"});
    let said = members.as_object().expect("an object").clone();
    whole.as_object_mut().expect("an object").extend(said);
    Manifest::parse(whole.to_string().as_bytes()).unwrap_or_else(|broken| panic!("{broken}"))
}

/// What is found in a document, as `CODE /pointer` and the rule's id.
fn found_by(contract: &Contract, document: &[u8], options: &Options<'_>) -> Vec<String> {
    let report = check(contract, document, options);
    let findings = report.findings().iter();
    findings
        .map(|finding| {
            let rule = finding.rule.as_ref().map(|rule| format!(" {rule}")).unwrap_or_default();
            format!("{} {}{rule}", finding.code, finding.pointer)
        })
        .collect()
}

/// What is found under these fields, where nothing more is allowed.
#[track_caller]
fn found(fields: &Value, document: &str) -> Vec<String> {
    let contract = contract(&json!({"document": {"fields": fields}}));
    found_by(&contract, document.as_bytes(), &EXACT)
}

const EXACT: Options<'_> = Options { mode: Mode::Exact, now: None, prev: None };
