//! Writes what machines write: snapshots, compile-fail reasons, schemas, the rule table of the README.
//!
//! INVARIANT: the locks and the rules leave as they came. Held by
//! `tests/harness.rs::bless_leaves_the_locks_and_the_rules_alone`.

use std::path::Path;

use crate::locked::LOCKED;
use crate::manifest::Manifest;
use crate::oracle::RULES;
use crate::trouble::Trouble;
use crate::workspace;
use crate::{readme, schema, status, version};

/// Writes all of it. Gives what was written.
///
/// # Errors
///
/// A file cannot be written, a test fails for another reason, the version of the contract was not raised, or a file
/// that only people write has changed meanwhile.
pub fn all(root: &Path) -> Result<Vec<String>, Trouble> {
    let before = kept(root)?;
    raised(root)?;
    let mut written = generated(root)?;
    tests(root, "speech-tests", &["surface::"], ("INSTA_UPDATE", "always"))?;
    written.push("snapshots/".to_owned());
    tests(root, "speech-compile-fail", &[], ("TRYBUILD", "overwrite"))?;
    written.push("tests/compile_fail/".to_owned());
    if kept(root)? == before {
        Ok(written)
    } else {
        Err(Trouble::new(format!(
            "expected {LOCKED} and {RULES} to stay as they were; see `git diff`"
        )))
    }
}

/// Nothing is written over a version that stands for something else than before.
///
/// # Errors
///
/// The version of a contract was not raised.
pub fn raised(root: &Path) -> Result<(), Trouble> {
    let speech = version::unraised(root)?;
    match speech.into_iter().chain(status::version::unraised(root)?).next() {
        Some(unraised) => Err(Trouble::new(unraised)),
        None => Ok(()),
    }
}

/// Writes what is generated from the manifests. Gives the files whose text changed.
///
/// # Errors
///
/// A file cannot be read or written.
pub fn generated(root: &Path) -> Result<Vec<String>, Trouble> {
    let manifest = Manifest::read(root)?;
    let speech = schema::files(&manifest).into_iter();
    let mut files: Vec<_> = speech.map(|(file, text)| (file.to_owned(), text)).collect();
    files.push((readme::README.to_owned(), readme::with_rule_table(root)?));
    files.extend(status::schemas::files(root).map_err(|stop| Trouble::new(stop.words))?);
    let mut written = Vec::new();
    for (file, text) in files {
        if workspace::text(root, &file).ok().as_ref() != Some(&text) {
            workspace::write(root, &file, &text)?;
            written.push(file);
        }
    }
    Ok(written)
}

fn kept(root: &Path) -> Result<[Vec<u8>; 2], Trouble> {
    Ok([workspace::bytes(root, LOCKED)?, workspace::bytes(root, RULES)?])
}

fn tests(
    root: &Path,
    package: &str,
    filter: &[&str],
    variable: (&str, &str),
) -> Result<(), Trouble> {
    let mut arguments = vec!["test", "--quiet", "--package", package];
    arguments.extend(filter);
    let output = workspace::cargo(root, &arguments, &[variable])?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Trouble::new(format!(
        "expected the tests of {package} to pass once blessed: {}",
        String::from_utf8_lossy(&said)
    )))
}
