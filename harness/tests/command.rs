//! The command as a process: what only a process has, its exit code and its pipes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use speech_harness::{locked, workspace};

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
fn a_line_about_a_mutation_is_answered_before_the_next_is_asked_for() {
    for verb in ["decide", "project"] {
        let mut child = harness(&["gate", verb]);
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        for (line, code) in [("{}", "MISSING_FIELD"), ("", "NOT_JSON"), ("[]", "WRONG_TYPE")] {
            input.write_all(format!("{line}\n").as_bytes()).unwrap();
            assert!(output.next().unwrap().unwrap().contains(code));
        }
        drop(input);
        assert!(output.next().is_none());
        assert_eq!(end(child), (Some(0), String::new()));
    }
    for arguments in [&["gate"][..], &["gate", "judge"], &["gate", "decide", "now"]] {
        assert_eq!(end(harness(arguments)).0, Some(2), "{arguments:?}");
    }
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

/// A workspace whose promises are kept, except that cargo cannot read it, so that its surface is not known.
fn unreadable() -> PathBuf {
    let root = workspace::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unreadable");
    drop(fs::remove_dir_all(&copy));
    let mut files = locked::covered_files(&root).unwrap();
    files.extend(["LOCKED.md", "rust-toolchain.toml", "kernel/README.md"].map(str::to_owned));
    let tests = workspace::files_below(&root, "tests").unwrap();
    files.extend(tests.into_iter().filter(|file| file.matches('/').count() == 1));
    for file in files {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root.join(&file), to).unwrap();
    }
    fs::write(copy.join("Cargo.toml"), "[workspace").unwrap();
    copy
}

/// The exit code, and what was said on standard output.
fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output = harness(arguments).wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_broken_promise_is_1_and_one_that_cannot_be_checked_is_3() {
    let root = unreadable();
    let root = root.to_str().unwrap();
    let verified = |format: &str| said(&["verify", "--root", root, "--format", format]);
    for format in ["human", "json"] {
        let (code, said) = verified(format);
        assert_eq!(code, Some(3), "{said}");
    }
    fs::write(Path::new(root).join("rust-toolchain.toml"), "").unwrap();
    for format in ["human", "json"] {
        let (code, said) = verified(format);
        assert_eq!(code, Some(1), "{said}");
    }
}

#[test]
fn help_tells_each_exit_code() {
    for arguments in
        [&["--help"][..], &["verify", "--help"], &["replay", "--help"], &["ci", "--help"]]
    {
        let (_, said) = said(arguments);
        let codes = said.split_once("Exit codes:").unwrap().1;
        for code in ["0  ", "1  ", "2  ", "3  "] {
            assert!(codes.contains(&format!("\n  {code}")), "{code} in {codes}");
        }
    }
}
