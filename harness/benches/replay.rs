//! A log of receipts replayed, beside the least that any reader would do: hash each receipt and parse it.

use std::io::Cursor;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use sha2::{Digest as _, Sha256};
use speech_exit::receipt::{
    Closing, Ended, Head, Link, Opening, RULES_SHA256, Receipt, ReceiptId, Recorded,
    RecordedSource, Verdict, hash,
};
use speech_harness::replay::Replay;
use speech_harness::report::End;
use speech_kernel::{Authority, Response, ResponseKind, SystemMode};

const RECEIPTS: u64 = 20_000;

fn main() {
    divan::main();
}

fn receipt(number: u64) -> Option<Receipt> {
    let source = |identifier: &str, source: &str| RecordedSource {
        identifier: Some(identifier.to_owned()),
        source: source.to_owned(),
    };
    let opening = Opening {
        attempts: Vec::new(),
        code: None,
        outcome: Verdict::Allow,
        pointer: None,
        response: Some(Response {
            kind: ResponseKind::Answer,
            authority: Authority::Tool,
            system_mode: SystemMode::Full,
        }),
        rules: RULES_SHA256.to_owned(),
        segment: 0,
        trace: Some(Recorded {
            required_but_missing: Vec::new(),
            sources: vec![
                source("doc_0123456789abcdef", "library"),
                source("conv_0123456789abcdef", "memory"),
                source("call_0123456789abcdef", "tool:calculator"),
            ],
            system_mode: SystemMode::Full,
        }),
    };
    let closing = Closing { bytes: 1_234, ended: Ended::Complete, sha256: hash(b"sent") };
    let id = ReceiptId::try_from(format!("rcpt_{number:032x}")).ok()?;
    Some(Receipt { closing: Some(closing), id, opening: Some(opening) })
}

fn log() -> Vec<u8> {
    let mut head = Head::empty();
    let mut log = String::new();
    for receipt in (1..=RECEIPTS).filter_map(receipt) {
        let link = Link::after(&head, receipt, 1_700_000_000_000);
        let canonical = link.canonical().unwrap_or_default();
        let hash = hash(canonical.as_bytes());
        log += &format!("{{\"hash\":\"{hash}\",\"receipt\":{canonical}}}\n");
        head = Head::new(&hash, link.number).unwrap_or(head);
    }
    log.into_bytes()
}

#[divan::bench]
fn replayed(bencher: Bencher<'_, '_>) {
    let log = log();
    bencher.counter(ItemsCount::new(RECEIPTS)).bench_local(|| {
        let mut replay = Replay::new(None);
        replay.lines(Cursor::new(black_box(&log)), |_| {});
        assert_eq!(replay.end().end(), End::Kept);
    });
}

#[divan::bench]
fn hashed_and_parsed_by_serde_json(bencher: Bencher<'_, '_>) {
    let log = log();
    bencher.counter(ItemsCount::new(RECEIPTS)).bench_local(|| {
        let lines = black_box(&log).split(|byte| *byte == b'\n');
        let receipts = lines.filter_map(|line| line.get(85..line.len().checked_sub(1)?));
        let read = receipts.filter(|receipt| {
            black_box(Sha256::digest(receipt));
            black_box(serde_json::from_slice::<Link>(receipt)).is_ok()
        });
        assert_eq!(read.count() as u64, RECEIPTS);
    });
}
