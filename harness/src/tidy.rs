//! The house style as a test. It looks at what git tracks and nothing else.

use std::path::Path;

use crate::trouble::Trouble;
use crate::workspace;

pub mod code;
pub mod holder;
pub mod prose;

/// A file that git tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where, from the workspace.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// The tracked files with one of these endings that are still there, bypasses not among them.
///
/// # Errors
///
/// Git cannot be asked or a file cannot be read.
pub fn tracked(root: &Path, endings: &[&str]) -> Result<Vec<File>, Trouble> {
    let listed = workspace::git(root, &["ls-files", "-z"])?;
    listed
        .split('\0')
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter(|path| root.join(path).is_file())
        .map(|path| {
            // A document that has to be refused may be of any bytes.
            let text = String::from_utf8_lossy(&workspace::bytes(root, path)?).into_owned();
            Ok(File { path: path.to_owned(), text })
        })
        .collect()
}

/// What is not as it should be: its name, by which an exception can be made, and what to say of it.
pub type Lapse = (String, String);

/// What is left of the lapses after the exceptions (name, reason), and the exceptions that are stale.
#[must_use]
pub fn without_exceptions(lapses: &[Lapse], exceptions: &[(&str, &str)]) -> Vec<String> {
    let excepted = |name: &str| exceptions.iter().any(|(exception, _)| *exception == name);
    let stale = exceptions
        .iter()
        .filter(|(exception, _)| !lapses.iter().any(|(name, _)| name == exception))
        .map(|(name, _)| {
            format!("{name}: expected a lapse that this exception is for, found none; take it out")
        });
    let left = lapses.iter().filter(|(name, _)| !excepted(name));
    left.map(|(_, words)| words.clone()).chain(stale).collect()
}
