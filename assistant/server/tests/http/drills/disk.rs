//! The disk is full: a limit on the size of files, which the system holds the running program to. Or what is
//! no file is in the place of the one that room is tried with.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::{Drill, Promise, SERVING, receipts};
use crate::support::{Assistant, Program, assistant, command, started};

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

/// Who opens a pipe so waits for nobody at its other end.
const O_NONBLOCK: i32 = 0o4000;

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
        let reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&self.0);
        let _ = std::fs::remove_file(&self.0);
        drop(reader);
    }
}

#[tokio::test]
async fn a_pipe_in_the_place_of_a_file_is_no_room_and_nobody_waits_for_its_reader() {
    let assistant = assistant().await;
    let mut drill = Drill::of(&assistant);
    let path = room(&assistant);
    std::fs::remove_file(&path).expect("room was tried before");
    let pipe = Pipe::at(path.clone());
    let started = Instant::now();
    assert!(assistant.store.ping().await.is_err());
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let status = drill.shows(Promise::minimal("STORE_DOWN", &["DISK_UNWRITABLE"])).await;
    assert_eq!(status["latches"], json!(["DISK_UNWRITABLE"]), "the file itself is in its place");

    let reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&path);
    let mut read = Vec::new();
    assert!(assistant.store.ping().await.is_err());
    let end = reader.expect("a reader").read_to_end(&mut read);
    assert_eq!((end.ok(), read), (Some(0), Vec::new()), "nothing is written to a pipe");
    drop(pipe);
    let _watching = assistant.watched();
    drill.shows(SERVING).await;
}

#[tokio::test]
async fn a_link_in_the_place_of_a_file_is_not_followed() {
    let assistant = assistant().await;
    let mut drill = Drill::of(&assistant);
    let (path, target) = (room(&assistant), assistant.directory().join("target"));
    std::fs::write(&target, "x").expect("a target");
    std::fs::remove_file(&path).expect("room was tried before");
    std::os::unix::fs::symlink(&target, &path).expect("a link");
    let _watching = assistant.watched();
    drill.shows(Promise::minimal("STORE_DOWN", &["DISK_UNWRITABLE"])).await;
    assert_eq!(std::fs::read(&target).expect("the target"), b"x");
    std::fs::remove_file(&path).expect("the link goes");
    drill.shows(SERVING).await;
}

fn room(assistant: &Assistant) -> PathBuf {
    assistant.directory().join("assistant.room")
}
