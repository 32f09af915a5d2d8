//! The disk is full: a limit on the size of files, which the system holds the running program to. Or it does not answer:
//! a pipe that nobody reads, in the place of the file that room is tried with.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::{Drill, Promise, SERVING, receipts};
use crate::support::{Program, assistant, command, started};

/// A program that a limit on the size of files does not kill.
fn program(directory: &TempDir) -> Program {
    let plain = command(directory.path(), &[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\""]).arg(plain.get_program());
    shell.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(std::process::Stdio::null());
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    started(shell)
}

/// From now on, no file of the program's gets longer.
fn limit(program: &Program, bytes: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &program.child.id().to_string(), &format!("--fsize={bytes}:")])
        .status();
    assert!(limited.expect("prlimit").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_full_and_has_room_again() {
    let directory = TempDir::new().expect("a directory");
    let program = program(&directory);
    let mut drill = Drill::of_program(&program.address);
    let before = drill.shows(SERVING).await;

    limit(&program, "4096");
    drill.shows(Promise::minimal("STORE_DOWN", &["DISK_UNWRITABLE"])).await;
    let full =
        drill.shows(Promise::minimal("STORE_DOWN", &["DISK_UNWRITABLE", "WRITES_IN_DOUBT"])).await;
    assert_eq!(full["latches"], json!(["DISK_UNWRITABLE", "WRITES_IN_DOUBT", "RECEIPTS_WAITING"]));

    limit(&program, "unlimited");
    drill.shows(SERVING).await;
    for _ in 0..8 {
        drill.answers_in("full").await;
    }
    let after = drill.status().await;
    let found = (&after["receipts"]["spooled"], receipts(&after));
    assert_eq!(found, (&json!(0), receipts(&before) + 12), "every connection writes again");
}

/// A pipe in the place of a file: who opens it to write waits until it goes.
struct Pipe(PathBuf);

impl Pipe {
    fn at(path: PathBuf) -> Self {
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        Self(path)
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        /// Who opens a pipe so waits for nobody at its other end.
        const O_NONBLOCK: i32 = 0o4000;
        let reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&self.0);
        let _ = std::fs::remove_file(&self.0);
        drop(reader);
    }
}

#[tokio::test]
async fn the_disk_does_not_answer_and_answers_again() {
    let assistant = assistant().await;
    let mut drill = Drill::of(&assistant);
    let path = assistant.directory().join("assistant.room");
    std::fs::remove_file(&path).expect("room was tried before");
    let pipe = Pipe::at(path);
    let watching = assistant.watched();
    let status = drill.shows(Promise::minimal("STORE_DOWN", &["DISK_UNWRITABLE"])).await;
    assert_eq!(status["latches"], json!(["DISK_UNWRITABLE"]), "the file itself is in its place");
    drop(watching);
    drop(pipe);
    let _watching = assistant.watched();
    drill.shows(SERVING).await;
}
