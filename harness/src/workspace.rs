//! The workspace: its files, and what cargo and git say of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use crate::trouble::Trouble;

/// Reads a file of the workspace as bytes.
///
/// # Errors
///
/// The file cannot be read.
pub fn bytes(root: &Path, file: &str) -> Result<Vec<u8>, Trouble> {
    let path = root.join(file);
    fs::read(&path).map_err(|error| Trouble::at(Path::new(file), "a readable file", &error))
}

/// Reads a file of the workspace as text.
///
/// # Errors
///
/// The file cannot be read or is not UTF-8.
pub fn text(root: &Path, file: &str) -> Result<String, Trouble> {
    String::from_utf8(bytes(root, file)?)
        .map_err(|error| Trouble::at(Path::new(file), "UTF-8", &error))
}

/// Writes a file of the workspace.
///
/// # Errors
///
/// The file cannot be written.
pub fn write(root: &Path, file: &str, text: &str) -> Result<(), Trouble> {
    fs::write(root.join(file), text)
        .map_err(|error| Trouble::at(Path::new(file), "a writable file", &error))
}

/// Every file below a folder of the workspace, relative to the workspace, sorted. An absent folder has none.
///
/// # Errors
///
/// A folder cannot be listed.
pub fn files_below(root: &Path, folder: &str) -> Result<Vec<String>, Trouble> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        if !root.join(&folder).is_dir() {
            continue;
        }
        let unlisted = |error| Trouble::at(&folder, "a folder that can be listed", &error);
        for entry in fs::read_dir(root.join(&folder)).map_err(unlisted)? {
            let entry = entry.map_err(unlisted)?;
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The workspace that `start` lies in: the nearest folder above with a speech contract.
///
/// # Errors
///
/// No folder above has one.
pub fn find(start: &Path) -> Result<PathBuf, Trouble> {
    start
        .ancestors()
        .find(|folder| folder.join("contracts/speech/manifest.json").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| {
            Trouble::new(format!(
                "expected contracts/speech/manifest.json in {} or above it; run inside the workspace or pass --root",
                start.display()
            ))
        })
}

/// Runs cargo in the workspace.
///
/// # Errors
///
/// Cargo cannot be started.
pub fn cargo(
    root: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Output, Trouble> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(program)
        .current_dir(root)
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .map_err(|error| {
            Trouble::new(format!(
                "expected to start cargo: {error}; install the toolchain of rust-toolchain.toml"
            ))
        })
}

/// What git prints for these arguments.
///
/// # Errors
///
/// Git cannot be started or fails.
pub fn git(root: &Path, arguments: &[&str]) -> Result<String, Trouble> {
    let output =
        Command::new("git").current_dir(root).args(arguments).output().map_err(|error| {
            Trouble::new(format!("expected to start git: {error}; install git"))
        })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Trouble::new(format!(
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )))
    }
}
