//! `harness replay` as a process.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use speech_exit::receipt::{
    Closing, Ended, Head, Link, Opening, RULES_SHA256, Receipt, ReceiptId, Verdict, hash,
};

/// A log of so many receipts, and where it ends.
fn log(count: u64) -> (String, Head) {
    let mut head = Head::empty();
    let mut log = String::new();
    for number in 1..=count {
        let opening = Opening {
            attempts: Vec::new(),
            code: Some("NOT_JSON".to_owned()),
            outcome: Verdict::Malformed,
            pointer: None,
            response: None,
            rules: RULES_SHA256.to_owned(),
            segment: 0,
            trace: None,
        };
        let closing = Closing { bytes: 2, ended: Ended::Complete, sha256: hash(b"{}") };
        let id = ReceiptId::try_from(format!("rcpt_{number:032x}")).unwrap();
        let receipt = Receipt { closing: Some(closing), id, opening: Some(opening) };
        let canonical = Link::after(&head, receipt, 1).canonical().unwrap();
        let hash = hash(canonical.as_bytes());
        log += &format!("{{\"hash\":\"{hash}\",\"receipt\":{canonical}}}\n");
        head = Head::new(&hash, number).unwrap();
    }
    (log, head)
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The exit code and what was said on both outputs.
fn replay(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    let output = command.arg("replay").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_log_that_is_whole_is_0_and_its_head_is_said() {
    let (text, head) = log(3);
    let path = file("whole.jsonl", &text);
    let head = head.to_string();
    let (code, said, troubles) = replay(&[path.to_str().unwrap(), "--head", &head]);
    assert_eq!((code, troubles.as_str()), (Some(0), ""));
    assert!(said.starts_with("kept ") && said.ends_with(&format!("head {head}\n")), "{said}");
    let (code, said, _) = replay(&[path.to_str().unwrap(), "--format", "json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    let word = |pointer: &str| report.pointer(pointer).cloned();
    assert_eq!((code, word("/end")), (Some(0), Some("kept".into())));
    assert_eq!((word("/receipts"), word("/malformed/NOT_JSON")), (Some(3.into()), Some(3.into())));
}

#[test]
fn a_log_that_is_broken_is_1_in_both_formats() {
    let (text, _) = log(3);
    let path = file("broken.jsonl", &text.replacen("NOT_JSON", "NOT_JSOM", 1));
    let (code, said, _) = replay(&[path.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("HASH_MISMATCH receipts line 1: "), "{said}");
    let (code, said, _) = replay(&[path.to_str().unwrap(), "--format", "json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    let found = report.pointer("/findings/0/code").cloned();
    assert_eq!((code, found), (Some(1), Some("HASH_MISMATCH".into())));
}

#[test]
fn only_so_many_findings_are_written_and_all_are_counted() {
    let (text, _) = log(250);
    let path = file("many.jsonl", &text.replace("NOT_JSON", "NOT_JSOM"));
    let (code, said, _) = replay(&[path.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(said.contains("\nand 150 more\n"), "{said}");
}

#[test]
fn a_head_or_an_access_log_that_the_log_does_not_meet_is_1() {
    let (text, head) = log(3);
    let path = file("cut.jsonl", &text);
    let beyond = format!("{}:4", head.hash());
    let (code, said, _) = replay(&[path.to_str().unwrap(), "--head", &beyond]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("TAIL_CUT receipts line 4: "), "{said}");
    let line = "{\"path\":\"/say\",\"status\":200,\"receipt\":null,\"bytes\":2}\n";
    let access = file("access.jsonl", line);
    let arguments = [path.to_str().unwrap(), "--access-log", access.to_str().unwrap()];
    assert_eq!(replay(&arguments).0, Some(0), "nothing speaks there by default");
    let (code, said, _) = replay(&[&arguments[..], &["--speaks", "/say"]].concat());
    assert_eq!(code, Some(1));
    assert!(said.starts_with("NO_RECEIPT access log line 1: "), "{said}");
}

#[test]
fn usage_is_2() {
    for arguments in [
        &[][..],
        &["x", "--head", "0:1"],
        &["x", "--head", &format!("{}:-1", "0".repeat(64))],
        &["x", "--speaks", "/say"],
    ] {
        assert_eq!(replay(arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_read_is_3_and_is_said() {
    let path = file("no-table.sqlite", "SQLite format 3\0 and no more");
    let path = path.to_str().unwrap();
    let (code, said, _) = replay(&[path]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("unread: expected to read every row of receipts"), "{said}");
    for source in ["/nowhere/receipts", "sqlite:///nowhere/receipts", "postgres://127.0.0.1:1/x"] {
        let (code, _, said) = replay(&[source]);
        assert_eq!(code, Some(3), "{source}");
        assert!(said.starts_with("harness: "), "{said}");
    }
    let (_, _, said) = replay(&["postgres://user:secret@127.0.0.1:1/x"]);
    assert!(!said.contains("secret"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_as_a_file_is() {
    let (text, _) = log(3);
    let path = file("piped.jsonl", &text);
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    let command = command.args(["replay", "/dev/stdin"]).stdin(fs::File::open(&path).unwrap());
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_harness");
    let script = format!("cat {} | {program} replay /dev/stdin", path.display());
    assert_eq!(command.args(["-c", &script]).output().unwrap().status.code(), Some(0));
}
