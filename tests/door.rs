//! The door reads a case in one pass and looks for the fault only when that fails: both have to agree.

use std::fs;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use speech_exit::door::{self, CASE_MAX_BYTES, Case, Outcome};
use speech_exit::strict::{self, FaultCode};
use speech_harness::fixtures::{self, FIXTURES, Fixture, REJECTS, Reject};
use speech_harness::oracle::RULES;
use speech_harness::{conformance, decide, workspace};

use crate::contract::schema;
use crate::root;

const TOKENS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "0",
    "-1e9",
    "1e999",
    "\"\"",
    "\"system\"",
    "\"tool:\"",
    "\"tool:x\"",
    "\"Tool:x\"",
    "\"none\"",
    "\"kind\"",
    "\"response\"",
    "\"trace\"",
    "\"identifier\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\u{e9}",
];

#[derive(Debug, Clone)]
enum Edit {
    Delete(Index),
    Double(Index),
    Swap(Index, Index),
    Insert(Index, &'static str),
    Replace(Index, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Case,
    Fault,
    Fallback,
}

/// What the fast reader makes of it against what the door says, which is the diagnosis when the reader fails.
fn both(bytes: &[u8]) -> (bool, Found) {
    let read = serde_json::from_slice::<Case>(bytes);
    let found = match door::decide(bytes) {
        Outcome::Allow | Outcome::Deny { .. } => Found::Case,
        Outcome::Malformed { code, message, .. } => {
            let is_json = serde_json::from_slice::<strict::Node>(bytes).is_ok();
            let gave_up = code == FaultCode::NotJson && is_json;
            let said_so = read.as_ref().is_err_and(|error| message.ends_with(&error.to_string()));
            if gave_up && said_so { Found::Fallback } else { Found::Fault }
        }
    };
    (read.is_ok(), found)
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut quoted = false;
    for scalar in text.chars() {
        let alone = !quoted && "{}[],:".contains(scalar);
        if alone || (scalar == '"' && !quoted) {
            tokens.push(String::new());
        }
        if let Some(token) = tokens.last_mut() {
            token.push(scalar);
        }
        if alone || (scalar == '"' && quoted) {
            tokens.push(String::new());
        }
        quoted ^= scalar == '"';
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut tokens = tokens(text);
    for edit in edits {
        if tokens.is_empty() {
            break;
        }
        let length = tokens.len();
        match edit {
            Edit::Delete(at) => drop(tokens.remove(at.index(length))),
            Edit::Double(at) => {
                // One token, or a member of an object with its comma: that is how a key gets to stand twice.
                let at = at.index(length);
                let run: Vec<_> = tokens.iter().skip(at).take(4).cloned().collect();
                tokens.splice(at..at, run);
            }
            Edit::Swap(one, other) => tokens.swap(one.index(length), other.index(length)),
            Edit::Insert(at, token) => tokens.insert(at.index(length + 1), (*token).to_owned()),
            Edit::Replace(at, token) => {
                tokens.splice(at.index(length)..=at.index(length), [(*token).to_owned()]);
            }
        }
    }
    tokens.concat()
}

fn edit() -> impl Strategy<Value = Edit> {
    let token = || proptest::sample::select(TOKENS.to_vec());
    prop_oneof![
        any::<Index>().prop_map(Edit::Delete),
        any::<Index>().prop_map(Edit::Double),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Edit::Swap(one, other)),
        (any::<Index>(), token()).prop_map(|(at, token)| Edit::Insert(at, token)),
        (any::<Index>(), token()).prop_map(|(at, token)| Edit::Replace(at, token)),
    ]
}

fn texts() -> Vec<String> {
    let fixtures = fixtures::read::<Fixture>(&root(), FIXTURES).unwrap();
    let rejects = fixtures::read::<Reject>(&root(), REJECTS).unwrap();
    let fixtures = fixtures.into_iter().map(|(_, fixture)| fixture.input());
    fixtures.chain(rejects.into_iter().map(|(_, reject)| reject.input)).collect()
}

/// Whether it is a case, by the strict reader and the schemas alone.
fn fits_the_schemas(bytes: &[u8]) -> bool {
    static SCHEMAS: LazyLock<[Validator; 2]> = LazyLock::new(|| ["response", "trace"].map(schema));
    let [response, trace] = &*SCHEMAS;
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return false;
    };
    let fits = |name: &str, schema: &Validator| {
        value.get(name).is_some_and(|member| schema.is_valid(member))
    };
    let closed = value.as_object().is_some_and(|members| members.len() == 2);
    strict::read(bytes).is_ok() && closed && fits("response", response) && fits("trace", trace)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fault_is_found_exactly_where_the_fast_reader_fails(
        text in proptest::sample::select(texts()),
        edits in proptest::collection::vec(edit(), 0..4),
    ) {
        let text = edited(&text, &edits);
        let (read, found) = both(text.as_bytes());
        prop_assert_eq!(found, if read { Found::Case } else { Found::Fault }, "{}", text);
        prop_assert_eq!(read, fits_the_schemas(text.as_bytes()), "{}", text);
    }

    #[test]
    fn no_bytes_make_the_door_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (read, found) = both(&bytes);
        prop_assert_eq!(found, if read { Found::Case } else { Found::Fault });
    }

