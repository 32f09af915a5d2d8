//! The kernel decides as the rules say.

use speech_harness::domain;
use speech_harness::oracle::Oracle;

use crate::{kept, root};

#[test]
fn the_kernel_decides_the_whole_domain_as_the_rules_say() {
    assert_eq!(kept("whole_domain"), 3_456);
}

#[test]
fn each_case_of_the_domain_is_there_once() {
    let mut lines: Vec<_> = domain::cases().map(|case| case.to_string()).collect();
    let count = lines.len();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), count);
}

#[test]
fn each_fixture_is_decided_as_it_says() {
    assert!(kept("fixtures") >= 41);
}

#[test]
fn each_rule_and_each_pair_of_rules_has_a_fixture_that_breaks_it() {
    assert_eq!(kept("pairs"), 11);
}

#[test]
fn each_reject_has_its_fault_at_its_place() {
    assert!(kept("rejects") >= 51);
}

#[test]
fn the_oracle_knows_every_condition_or_says_so() {
    let rules = std::fs::read_to_string(root().join("contracts/speech/rules.json")).unwrap();
    assert!(Oracle::parse(rules.as_bytes()).is_ok());
    for (known, unknown) in [
        ("\"missing\": { \"more_than\": 0 }", "\"missing\": { \"less_than\": 0 }"),
        ("\"missing\": { \"more_than\": 0 }", "\"missing\": null"),
        ("\"kind\": \"refusal\"", "\"sort\": \"refusal\""),
        ("\"kind\": \"refusal\"", "\"kind\": \"reply\""),
        ("\"true_mode\"", "\"any_mode\""),
        ("\"library\", \"memory\"", "\"library\", \"cache\""),
        ("{ \"is\": \"system\" }", "{ \"any_source_of\": [\"system\"], \"is\": \"system\" }"),
        ("{ \"allow\": true }", "{ \"allow\": false }"),
        ("{ \"allow\": true }", "{ \"kind\": \"answer\", \"allow\": true }"),
        ("first row", "last row"),
    ] {
        let changed = rules.replace(known, unknown);
        assert_ne!(changed, rules, "{known} stands in the rules");
        assert!(Oracle::parse(changed.as_bytes()).is_err(), "{unknown} was taken");
    }
}
