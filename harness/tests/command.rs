//! The command as a process: what only a process has, its exit code and its pipes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn harness(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The exit code, and what was said on standard error.
fn end(mut child: Child) -> (Option<i32>, String) {
    drop(child.stdin.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

#[test]
fn each_line_is_answered_before_the_next_is_asked_for() {
    let mut child = harness(&["decide"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        input.write_all(b"{}\n").unwrap();
        assert!(output.next().unwrap().unwrap().contains("MISSING_FIELD"));
    }
    drop(input);
    assert!(output.next().is_none());
    assert_eq!(end(child), (Some(0), String::new()));
}

#[test]
fn a_reader_that_goes_away_is_told_without_a_panic() {
    let mut child = harness(&["decide"]);
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"{}\n").unwrap();
    let (code, said) = end(child);
    assert_eq!(code, Some(3));
    assert!(said.starts_with("harness: expected to read and write to the end"), "{said}");
}

#[test]
fn usage_is_2_and_what_cannot_be_checked_is_3() {
    assert_eq!(end(harness(&["verifi"])).0, Some(2));
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().last().unwrap();
    let (code, said) = end(harness(&["verify", "--root", nowhere.to_str().unwrap()]));
    assert_eq!(code, Some(3));
    assert!(said.contains("pass --root"), "{said}");
}
