//! The harness itself.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use speech_harness::checks::{CHECKS, Check, Checked, Found, Of, tools};
use speech_harness::report::{self, End, Format};
use speech_harness::trouble::Trouble;
use speech_harness::{bless, decide, deep, locked, workspace};

use crate::{kept, root};

#[track_caller]
fn decided(input: &[u8]) -> Vec<Value> {
    let mut output = Vec::new();
    decide::lines(&mut &*input, &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const MISMATCH: &str = r#"{"response":{"kind":"answer","authority":"memory","system_mode":"full"},"trace":{"sources":[{"source":"library"},{"source":"tool:sentinel"}],"required_but_missing":[],"system_mode":"full"}}"#;

#[test]
fn a_tool_result_passed_off_as_memory_is_denied() {
    let mut output = Vec::new();
    decide::lines(&mut MISMATCH.as_bytes(), &mut output).unwrap();
    let expected = "{\"outcome\":\"deny\",\"code\":\"AUTHORITY_MISMATCH\"}\n";
    assert_eq!(String::from_utf8(output).unwrap(), expected);
}

#[test]
fn an_unknown_source_is_malformed_at_its_place() {
    let line = MISMATCH
        .replace("\"authority\":\"memory\"", "\"authority\":\"system\"")
        .replace(r#"{"source":"library"},{"source":"tool:sentinel"}"#, r#"{"source":"Tool:x"}"#);
    let [answer] = decided(line.as_bytes()).try_into().unwrap();
    assert_eq!(answer["outcome"], "malformed");
    assert_eq!(answer["code"], "UNKNOWN_SOURCE");
    assert_eq!(answer["pointer"], "/trace/sources/0/source");
    assert!(answer["message"].is_string());
}

#[test]
fn each_line_in_is_one_line_out() {
    let long = vec![b'a'; 1 << 20];
    let longer = vec![b' '; (1 << 20) + 1];
    let lines: [&[u8]; 8] =
        [MISMATCH.as_bytes(), b"", b"\xff\xfe", &long, &longer, b"\r", b"{}", MISMATCH.as_bytes()];
    let expected = [
        "AUTHORITY_MISMATCH",
        "NOT_JSON",
        "NOT_JSON",
        "NOT_JSON",
        "TOO_LARGE",
        "NOT_JSON",
        "MISSING_FIELD",
        "AUTHORITY_MISMATCH",
    ];
    for end in [&b""[..], b"\n"] {
        let input = [lines.join(&b'\n'), end.to_vec()].concat();
        let codes: Vec<_> = decided(&input).iter().map(|answer| answer["code"].clone()).collect();
        assert_eq!(codes, expected);
    }
    assert!(decided(b"").is_empty());
    assert_eq!(decided(b"\n").len(), 1);
    assert_eq!(decided(&longer).len(), 1);
}

#[test]
fn a_reader_that_goes_away_is_an_error_and_no_panic() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    assert!(decide::lines(&mut MISMATCH.as_bytes(), &mut Gone).is_err());
}

#[test]
fn verify_keeps_every_promise_and_says_so() {
    let report = report::verify(&root(), false);
    let mut output = Vec::new();
    report.write(Format::Json, &mut output).unwrap();
    let said: Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(report.end(), End::Kept, "{said:#}");
    assert_eq!(said["ok"], true);
    assert_eq!(said["decision_table_sha256"].as_str().map(str::len), Some(64));
    let promises = said["promises"].as_array().unwrap();
    assert_eq!(promises.len(), CHECKS.iter().filter(|check| check.of == Of::Kernel).count());
    assert!(promises.iter().all(|promise| promise["count"].as_u64() > Some(0)));
}

const fn made_up(run: fn(&Path) -> Checked) -> Check {
    Check { name: "made_up", of: Of::Kernel, promise: "so it is", run }
}

const KEPT: Check = made_up(|_| Ok(Found { count: deep::COUNT, broken: Vec::new() }));
const BROKEN: Check =
    made_up(|_| Ok(Found { count: 7, broken: vec!["one".to_owned(), "two\nlines".to_owned()] }));
const UNCHECKED: Check = made_up(|_| Err(Trouble::new("expected a disk")));

#[test]
fn what_cannot_be_checked_is_no_broken_promise() {
    for (checks, expected, word) in [
        (&[][..], End::Kept, "kept"),
        (&[KEPT], End::Kept, "kept"),
        (&[UNCHECKED, KEPT], End::Unchecked, "unchecked"),
        (&[KEPT, BROKEN], End::Broken, "broken"),
        (&[BROKEN, UNCHECKED], End::Broken, "broken"),
        (&[UNCHECKED, BROKEN], End::Broken, "broken"),
    ] {
        let report = report::of(&root(), checks);
        assert_eq!(report.end(), expected);
        let mut output = Vec::new();
        report.write(Format::Json, &mut output).unwrap();
        let said: Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(said["end"], word);
        assert_eq!(said["ok"], expected == End::Kept);
    }
    assert_eq!([End::Kept as u8, End::Broken as u8, End::Unchecked as u8], [0, 1, 3]);
}

#[test]
fn words_counts_and_sentences_stand_in_columns() {
    let mut output = Vec::new();
    let report = report::of(&root(), &[KEPT, BROKEN, UNCHECKED]);
    report.write(Format::Human, &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    let (promises, _) = output.split_once("decision table").unwrap();
    let expected = "\
kept        72559368  so it is
broken             7  so it is
                      one
                      two
                      lines
unchecked          0  so it is
                      could not check: expected a disk
";
    assert_eq!(promises, expected);
}

#[test]
fn a_tool_that_cannot_work_has_found_nothing() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("Cargo.toml"), "[workspace").unwrap();
    assert!(tools::formatted(&folder).is_err());
    assert!(tools::linted(&folder).is_err());
}

#[test]
fn each_check_is_in_the_one_list() {
    assert_eq!(kept("listed"), CHECKS.len() as u64);
}

/// A copy of what the harness reads, in a folder of its own.
fn copy(name: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&copy));
    let mut files = locked::covered_files(&root()).unwrap();
    files.extend(["LOCKED.md", "kernel/README.md", "rust-toolchain.toml"].map(str::to_owned));
    for test in
        ["contract", "gate", "harness", "locked", "main", "receipts", "speech", "status", "surface"]
    {
        files.push(format!("tests/{test}.rs"));
    }
    for file in files {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(&file), to).unwrap();
    }
    copy
}

