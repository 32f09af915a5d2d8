//! Documents that nobody writes who means well: each gets its findings, soon, and no more than a hundred of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use status_contract::{
    Code, Contract, DEPTH_MAX, FINDINGS_MAX, Manifest, Mode, Options, Report, SIZE_MAX_BYTES,
    STRING_MAX_BYTES, check,
};

/// A contract with a field of each type, and rules that go through lists.
const MANIFEST: &str = r#"{
  "contract_version": "1",
  "registries": {
    "Reason": {"down": [{"code": "DISK_FULL"}, {"code": "NO_NETWORK"}], "slow": [{"code": "BUSY"}]},
    "Counter": [{"code": "HITS"}, {"code": "MISSES"}]
  },
  "document": {"fields": {
    "mode": {"type": "code", "of": ["up", "slow", "down"]},
    "reasons": {"type": "codes", "of": "Reason", "tier": "mode", "ordered": true, "unique": true, "null": true},
    "numbers": {"type": "list", "opt": true, "unique": true, "of": {"type": "num"}},
    "deep": {"type": "list", "opt": true, "of": {"type": "list", "of": {"type": "list", "of": {"type": "int"}}}},
    "build": {"type": "str", "minlen": 1, "pattern": "^[a-z0-9]*$", "opt": true},
    "count": {"type": "int", "min": 0, "opt": true},
    "ratio": {"type": "num", "opt": true},
    "counters": {"type": "map", "opt": true, "of": {"type": "int"}},
    "known": {"type": "map", "opt": true, "keys": "Counter", "of": {"type": "int"}},
    "steps": {"type": "list", "opt": true, "of": {"type": "obj", "fields": {"type": {"type": "str"}}}},
    "few": {"type": "list", "opt": true, "max": 3, "of": {"type": "int"}},
    "owner": {"type": "obj", "opt": true, "fields": {"code": {"type": "str"}}}
  }},
  "rules": [
    {"id": "reasons_unless_up", "iff": [{"eq": ["@mode", "up"]}, {"eq": ["@reasons", []]}]},
    {"id": "numbers_are_not_negative", "then": {"each": ["@numbers", {"le": [0, "@item"]}]}},
    {"id": "steps_are_of_the_owner", "then": {"each": ["@steps", {"eq": ["@item.type", "@owner.code"]}]}},
    {"id": "no_counter_is_named_so", "then": {"not": {"has": ["@counters", "so"]}}}
  ],
  "transitions": [
    {"id": "counters_never_fall", "then": {"le": ["@prev.counters", "@counters"]}}
  ]
}"#;

/// What each document has to have.
const REST: &str = r#""mode":"up","reasons":[]"#;

/// How long a check may take here, which is far longer than it does and far shorter than it would, were it to look at
/// each of a hundred thousand things once for each other.
const DEADLINE: Duration = Duration::from_secs(10);

fn contract() -> Contract {
    Contract::new(Manifest::parse(MANIFEST.as_bytes()).unwrap()).unwrap()
}

/// What is found in a document, in both modes, within bounds.
#[track_caller]
fn found(contract: &Contract, document: &[u8]) -> [Report; 2] {
    let modes = [Mode::Min, Mode::Exact];
    modes.map(|mode| bounded(contract, document, &Options { mode, ..Options::default() }))
}

#[track_caller]
fn bounded(contract: &Contract, document: &[u8], options: &Options<'_>) -> Report {
    let start = Instant::now();
    let report = check(contract, document, options);
    let shown = String::from_utf8_lossy(&document[..document.len().min(60)]);
    assert!(start.elapsed() < DEADLINE, "{:?} for {shown}", start.elapsed());
    assert!(report.findings().len() <= FINDINGS_MAX, "{shown}");
    assert!(report.omitted() == 0 || report.findings().len() == FINDINGS_MAX, "{shown}");
    for finding in report.findings() {
        let words = [&finding.pointer, &finding.expected, &finding.found];
        assert!(words.iter().all(|words| words.len() < 64 << 10), "{shown}");
        let (start, end) = finding.span;
        assert!(start <= end && end <= document.len().max(start + 1), "{shown}");
    }
    report
}

/// The code and the place of the one thing that is found in both modes.
#[track_caller]
fn only(document: impl AsRef<[u8]>) -> (Code, String) {
    let [min, exact] = found(&contract(), document.as_ref());
    let [finding] = min.findings() else { panic!("{:#?}", min.findings()) };
    assert_eq!(min.findings(), exact.findings());
    (finding.code, finding.pointer.clone())
}

fn with(member: &str) -> String {
    format!("{{{REST},{member}}}")
}

