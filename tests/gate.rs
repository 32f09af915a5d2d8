//! The gate decides about mutations as its rules say.

mod intents;
mod laws;
mod lines;
mod modes;
mod projection;
mod table;

use mutation_gate::{
    Asked, Authorization, Decision, Id, ROUTES, Reason, RouteTable, RunView, Signal, Verdict, ask,
    decide,
};
use serde_json::Value;
use speech_harness::gate::oracle::Oracle;

use crate::{kept, root};

/// The moment of these tests, in milliseconds.
const NOW: i64 = 1_000;

/// What a request to the assistant turns out to be.
fn asked(method: &str, path: &str, body: &Value, principal: Option<&str>) -> Asked {
    let principal = principal.map(|name| Id::parse(name).expect("an id"));
    let table = RouteTable::new(ROUTES).expect("a table");
    ask(&table, method, path, body, principal.as_ref())
}

/// The decision about a `POST`.
#[track_caller]
fn decided(
    path: &str,
    body: &Value,
    view: &RunView,
    authorization: &Authorization,
    signals: &[Signal],
) -> Decision {
    match asked("POST", path, body, None) {
        Asked::Mutates(intent) => decide(&intent, view, authorization, signals, NOW),
        Asked::Reads => panic!("{path} is a mutation"),
    }
}

const fn denied(reason: Reason) -> Verdict {
    Verdict::Deny(reason)
}

#[test]
fn the_gate_decides_its_whole_domain_as_its_rules_say() {
    assert_eq!(kept("gate_domain"), 1_371_600);
}

#[test]
fn each_line_of_the_contract_is_answered_as_it_says() {
    assert!(kept("gate_fixtures") >= 50);
}

#[test]
fn each_reject_of_the_contract_has_its_fault_at_its_place() {
    assert!(kept("gate_rejects") >= 20);
}

#[test]
fn the_gate_has_the_words_of_its_contract() {
    kept("gate_words");
}

#[test]
fn the_oracle_of_the_gate_knows_every_condition_or_says_so() {
    let rules = std::fs::read_to_string(root().join("contracts/gate/rules.json")).unwrap();
    assert!(Oracle::parse(rules.as_bytes()).is_ok());
    for (known, unknown) in [
        ("\"known\": false", "\"known\": null"),
        ("\"known\": false", "\"seen\": false"),
        ("\"known\": false", "\"known\": false, \"known\": true"),
        ("\"known\": false", "\"known\": 0"),
        ("[\"unlisted\"]", "[\"unknown\"]"),
        ("[\"unlisted\"]", "\"unlisted\""),
        ("{ \"allow\": true }", "{ \"allow\": false }"),
        ("{ \"allow\": true }", "{ \"known\": true, \"allow\": true }"),
        ("{ \"is\": \"A\" }", "{ \"asked\": [\"A\"], \"is\": \"A\" }"),
        ("{ \"registered\": [\"C\"], \"is\": \"C\" }", "{ \"tier\": [\"C\"], \"is\": \"C\" }"),
        ("{ \"registered\": [\"C\"], \"is\": \"C\" }", "{ \"is\": \"C\", \"allow\": true }"),
        ("first row", "last row"),
    ] {
        let changed = rules.replacen(known, unknown, 1);
        assert_ne!(changed, rules, "{known} stands in the rules");
        assert!(Oracle::parse(changed.as_bytes()).is_err(), "{unknown} was taken");
    }
}