fn text(root: &Path, file: &str) -> String {
    fs::read_to_string(root.join(file)).unwrap()
}

#[test]
fn bless_leaves_the_locks_and_the_rules_alone() {
    let copy = copy("bless");
    for file in ["LOCKED.md", "contracts/speech/rules.json", "contracts/speech/trace.schema.json"] {
        fs::write(copy.join(file), text(&copy, file) + "\n").unwrap();
    }
    let written = bless::generated(&copy).unwrap();
    assert_eq!(written, ["contracts/speech/trace.schema.json"]);
    for file in ["LOCKED.md", "contracts/speech/rules.json"] {
        assert_eq!(text(&copy, file), text(&root(), file) + "\n");
    }
}

#[test]
fn a_lock_sees_a_changed_a_deleted_and_an_uncovered_file() {
    let copy = copy("locks");
    let broken = || locked::mismatches(&copy).unwrap().1;
    assert_eq!(broken(), [""; 0]);
    let rules = copy.join("contracts/speech/rules.json");
    fs::write(&rules, "{}").unwrap();
    assert_eq!(broken().len(), 1);
    fs::remove_file(&rules).unwrap();
    assert_eq!(broken().len(), 1);
    fs::copy(root().join("contracts/speech/rules.json"), &rules).unwrap();
    let fixture = "contracts/speech/fixtures/refusal_claims_nothing.json";
    fs::remove_file(copy.join(fixture)).unwrap();
    assert_eq!(broken().len(), 1);
    fs::copy(root().join(fixture), copy.join(fixture)).unwrap();
    fs::write(copy.join("contracts/speech/other.json"), "{}").unwrap();
    assert_eq!(broken().len(), 1);
}

#[test]
fn a_lock_is_held_by_a_test_that_runs() {
    let copy = copy("held");
    let broken = || locked::mismatches(&copy).unwrap().1.len();
    let without = |file: &str, words: &str, left: &str| {
        let before = text(&copy, file);
        let changed = before.replacen(words, left, 1);
        assert_ne!(changed, before, "{words} stands in {file}");
        fs::write(copy.join(file), changed).unwrap();
        let broken = broken();
        fs::write(copy.join(file), before).unwrap();
        broken
    };
    assert_eq!(broken(), 0);
    let test = "#[test]\nfn the_surface_is_the_approved_one";
    let name = "fn the_surface_is_the_approved_one";
    assert_eq!(without("tests/surface.rs", test, name), 1);
    assert_eq!(without("tests/surface.rs", test, &format!("/// The test of it.\n{name}")), 1);
    assert_eq!(without("tests/main.rs", "mod surface;", "// mod surface;"), 1);
}

#[test]
fn accepting_one_lock_changes_one_digest() {
    let copy = copy("accept");
    let rules = "contracts/speech/rules.json";
    fs::write(copy.join(rules), "{}").unwrap();
    fs::write(copy.join("rust-toolchain.toml"), "").unwrap();
    locked::accept(&copy, rules).unwrap();
    let (before, after) = (text(&root(), "LOCKED.md"), text(&copy, "LOCKED.md"));
    let changed: Vec<_> =
        before.lines().zip(after.lines()).filter(|(one, other)| one != other).collect();
    assert_eq!(changed.len(), 1);
    assert!(changed.iter().all(|(one, _)| one.contains(rules)));
    assert_eq!(locked::mismatches(&copy).unwrap().1.len(), 1);
    assert!(locked::accept(&copy, "contracts/speech/gone.json").is_err());
}

#[test]
fn a_changed_an_added_and_a_removed_lock_are_told() {
    let copy = copy("since");
    let git = |arguments: &[&str]| workspace::git(&copy, arguments).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "LOCKED.md"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "a"]);
    assert_eq!(locked::changed_since(&copy, "HEAD").unwrap(), [""; 0]);
    fs::write(copy.join("rust-toolchain.toml"), "").unwrap();
    locked::accept(&copy, "rust-toolchain.toml").unwrap();
    let moved = text(&copy, "LOCKED.md").replace("speech/rules.json", "speech/ruled.json");
    fs::write(copy.join("LOCKED.md"), moved).unwrap();
    let told = locked::changed_since(&copy, "HEAD").unwrap();
    let words: Vec<_> = told.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(words, ["added", "changed", "removed"]);
    assert!(locked::changed_since(&copy, "no-such-revision").is_err());
}
