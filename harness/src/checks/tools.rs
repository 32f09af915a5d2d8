//! Checks that other tools make.

use std::path::Path;

use super::{Checked, Found};
use crate::workspace;

/// `cargo fmt --check`.
///
/// # Errors
///
/// Cargo cannot be started.
pub fn formatted(root: &Path) -> Checked {
    cargo(root, &["fmt", "--all", "--check"], "run `cargo fmt --all`")
}

/// `cargo clippy` with warnings denied.
///
/// # Errors
///
/// Cargo cannot be started.
pub fn linted(root: &Path) -> Checked {
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    cargo(root, &arguments, "mend what it says")
}

fn cargo(root: &Path, arguments: &[&str], next: &str) -> Checked {
    let output = workspace::cargo(root, arguments, &[])?;
    let mut found = Found { count: 1, ..Found::default() };
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        found
            .broken
            .push(format!("cargo {}: expected no word, {next}: {said}", arguments.join(" ")));
    }
    Ok(found)
}
