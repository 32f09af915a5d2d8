//! A log of mixed receipts replayed, beside the least that any reader would do: hash each receipt and parse it.

use std::io::Cursor;
use std::sync::LazyLock;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use sha2::{Digest as _, Sha256};
use speech_exit::receipt::{
    Attempted, Closing, Ended, Head, Link, Opening, RULES_SHA256, Receipt, ReceiptId, Recorded,
    RecordedSource, Verdict, hash,
};
use speech_harness::replay::Replay;
use speech_harness::report::End;
use speech_kernel::{Authority, Response, ResponseKind, SystemMode};

const RECEIPTS: u64 = 200_000;

/// What each round of the log has, one receipt for each.
const ROUND: [Kind; 8] = [
    Kind::Answer,
    Kind::Begun,
    Kind::Plain,
    Kind::Denied,
    Kind::Ended,
    Kind::Answer,
    Kind::Malformed,
    Kind::Missing,
];

/// How far after its opening the closing of a stream stands in a round.
const STREAM_LENGTH: u64 = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A whole answer from three sources.
    Answer,
    /// A whole answer from none.
    Plain,
    /// A stream's opening.
    Begun,
    /// The closing of the stream that began in the same round.
    Ended,
    /// More was claimed than the sources give.
    Denied,
    /// What was required gave nothing.
    Missing,
    /// The input could not be read.
    Malformed,
}

fn main() {
    divan::main();
}

fn source(identifier: &str, source: &str) -> RecordedSource {
    RecordedSource { identifier: Some(identifier.to_owned()), source: source.to_owned() }
}

/// A verdict on an answer that claims an authority.
fn opening(authority: Authority, sources: Vec<RecordedSource>, code: Option<&str>) -> Opening {
    let system_mode = SystemMode::Full;
    Opening {
        attempts: Vec::new(),
        code: code.map(str::to_owned),
        outcome: if code.is_some() { Verdict::Deny } else { Verdict::Allow },
        pointer: None,
        response: Some(Response { kind: ResponseKind::Answer, authority, system_mode }),
        rules: RULES_SHA256.to_owned(),
        segment: 0,
        trace: Some(Recorded { required_but_missing: Vec::new(), sources, system_mode }),
    }
}

fn missing() -> Opening {
    let mut opening = opening(Authority::System, Vec::new(), Some("CONTEXT_UNAVAILABLE"));
    let library = || "library".to_owned();
    opening.attempts.push(Attempted { source: library(), why: "it had no passage".to_owned() });
    if let Some(trace) = &mut opening.trace {
        trace.required_but_missing.push(library());
    }
    opening
}

fn malformed() -> Opening {
    let code = Some("UNKNOWN_FIELD".to_owned());
    let (outcome, pointer) = (Verdict::Malformed, Some("/messages/0/content".to_owned()));
    let (response, trace) = (None, None);
    Opening { code, outcome, pointer, response, trace, ..from_nothing() }
}

fn from_nothing() -> Opening {
    opening(Authority::System, Vec::new(), None)
}

fn opened(kind: Kind) -> Option<Opening> {
    let sources = || {
        let memory = source("conv_0123456789abcdef", "memory");
        let tool = source("call_0123456789abcdef", "tool:calculator");
        vec![source("doc_0123456789abcdef", "library"), memory, tool]
    };
    match kind {
        Kind::Answer | Kind::Begun => Some(opening(Authority::Tool, sources(), None)),
        Kind::Plain => Some(from_nothing()),
        Kind::Denied => {
            let library = vec![source("doc_0123456789abcdef", "library")];
            Some(opening(Authority::Tool, library, Some("AUTHORITY_MISMATCH")))
        }
        Kind::Missing => Some(missing()),
        Kind::Malformed => Some(malformed()),
        Kind::Ended => None,
    }
}

fn receipt(number: u64, kind: Kind) -> Option<Receipt> {
    let closing = || Closing { bytes: 1_234, ended: Ended::Complete, sha256: hash(b"sent") };
    let response = if kind == Kind::Ended { number - STREAM_LENGTH } else { number };
    let id = ReceiptId::try_from(format!("rcpt_{response:032x}")).ok()?;
    let closing = (kind != Kind::Begun).then(closing);
    Some(Receipt { closing, id, opening: opened(kind) })
}

static LOG: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut head = Head::empty();
    let mut log = String::new();
    let kinds = ROUND.into_iter().cycle();
    for receipt in (1..=RECEIPTS).zip(kinds).filter_map(|(number, kind)| receipt(number, kind)) {
        let link = Link::after(&head, receipt, 1_700_000_000_000);
        let canonical = link.canonical().unwrap_or_default();
        let hash = hash(canonical.as_bytes());
        log += &format!("{{\"hash\":\"{hash}\",\"receipt\":{canonical}}}\n");
        head = Head::new(&hash, link.number).unwrap_or(head);
    }
    log.into_bytes()
});

#[divan::bench(sample_count = 20, sample_size = 1)]
fn replayed(bencher: Bencher<'_, '_>) {
    let log = LOG.as_slice();
    bencher.counter(ItemsCount::new(RECEIPTS)).bench_local(|| {
        let mut replay = Replay::new(None);
        replay.lines(Cursor::new(black_box(log)), |_| {});
        assert_eq!(replay.end().end(), End::Kept);
    });
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn hashed_and_parsed_by_serde_json(bencher: Bencher<'_, '_>) {
    let log = LOG.as_slice();
    bencher.counter(ItemsCount::new(RECEIPTS)).bench_local(|| {
        let lines = black_box(log).split(|byte| *byte == b'\n');
        let receipts = lines.filter_map(|line| line.get(85..line.len().checked_sub(1)?));
        let read = receipts.filter(|receipt| {
            black_box(Sha256::digest(receipt));
            black_box(serde_json::from_slice::<Link>(receipt)).is_ok()
        });
        assert_eq!(read.count() as u64, RECEIPTS);
    });
}
