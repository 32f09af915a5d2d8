//! What is proved. The list of modules is the list of promises.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod audit;
mod contract;
mod door;
mod exit;
mod gate;
mod guard;
mod harness;
mod laws;
mod locked;
mod receipts;
mod serve;
mod speech;
mod status;
mod status_agreement;
mod streams;
mod surface;
mod tidy;

use std::path::{Path, PathBuf};

use speech_harness::checks::{CHECKS, Found};

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the workspace")
        .to_path_buf()
}

/// Makes one of the harness's checks on this workspace and gives its count.
#[track_caller]
fn kept(name: &str) -> u64 {
    let check = CHECKS.iter().find(|check| check.name == name);
    let check = check.expect("a check of the harness's list");
    let Found { count, broken } = (check.run)(&root()).unwrap();
    assert!(broken.is_empty(), "{}:\n{}", check.promise, broken.join("\n"));
    count
}
