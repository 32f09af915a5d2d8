//! What was delivered, held against the receipts.

use std::io::Cursor;

use serde_json::json;
use speech_exit::receipt::ReceiptId;
use speech_harness::replay::{Code, Log, Replay, Report, SPEAKS};

use super::{id, log};

const CHAT: &str = "/v1/chat/completions";

fn delivered(path: &str, status: u16, receipt: Option<&ReceiptId>, bytes: u64) -> String {
    let receipt = receipt.map(ReceiptId::as_str);
    let line = json!({ "at": 1, "method": "POST", "path": path, "status": status,
        "receipt": receipt, "bytes": bytes });
    format!("{line}\n")
}

fn held_against(access: &str) -> Report {
    let speaks = SPEAKS.map(str::to_owned);
    let replay = Replay::new(None).with_access_log(Cursor::new(access), &speaks);
    let mut replay = replay.unwrap();
    replay.lines(Cursor::new(log(10).concat()), |_| {});
    replay.end()
}

#[track_caller]
fn assert_found(lines: &[String], expected: &[(Code, u64)]) {
    let report = held_against(&lines.concat());
    let found: Vec<_> = report.findings().iter().map(|found| (found.code, found.line)).collect();
    assert_eq!(found, expected);
    assert!(report.findings().iter().all(|finding| finding.log == Log::Access));
}

#[test]
fn what_was_delivered_with_receipts_of_the_log_is_as_it_should_be() {
    let lines = [
        delivered(CHAT, 200, Some(&id(10)), 1_234),
        delivered("/v1/responses", 200, Some(&id(11)), 0),
        delivered("/healthz", 200, None, 2),
        delivered(CHAT, 422, None, 2),
        delivered(CHAT, 503, None, 2),
    ];
    assert_found(&lines, &[]);
    let report = serde_json::to_value(held_against(&lines.concat())).unwrap();
    assert_eq!(report["deliveries"], 5);
}

#[test]
fn a_delivery_of_a_speaking_path_without_a_receipt_is_found() {
    for path in SPEAKS {
        assert_found(&[delivered(path, 200, None, 9)], &[(Code::NoReceipt, 1)]);
        assert_found(&[delivered(path, 299, None, 9)], &[(Code::NoReceipt, 1)]);
    }
}

#[test]
fn a_receipt_that_the_log_does_not_have_is_found() {
    let lines = [
        delivered(CHAT, 200, Some(&id(9)), 9),
        delivered("/elsewhere", 200, Some(&id(10)), 9),
        delivered("/elsewhere", 403, Some(&id(99)), 9),
    ];
    assert_found(&lines, &[(Code::UnknownReceipt, 1), (Code::UnknownReceipt, 3)]);
    let line = delivered(CHAT, 200, Some(&id(10)), 9).replace("rcpt_", "rcpt-");
    assert_found(&[line], &[(Code::UnknownReceipt, 1)]);
}

#[test]
fn a_receipt_stands_for_one_delivery_and_for_no_more_bytes_than_it_closes_with() {
    let line = |bytes| delivered(CHAT, 200, Some(&id(10)), bytes);
    assert_found(&[line(1_234), line(1_234)], &[(Code::ReceiptReused, 2)]);
    assert_found(&[line(1_235)], &[(Code::MoreDelivered, 1)]);
    // Fewer arrive when a client leaves.
    assert_found(&[line(1)], &[]);
}

#[test]
fn a_line_that_cannot_be_read_is_found() {
    let line = delivered(CHAT, 200, Some(&id(10)), 9);
    for broken in [
        "\n".to_owned(),
        "{}\n".to_owned(),
        line.replace("200", "-200"),
        line.replace("\"receipt\"", "\"receipt\":null,\"receipt\""),
        line.trim_end().to_owned(),
    ] {
        assert_found(&[broken], &[(Code::BadAccessLine, 1)]);
    }
}
