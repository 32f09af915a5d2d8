//! Receipts: what they are decided by, and that no change of a log of them goes unseen.

mod canonical;
pub(crate) mod databases;
mod delivery;
mod order;
mod tampering;

use std::io::Cursor;

use sha2::{Digest as _, Sha256};
use speech_exit::receipt::{
    Attempted, Closing, Ended, Head, Link, Opening, RULES_SHA256, Receipt, ReceiptId, Recorded,
    RecordedSource, Verdict, hash,
};
use speech_harness::replay::{Code, Replay, Report};
use speech_kernel::{Authority, Response, ResponseKind, SystemMode};

use crate::root;

#[test]
fn the_rules_are_those_of_the_contract() {
    let rules = std::fs::read(root().join("contracts/speech/rules.json")).unwrap();
    let digest: String = Sha256::digest(rules).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(RULES_SHA256, digest);
}

fn id(number: u64) -> ReceiptId {
    ReceiptId::try_from(format!("rcpt_{number:032x}")).unwrap()
}

fn claims(kind: ResponseKind, authority: Authority, system_mode: SystemMode) -> Response {
    Response { kind, authority, system_mode }
}

fn answer(authority: Authority) -> Response {
    claims(ResponseKind::Answer, authority, SystemMode::Full)
}

fn trace(labels: &[&str], missing: &[&str]) -> Recorded {
    let source = |(at, label): (usize, &&str)| RecordedSource {
        identifier: (at % 2 == 0)
            .then(|| format!("doc_{at} \"\\\u{7f}\u{e9}\u{2028}\u{1f600}\n\u{1}")),
        source: (*label).to_owned(),
    };
    Recorded {
        required_but_missing: missing.iter().map(|name| (*name).to_owned()).collect(),
        sources: labels.iter().enumerate().map(source).collect(),
        system_mode: SystemMode::Full,
    }
}

fn opening(segment: u32, code: Option<&str>, response: Response, trace: Recorded) -> Opening {
    Opening {
        attempts: Vec::new(),
        code: code.map(str::to_owned),
        outcome: if code.is_some() { Verdict::Deny } else { Verdict::Allow },
        pointer: None,
        response: Some(response),
        rules: RULES_SHA256.to_owned(),
        segment,
        trace: Some(trace),
    }
}

fn allowed(segment: u32) -> Opening {
    opening(segment, None, answer(Authority::Memory), trace(&["library", "system"], &[]))
}

fn denied(segment: u32) -> Opening {
    let code = Some("AUTHORITY_MISMATCH");
    opening(segment, code, answer(Authority::Tool), trace(&["library"], &[]))
}

fn malformed() -> Opening {
    Opening {
        code: Some("UNKNOWN_FIELD".to_owned()),
        outcome: Verdict::Malformed,
        pointer: Some("/messages/0/nam\u{e9}".to_owned()),
        response: None,
        trace: None,
        ..allowed(0)
    }
}

fn closing(ended: Ended) -> Closing {
    Closing { bytes: 1_234, ended, sha256: hash(b"what was sent") }
}

fn whole(number: u64, opening: Opening) -> Receipt {
    Receipt { closing: Some(closing(Ended::Complete)), id: id(number), opening: Some(opening) }
}

fn opens(number: u64, opening: Opening) -> Receipt {
    Receipt { closing: None, id: id(number), opening: Some(opening) }
}

fn closes(number: u64, ended: Ended) -> Receipt {
    Receipt { closing: Some(closing(ended)), id: id(number), opening: None }
}

/// A log with every kind of receipt; another seed gives other ids.
fn receipts(seed: u64) -> Vec<Receipt> {
    let missing = || trace(&["tool:a\"b\\c"], &["memory", "memory"]);
    let mode = claims(ResponseKind::Answer, Authority::Tool, SystemMode::Minimal);
    let tries = vec![Attempted { source: "memory".to_owned(), why: "nothing found".to_owned() }];
    let refusal = claims(ResponseKind::Refusal, Authority::None, SystemMode::Full);
    vec![
        whole(seed, allowed(0)),
        opens(seed + 1, allowed(0)),
        whole(seed + 2, denied(0)),
        opens(seed + 1, allowed(1)),
        whole(seed + 3, malformed()),
        whole(
            seed + 4,
            opening(0, Some("CONTEXT_UNAVAILABLE"), answer(Authority::Tool), missing()),
        ),
        opens(seed + 5, Opening { attempts: tries, ..allowed(0) }),
        closes(seed + 1, Ended::Complete),
        whole(seed + 6, opening(0, Some("MODE_MISREPORTED"), mode, trace(&["tool:x"], &[]))),
        whole(seed + 7, opening(0, None, refusal, trace(&[], &["library"]))),
        opens(seed + 8, allowed(0)),
        opens(seed + 8, denied(1)),
        closes(seed + 8, Ended::Refused),
    ]
}

/// The links of these receipts, in a chain.
fn chained(receipts: Vec<Receipt>) -> Vec<Link> {
    relinked(receipts.into_iter().map(|receipt| Link::after(&Head::empty(), receipt, 1)).collect())
}

