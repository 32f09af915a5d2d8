//! The canonical form: what is hashed, and what alone is read.

use proptest::prelude::*;
use proptest::sample::select;
use speech_exit::receipt::{
    Attempted, Closing, Ended, Head, Link, Opening, Receipt, Recorded, RecordedSource, Verdict,
    hash,
};
use speech_harness::domain::{AUTHORITIES, KINDS, MODES};
use speech_harness::replay::{Code, Replay};
use speech_kernel::Response;

use super::{chained, id, receipts};

/// Numbers above are not the same to every reader of JSON.
const NUMBER_MAX: u64 = (1 << 53) - 1;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(any::<char>(), 0..12).prop_map(|all| all.into_iter().collect()),
        proptest::collection::vec(
            select(vec![
                '"',
                '\\',
                '/',
                '\n',
                '\u{8}',
                '\u{b}',
                '\u{1f}',
                '\u{7f}',
                'a',
                '\u{e9}',
                '\u{2028}',
                '\u{ffff}',
                '\u{1f600}'
            ]),
            0..12
        )
        .prop_map(|all| all.into_iter().collect()),
    ]
}

fn opening() -> impl Strategy<Value = Opening> {
    let attempt = (text(), text()).prop_map(|(source, why)| Attempted { source, why });
    let source = (proptest::option::of(text()), text())
        .prop_map(|(identifier, source)| RecordedSource { identifier, source });
    let response = (select(KINDS.to_vec()), select(AUTHORITIES.to_vec()), select(MODES.to_vec()))
        .prop_map(|(kind, authority, system_mode)| Response { kind, authority, system_mode });
    let names = proptest::collection::vec(text(), 0..3);
    let trace = (names, proptest::collection::vec(source, 0..4), select(MODES.to_vec())).prop_map(
        |(required_but_missing, sources, system_mode)| Recorded {
            required_but_missing,
            sources,
            system_mode,
        },
    );
    let outcome = select(vec![Verdict::Allow, Verdict::Deny, Verdict::Malformed]);
    let optional = (
        proptest::option::of(text()),
        proptest::option::of(text()),
        proptest::option::of(response),
        proptest::option::of(trace),
    );
    (proptest::collection::vec(attempt, 0..3), outcome, text(), any::<u32>(), optional).prop_map(
        |(attempts, outcome, rules, segment, (code, pointer, response, trace))| Opening {
            attempts,
            code,
            outcome,
            pointer,
            response,
            rules,
            segment,
            trace,
        },
    )
}

fn receipt() -> impl Strategy<Value = Receipt> {
    let ended = vec![Ended::Complete, Ended::Refused, Ended::Cut, Ended::ClientGone];
    let closing = (0..=NUMBER_MAX, select(ended), text())
        .prop_map(|(bytes, ended, sha256)| Closing { bytes, ended, sha256 });
    (proptest::option::of(closing), any::<u64>(), proptest::option::of(opening()))
        .prop_map(|(closing, number, opening)| Receipt { closing, id: id(number), opening })
}

/// Whether the replay reads these bytes as a link, and whether they are what would be written again.
fn read_and_rewritten(bytes: &[u8]) -> (bool, bool) {
    let mut replay = Replay::new(None);
    replay.link(1, hash(bytes).as_bytes(), bytes);
    let report = replay.end();
    let unread = |code: Code| matches!(code, Code::BadLine | Code::NotCanonical);
    let is_read = !report.findings().iter().any(|finding| unread(finding.code));
    let link = serde_json::from_slice::<Link>(bytes).ok();
    let again = link.and_then(|link| link.canonical().ok());
    (is_read, again.is_some_and(|again| again.as_bytes() == bytes))
}

#[track_caller]
fn assert_agree(bytes: &[u8]) -> bool {
    let (is_read, is_rewritten) = read_and_rewritten(bytes);
    assert_eq!(is_read, is_rewritten, "{}", String::from_utf8_lossy(bytes));
    is_read
}

