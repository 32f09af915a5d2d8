//! The disk is full: a limit on the size of files, which the system holds the running program to.

use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::{Drill, Promise, SERVING, receipts};
use crate::support::{Program, command, started};

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
    drill.shows(Promise::minimal("STORE_DOWN", &["DISK_FULL"])).await;
    let full = drill.shows(Promise::minimal("STORE_DOWN", &["DISK_FULL", "WRITES_IN_DOUBT"])).await;
    assert_eq!(full["latches"], json!(["DISK_FULL", "WRITES_IN_DOUBT", "RECEIPTS_WAITING"]));

    limit(&program, "unlimited");
    drill.shows(SERVING).await;
    let after = drill.status().await;
    assert_eq!(
        (&after["receipts"]["spooled"], receipts(&after)),
        (&json!(0), receipts(&before) + 4)
    );
}