/// The same links, numbered and hashed again, as who can write every row would do it.
fn relinked(links: Vec<Link>) -> Vec<Link> {
    let mut head = Head::empty();
    let links = links.into_iter().zip(1_700_000_000_000..).map(|(link, at)| {
        let Link { closing, id, opening, .. } = link;
        let link = Link::after(&head, Receipt { closing, id, opening }, at);
        head = Head::new(&hash(link.canonical().unwrap().as_bytes()), link.number).unwrap();
        link
    });
    links.collect()
}

fn line(canonical: &str) -> String {
    format!("{{\"hash\":\"{}\",\"receipt\":{canonical}}}\n", hash(canonical.as_bytes()))
}

fn lines(links: &[Link]) -> Vec<String> {
    links.iter().map(|link| line(&link.canonical().unwrap())).collect()
}

fn log(seed: u64) -> Vec<String> {
    lines(&chained(receipts(seed)))
}

fn replayed(text: impl AsRef<[u8]>, head: Option<&Head>) -> Report {
    let mut replay = Replay::new(head.cloned());
    replay.lines(Cursor::new(text), |_| {});
    replay.end()
}

fn codes(report: &Report) -> Vec<Code> {
    report.findings().iter().map(|finding| finding.code).collect()
}

/// What is found in a log of these receipts, whose chain is as it should be.
fn found_in(receipts: Vec<Receipt>) -> Vec<Code> {
    codes(&replayed(lines(&chained(receipts)).concat(), None))
}

#[test]
fn a_log_as_it_is_kept_is_found_whole_and_counted() {
    let report = replayed(log(10).concat(), None);
    assert_eq!(report.findings(), []);
    let head = report.head().unwrap();
    assert_eq!(head.length(), 13);
    assert_eq!(replayed(log(10).concat(), Some(&head)).findings(), []);
    let json = serde_json::to_value(&report).unwrap();
    let expected = serde_json::json!({
        "receipts": 13, "responses": 9, "allow": 6,
        "deny": { "AUTHORITY_MISMATCH": 2, "CONTEXT_UNAVAILABLE": 1, "MODE_MISREPORTED": 1 },
        "malformed": { "UNKNOWN_FIELD": 1 },
        "open": 1,
        "endings": { "complete": 7, "refused": 1, "cut": 0, "client_gone": 0 },
        "rules": { RULES_SHA256: 13 - 2 },
        "head": { "hash": head.hash(), "length": 13 },
        "findings_count": 0, "findings": [], "ok": true, "end": "kept",
    });
    assert_eq!(json, expected);
}

#[test]
fn no_receipts_at_all_are_the_beginning_of_every_log() {
    assert_eq!(replayed("", None).head(), Some(Head::empty()));
    assert_eq!(replayed("", Some(&Head::empty())).findings(), []);
}

/// Every case of the domain, decided by a rule that lets an answer claim less than its sources give.
#[test]
fn a_log_that_was_made_by_another_rule_drifts_exactly_where_it_decides_otherwise() {
    use speech_harness::domain::{self, SOURCES};
    let mut receipts = Vec::new();
    let mut drifting = Vec::new();
    for (case, number) in domain::cases().zip(0..) {
        let members = SOURCES.iter().filter(|(source, _)| case.sources & *source as u8 != 0);
        let labels: Vec<&str> =
            members.map(|(_, word)| if *word == "tool" { "tool:x" } else { *word }).collect();
        let mut trace = trace(&labels, &vec!["library"; case.missing]);
        trace.system_mode = case.true_mode;
        let code = case.enforced().err().map(|violation| speech_exit::code(&violation));
        let passes = |code: &&str| {
            *code != "AUTHORITY_MISMATCH" || case.response.authority != Authority::System
        };
        let planted = code.filter(passes);
        if planted != code {
            drifting.push(number + 1);
        }
        receipts.push(whole(number, opening(0, planted, case.response, trace)));
    }
    let report = replayed(lines(&chained(receipts)).concat(), None);
    assert!(!drifting.is_empty());
    assert_eq!(serde_json::to_value(&report).unwrap()["findings_count"], drifting.len());
    for (finding, line) in report.findings().iter().zip(drifting) {
        assert_eq!((finding.code, finding.line), (Code::Drift, line));
    }
}

/// Where the log of the contract ends, as it would be published.
const HEAD: &str = "9c9da217eb15e429f06890edfca187e3a5db4b5095c4dfa060f9cbb2c6bf7ae5:17";

#[test]
fn a_log_that_was_written_once_is_read_and_decided_as_it_was_then() {
    let text = std::fs::read(root().join("contracts/speech/receipts.jsonl")).unwrap();
    let head: Head = HEAD.parse().unwrap();
    let report = replayed(text, Some(&head));
    assert_eq!(codes(&report), []);
    let json = serde_json::to_value(&report).unwrap();
    let denied = json["deny"].as_object().unwrap();
    assert_eq!(denied.len(), 4, "each rule is broken in it: {json}");
    let endings = json["endings"].as_object().unwrap();
    assert!(endings.values().all(|count| count.as_u64() > Some(0)), "each way to end: {json}");
}