proptest! {
    #[test]
    fn links_of_any_receipts_read_back_and_chain(all in proptest::collection::vec(receipt(), 1..6)) {
        let mut head = Head::empty();
        for link in chained(all) {
            let canonical = link.canonical().unwrap();
            prop_assert_eq!(&serde_json::from_str::<Link>(&canonical).unwrap(), &link);
            prop_assert_eq!((link.previous.as_str(), link.number), (head.hash(), head.length() + 1));
            head = Head::new(&hash(canonical.as_bytes()), link.number).unwrap();
        }
    }

    /// By another road: through a value without types, whose writer does not know the order of the fields.
    #[test]
    fn the_canonical_form_is_that_of_the_standard(receipt in receipt(), at in 0..=NUMBER_MAX) {
        let link = Link::after(&Head::empty(), receipt, at);
        let value: serde_json::Value = serde_json::from_str(&serde_json::to_string(&link).unwrap()).unwrap();
        let standard = serde_json_canonicalizer::to_string(&value).unwrap();
        prop_assert_eq!(link.canonical().unwrap(), standard);
    }

    #[test]
    fn what_is_read_is_what_would_be_written_again(
        receipt in receipt(),
        at in 0..=NUMBER_MAX,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let link = Link::after(&Head::empty(), receipt, at);
        let mut bytes = link.canonical().unwrap().into_bytes();
        prop_assert!(assert_agree(&bytes));
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        assert_agree(&bytes);
    }
}

#[test]
fn every_changed_byte_is_read_only_if_it_would_be_written_again() {
    let mut read = 0;
    for link in chained(receipts(10)).into_iter().step_by(4) {
        let bytes = link.canonical().unwrap().into_bytes();
        for at in 0..bytes.len() {
            for byte in *b"\"\\/,:{}[]0159aAnu \n\0\x1f\x7f\xc3" {
                let mut changed = bytes.clone();
                changed[at] = byte;
                read += u32::from(assert_agree(&changed));
            }
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn other_spellings_of_the_same_receipt_are_not_canonical() {
    let link = &chained(receipts(10))[0];
    let canonical = link.canonical().unwrap();
    assert!(assert_agree(canonical.as_bytes()));
    let value: serde_json::Value = serde_json::from_str(&canonical).unwrap();
    let number = format!("\"number\":{}", link.number);
    let changes = [
        ("\"at\":", "\"at\": "),
        ("\"number\":1,", "\"number\":1.0,"),
        ("\"number\":1,", "\"number\":1e0,"),
        ("\"number\":1,", "\"number\":01,"),
        ("\"number\":1,", "\"number\":1,\"number\":1,"),
        ("\"segment\":0", "\"segment\":-0"),
        ("\"segment\":0", "\"segment\":4294967296"),
        ("\"opening\":{", "\"opening\":{\"attempts\":[],"),
        ("\"outcome\"", "\"code\":null,\"outcome\""),
        ("\"outcome\":\"allow\"", "\"outcome\":\"\\u0061llow\""),
        ("\"outcome\":\"allow\"", "\"outcome\":{\"allow\":null}"),
        ("\"library\"", "\"librar\\u0079\""),
        ("\\n", "\\u000a"),
        ("\\u0001", "\\u0001\\/"),
        ("\u{e9}", "\\u00e9"),
        ("\u{1f600}", "\\ud83d\\ude00"),
        ("\"previous\"", "\"extra\":1,\"previous\""),
        ("\"previous\"", "\"Previous\""),
    ];
    assert!(canonical.contains(&number));
    for (from, to) in changes {
        assert!(canonical.contains(from), "{from}");
        assert!(!assert_agree(canonical.replacen(from, to, 1).as_bytes()), "{from} {to}");
    }
    let array = serde_json::to_string(&value.as_object().unwrap().values().collect::<Vec<_>>());
    for text in
        [serde_json::to_string_pretty(&value).unwrap(), array.unwrap(), format!("{canonical} ")]
    {
        assert!(!assert_agree(text.as_bytes()), "{text}");
    }
}

#[test]
fn a_number_that_not_every_reader_keeps_is_refused() {
    let canonical = chained(receipts(10))[0].canonical().unwrap();
    for (number, is_read) in [(NUMBER_MAX, true), (NUMBER_MAX + 1, false), (u64::MAX, false)] {
        let changed = canonical.replace("\"bytes\":1234", &format!("\"bytes\":{number}"));
        assert_ne!(changed, canonical);
        assert_eq!(read_and_rewritten(changed.as_bytes()).0, is_read, "{number}");
    }
}
