//! Checks that other tools make.

use std::path::Path;

use super::{Checked, Found};
use crate::trouble::Trouble;
use crate::workspace;

/// `cargo fmt --check`.
///
/// # Errors
///
/// The tool is not there, or cargo cannot read the workspace.
pub fn formatted(root: &Path) -> Checked {
    expect(root, &["fmt", "--version"])?;
    expect(root, &["metadata", "--no-deps", "--format-version", "1"])?;
    cargo(root, &["fmt", "--all", "--check"], "run `cargo fmt --all`")
}

/// `cargo clippy` with warnings denied.
///
/// # Errors
///
/// The tool is not there, or cargo cannot get what the workspace depends on.
pub fn linted(root: &Path) -> Checked {
    expect(root, &["clippy", "--version"])?;
    expect(root, &["fetch", "--locked"])?;
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    cargo(root, &arguments, "mend what it says")
}

/// What a tool needs before its word counts: cargo ends in the same way when the tool finds something and when there
/// is no such tool.
fn expect(root: &Path, arguments: &[&str]) -> Result<(), Trouble> {
    let output = workspace::cargo(root, arguments, &[])?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Trouble::new(format!("expected cargo {} to succeed: {said}", arguments.join(" "))))
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