    #[test]
    fn no_piece_of_a_case_makes_the_door_panic(text in proptest::sample::select(texts()), at: Index, byte: u8) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len() + 1);
        bytes.truncate(at);
        bytes.push(byte);
        let (read, found) = both(&bytes);
        prop_assert_eq!(found, if read { Found::Case } else { Found::Fault });
    }
}

#[test]
fn tokens_put_together_give_the_text() {
    for text in texts() {
        assert_eq!(edited(&text, &[]), text);
    }
}

#[test]
fn a_case_of_one_mebibyte_is_read_and_one_byte_more_is_not() {
    let fixture = fixtures::read::<Fixture>(&root(), FIXTURES).unwrap().remove(0).1.input();
    let padded = |length: usize| fixture.clone() + &" ".repeat(length - fixture.len());
    assert_eq!(CASE_MAX_BYTES, 1_048_576);
    let largest = door::decide(padded(CASE_MAX_BYTES).as_bytes());
    assert_eq!(largest, door::decide(fixture.as_bytes()));
    let larger = door::decide(padded(CASE_MAX_BYTES + 1).as_bytes());
    assert!(matches!(larger, Outcome::Malformed { code: FaultCode::TooLarge, .. }));
}

fn decided(line: &str) -> String {
    let mut answer = Vec::new();
    decide::lines(&mut line.as_bytes(), &mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
fn the_door_agrees_with_the_rules_on_the_whole_domain() {
    let rules = fs::read(root().join(RULES)).unwrap();
    conformance::assert_agrees(&rules, decided);
    let deny_nothing = |_: &str| "{\"outcome\":\"allow\"}".to_owned();
    assert!(conformance::disagreements(&rules, deny_nothing).unwrap().len() > 3_000);
}

#[test]
fn agreeing_with_other_rules_says_nothing() {
    let rules = fs::read_to_string(root().join(RULES)).unwrap();
    let laxer = rules.replace("\"more_than\": 0", "\"more_than\": 1");
    assert_ne!(laxer, rules);
    for other in [laxer.as_str(), "{}", ""] {
        assert!(conformance::disagreements(other.as_bytes(), decided).is_err(), "{other}");
    }
}

/// What carries a file of the workspace within itself: the contracts that the command knows by name in any folder.
const CARRIES: [&str; 1] = ["harness/src/status/contract.rs"];

/// Whoever checks their own backend has the harness as a dependency, and this workspace nowhere.
#[test]
fn no_library_code_looks_for_the_place_where_it_was_built() {
    let mut carries = Vec::new();
    for file in workspace::files_below(&root(), "harness/src").unwrap() {
        let text = workspace::text(&root(), &file).unwrap();
        assert!(!text.contains("CARGO_MANIFEST_DIR"), "{file}");
        if text.contains("include_str!") || text.contains("include_bytes!") {
            carries.push(file);
        }
    }
    assert_eq!(carries, CARRIES);
}