fn at(code: Code, pointer: &str) -> (Code, String) {
    (code, pointer.to_owned())
}

#[test]
fn what_is_no_finite_number_is_one_finding_at_its_place() {
    for word in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1E+99999999999999999999"] {
        assert_eq!(
            only(with(&format!(r#""ratio":{word}"#))),
            at(Code::NotFinite, "/ratio"),
            "{word}"
        );
        assert_eq!(
            only(with(&format!(r#""count":{word}"#))),
            at(Code::NotFinite, "/count"),
            "{word}"
        );
        assert_eq!(
            only(with(&format!(r#""numbers":[0,{word}]"#))),
            at(Code::NotFinite, "/numbers/1")
        );
    }
    for word in ["1e-400", "-0", "0e999999999999", "1e308", "0.1e1"] {
        let [min, exact] = found(&contract(), with(&format!(r#""ratio":{word}"#)).as_bytes());
        assert!(min.is_valid() && exact.is_valid(), "{word}: {:?}", min.findings());
    }
    for word in ["-NaN", "+1", "01", "1.", ".5", "1e", "0x1", "nan", "--1", "-"] {
        assert_eq!(only(with(&format!(r#""ratio":{word}"#))).0, Code::NotJson, "{word}");
    }
}

#[test]
fn five_thousand_digits_are_out_of_range_where_a_whole_number_is_expected_and_else_not_finite() {
    for digits in ["9".repeat(5_000), format!("-{}", "1".repeat(5_000))] {
        assert_eq!(only(with(&format!(r#""count":{digits}"#))), at(Code::Range, "/count"));
        assert_eq!(only(with(&format!(r#""ratio":{digits}"#))), at(Code::NotFinite, "/ratio"));
        assert_eq!(only(with(&format!(r#""build":{digits}"#))), at(Code::Type, "/build"));
        let [extra, _] = found(&contract(), with(&format!(r#""other":[{digits}]"#)).as_bytes());
        assert_eq!(extra.findings()[0].code, Code::NotFinite);
    }
    let digits = format!("0.{}", "1".repeat(5_000));
    assert_eq!(only(with(&format!(r#""count":{digits}"#))), at(Code::Type, "/count"));
    for bound in ["-9223372036854775809", "18446744073709551616", "1e30", "9".repeat(300).as_str()]
    {
        assert_eq!(
            only(with(&format!(r#""count":{bound}"#))),
            at(Code::Range, "/count"),
            "{bound}"
        );
    }
}

#[test]
fn a_key_that_stands_twice_is_found_however_it_is_written() {
    for again in [r#""mode":"up""#, r#""\u006dode":"up""#, r#""m\u006Fde":"down""#] {
        assert_eq!(only(with(again)), at(Code::DuplicateKey, "/mode"), "{again}");
    }
    assert_eq!(
        only(with(r#""owner":{"code":"a","c\u006fde":"a"}"#)),
        at(Code::DuplicateKey, "/owner/code")
    );
    assert_eq!(only(with(r#""counters":{"":1,"":1}"#)), at(Code::DuplicateKey, "/counters/"));
    let [thrice, _] = found(&contract(), with(r#""mode":"up","mode":"up""#).as_bytes());
    let places: Vec<_> = thrice.findings().iter().map(|one| (one.code, one.span.0)).collect();
    assert_eq!(places, [(Code::DuplicateKey, 33), (Code::DuplicateKey, 45)]);
}

#[test]
fn values_nest_so_deep_and_no_deeper() {
    let nested =
        |levels: usize| with(&format!(r#""extra":{}{}"#, "[".repeat(levels), "]".repeat(levels)));
    let [min, _] = found(&contract(), nested(DEPTH_MAX - 1).as_bytes());
    assert!(min.is_valid(), "{:?}", min.findings());
    for levels in [DEPTH_MAX, DEPTH_MAX + 1, 100_000] {
        let (code, pointer) = only(nested(levels));
        assert_eq!((code, pointer), (Code::Depth, format!("/extra{}", "/0".repeat(DEPTH_MAX - 1))));
    }
    let objects = r#"{"a":"#.repeat(100_000);
    assert_eq!(only(&objects), (Code::Depth, "/a".repeat(DEPTH_MAX)));
}

#[test]
fn half_a_character_is_no_text() {
    for text in
        [r"\ud800", r"\udc00", r"\ud800A", r"\ud800\u0041", r"\udbff\ud800", r"\u12", r"\x41"]
    {
        assert_eq!(only(with(&format!(r#""build":"{text}""#))), at(Code::NotJson, ""), "{text}");
        assert_eq!(only(with(&format!(r#""{text}":0"#))), at(Code::NotJson, ""), "{text}");
    }
    for bytes in [&b"\xed\xa0\x80"[..], b"\xff", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"] {
        let document = [with(r#""build":""#).as_bytes(), bytes, b"\"}"].concat();
        assert_eq!(only(document), at(Code::NotJson, ""), "{bytes:?}");
    }
}

#[test]
fn a_document_and_each_string_have_a_largest_size() {
    let padded = |size: usize| {
        let document = with(r#""count":0"#);
        format!("{document}{}", " ".repeat(size - document.len()))
    };
    assert!(found(&contract(), padded(SIZE_MAX_BYTES).as_bytes())[0].is_valid());
    assert_eq!(only(padded(SIZE_MAX_BYTES + 1)), at(Code::Size, ""));
    let long = |length: usize| with(&format!(r#""build":"{}""#, "a".repeat(length)));
    assert!(found(&contract(), long(STRING_MAX_BYTES - 2).as_bytes())[0].is_valid());
    assert_eq!(only(long(STRING_MAX_BYTES - 1)), at(Code::Size, "/build"));
}

/// As much as a document may have of that, over and over, each time with its number in the place of `#`.
fn flood(start: &str, part: &str, end: &str) -> Vec<u8> {
    let mut document = start.to_owned();
    for number in 0.. {
        let part = part.replace('#', &number.to_string());
        if document.len() + part.len() + end.len() + 1 > SIZE_MAX_BYTES {
            break;
        }
        document.push_str(if number == 0 { "" } else { "," });
        document.push_str(&part);
    }
    document.push_str(end);
    document.into_bytes()
}

/// The codes of what is found in `exact`, each once, and how many findings there would be.
fn told(document: &[u8]) -> (Vec<Code>, usize) {
    let [_, exact] = found(&contract(), document);
    let mut codes: Vec<_> = exact.findings().iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    (codes, exact.findings().len() + exact.omitted())
}

#[test]
fn a_mebibyte_of_one_byte_is_one_finding() {
    for byte in 0..=u8::MAX {
        let size = if b"[{\"0-, \\n".contains(&byte) { SIZE_MAX_BYTES } else { 4_096 };
        let (codes, count) = told(&vec![byte; size]);
        let code = match byte {
            b'[' => Code::Depth,
            b'1'..=b'9' => Code::Type,
            _ => Code::NotJson,
        };
        assert_eq!((codes, count), (vec![code], 1), "{byte:#x}");
    }
}

#[test]
fn a_flood_of_faults_is_told_in_a_hundred_findings_and_a_number() {
    let rest = format!("{{{REST},");
    let reasons = r#"{"mode":"down","reasons":["#;
    let cases = [
        (Code::Type, flood("[", "0", "]"), 1..2),
        (Code::Type, flood(reasons, "0", "]}"), 400_000..524_288),
        (Code::Enum, flood(reasons, r#""x""#, "]}"), 250_000..300_000),
        (Code::Tier, flood(reasons, r#""BUSY""#, "]}"), 140_000..160_000),
        (Code::Duplicate, flood(reasons, r#""DISK_FULL""#, "]}"), 80_000..100_000),
        (Code::Duplicate, flood(&format!("{rest}\"numbers\":["), "0.0", "]}"), 250_000..270_000),
        (Code::Rule, flood(&format!("{rest}\"numbers\":["), "-#", "]}"), 1..2),
        (Code::DuplicateKey, flood("{", r#""a":0"#, "}"), 170_000..180_000),
        (Code::DuplicateKey, flood("{", r#""\u0061":0"#, "}"), 90_000..100_000),
        (Code::DuplicateKey, flood("{", r#""a":{"b":0,"b":0}"#, "}"), 100_000..120_000),
        (Code::Extra, flood(&rest, r##""#":0"##, "}"), 100_000..120_000),
        (Code::Enum, flood(&format!("{rest}\"known\":{{"), r##""#":0"##, "}}"), 100_000..120_000),
        (Code::Type, flood(&format!("{rest}\"steps\":["), r#"{"type":0}"#, "]}"), 90_000..100_000),
        (Code::Missing, flood(&format!("{rest}\"steps\":["), "{}", "]}"), 340_000..350_000),
        (Code::NotFinite, flood("[", "NaN", "]"), 260_000..262_146),
    ];
    for (code, document, expected) in cases {
        let shown = String::from_utf8_lossy(&document[..60]).into_owned();
        let (codes, count) = told(&document);
        assert!(codes.contains(&code), "{codes:?} for {shown}");
        assert!(expected.contains(&count), "{count} for {shown}");
    }
}

#[test]
fn a_long_key_above_many_faults_is_not_told_with_each_of_them() {
    let key = "k".repeat(10_000);
    let (above, below) = (format!("{{\"{key}\":").repeat(60), "}".repeat(60));
    let document = flood(&format!("{{{REST},\"x\":{above}["), "NaN", &format!("]{below}}}"));
    let [min, _] = found(&contract(), &document);
    assert_eq!(min.findings().len(), FINDINGS_MAX);
    assert!(min.findings().iter().all(|finding| finding.pointer.len() < 60 * 600));
    let long = with(&format!("\"{}\":0", "k".repeat(STRING_MAX_BYTES)));
    let [min, exact] = found(&contract(), long.as_bytes());
    assert_eq!((min.findings().len(), min.findings()[0].code), (1, Code::Size));
    assert_eq!(exact.findings(), min.findings());
}

#[test]
fn digits_and_escapes_of_a_whole_document_are_read_once() {
    let digits = "7".repeat(SIZE_MAX_BYTES - 60);
    assert_eq!(only(with(&format!(r#""count":{digits}"#))), at(Code::Range, "/count"));
    assert_eq!(only(with(&format!(r#""count":-0.{digits}e-9"#))), at(Code::Type, "/count"));
    let escapes = r"\u0061".repeat(10_000);
    let document = flood(&format!("{{{REST},\"x\":["), &format!("\"{escapes}\""), "]}");
    assert!(found(&contract(), &document)[0].is_valid());
}

#[test]
fn rules_and_transitions_over_large_lists_and_maps_are_asked_soon() {
    let contract = contract();
    let counters = flood(&format!("{{{REST},\"counters\":{{"), r##""#":#"##, "}}");
    let options = Options { prev: Some(&counters), ..Options::default() };
    assert!(bounded(&contract, &counters, &options).is_valid());
    let fewer = with(r#""counters":{"0":0}"#);
    let report = bounded(&contract, fewer.as_bytes(), &options);
    assert_eq!(report.findings()[0].code, Code::Transition);

    let numbers = flood(&format!("{{{REST},\"numbers\":["), "#", "]}");
    assert!(found(&contract, &numbers)[1].is_valid());

    let owner: Vec<_> = (0..40_000).map(|number| format!(r#""{number}":0"#)).collect();
    let owner = format!(r#"{{{REST},"owner":{{{},"code":"a"}},"steps":["#, owner.join(","));
    assert!(found(&contract, &flood(&owner, r#"{"type":"a"}"#, "]}"))[0].is_valid());
}

#[test]
fn what_is_gone_through_for_each_item_has_a_bound() {
    let with_rule = |list: &str, operand: &str| {
        let rule =
            format!(r#"{{"id":"r","then":{{"each":["{list}",{{"in":["@item","{operand}"]}}]}}}}"#);
        let manifest = MANIFEST.replace(r#""rules": ["#, &format!(r#""rules": [{rule},"#));
        Contract::new(Manifest::parse(manifest.as_bytes()).unwrap())
    };
    for operand in ["@deep", "@numbers", "@counters", "@owner"] {
        let broken = with_rule("@numbers", operand).unwrap_err().to_string();
        assert!(broken.contains("to have a bound"), "{broken}");
    }
    for operand in ["@reasons", "@known", "@few"] {
        with_rule("@numbers", operand).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_a_report(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        found(&contract(), &bytes);
    }

    #[test]
    fn any_text_of_json_signs_gets_a_report(text in r#"[\[\]{}:,"\\ue+.0-9a-f \n-]{0,80}"#) {
        found(&contract(), text.as_bytes());
        found(&contract(), with(&text).as_bytes());
    }

    #[test]
    fn any_change_of_bytes_gets_a_report(
        from in 0..FULL.len(),
        length in 0..40_usize,
        into in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut document = FULL.as_bytes().to_vec();
        let end = (from + length).min(document.len());
        document.splice(from..end, into);
        let options = Options { prev: Some(&document), now: Some(0), ..Options::default() };
        bounded(&contract(), FULL.as_bytes(), &options);
        found(&contract(), &document);
    }
}

/// A document with everything.
const FULL: &str = r#"{"mode":"down","reasons":["DISK_FULL","NO_NETWORK"],"numbers":[0,1.5,2e3],"deep":[[[1],[]]],
"build":"a1","count":5,"ratio":-0.5e-3,"counters":{"a\u00e9":1,"b":2},"known":{"HITS":1},
"steps":[{"type":"x"}],"owner":{"code":"x"}}"#;

#[test]
fn a_document_with_everything_is_valid() {
    let [min, exact] = found(&contract(), FULL.as_bytes());
    assert!(min.is_valid() && exact.is_valid(), "{:#?}", exact.findings());
}
