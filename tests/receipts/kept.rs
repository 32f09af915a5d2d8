//! Receipts that were written once are read for good.

use speech_exit::receipt::Head;

use super::{codes, replayed};
use crate::root;

/// Where the log of the contract ends, as it would be published.
const HEAD: &str = "9c9da217eb15e429f06890edfca187e3a5db4b5095c4dfa060f9cbb2c6bf7ae5:17";

fn log() -> String {
    std::fs::read_to_string(root().join("contracts/speech/receipts.jsonl")).expect("a log")
}

#[test]
fn a_log_that_was_written_once_is_read_and_decided_as_it_was_then() {
    let head: Head = HEAD.parse().expect("a head");
    let report = replayed(log(), Some(&head));
    assert_eq!(codes(&report), []);
    let json = serde_json::to_value(&report).expect("JSON");
    let denied = json["deny"].as_object().expect("an object");
    assert_eq!(denied.len(), 4, "each rule is broken in it: {json}");
    let endings = json["endings"].as_object().expect("an object");
    assert!(endings.values().all(|count| count.as_u64() > Some(0)), "each way to end: {json}");
}
