//! Checks of how the workspace is kept: surfaces, locks, style.

use std::path::Path;

use super::{CHECKS, Checked, Found};
use crate::tidy::{self, File, code, prose};
use crate::trouble::Trouble;
use crate::workspace;
use crate::{locked, readme, surface};

/// Files and functions that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

const BYPASSES: &str = "tests/compile_fail/";

/// The kernel's README against the rules of the manifest.
///
/// # Errors
///
/// A file cannot be read.
pub fn readme(root: &Path) -> Checked {
    let expected = readme::with_rule_table(root)?;
    let mut found = Found { count: 1, ..Found::default() };
    if workspace::text(root, readme::README)? != expected {
        found.broken.push(format!(
            "{}: expected the rules of the manifest; run `cargo harness bless`",
            readme::README
        ));
    }
    Ok(found)
}

/// The surface of the kernel and the exit against the approved snapshots.
///
/// # Errors
///
/// A crate cannot be documented or a snapshot cannot be read.
pub fn surface(root: &Path) -> Checked {
    let mut found = Found::default();
    for view in surface::views(root)? {
        let approved = surface::approved(root, &view.name)?;
        found.count += view.text.lines().count() as u64;
        if approved.trim_end() != view.text.trim_end() {
            let new = view.text.lines().filter(|line| !approved.lines().any(|old| old == *line));
            let gone = approved.lines().filter(|line| !view.text.lines().any(|new| new == *line));
            let changes =
                gone.map(|line| format!("- {line}")).chain(new.map(|line| format!("+ {line}")));
            found.broken.push(format!(
                "snapshots/{}.snap: expected the approved surface, found another; if it is meant, run `cargo harness bless`: {}",
                view.name,
                changes.collect::<Vec<_>>().join("; ")
            ));
        }
    }
    Ok(found)
}

/// Each lock, and that each file has one that needs one.
///
/// # Errors
///
/// The table cannot be read.
pub fn locks(root: &Path) -> Checked {
    let (count, broken) = locked::mismatches(root)?;
    Ok(Found { count, broken })
}

/// The lengths of functions.
///
/// # Errors
///
/// A file cannot be read.
pub fn functions(root: &Path) -> Checked {
    let (count, lapses) = code::long_functions(&code_files(root)?)?;
    let longer: Vec<_> = LONGER.iter().filter(|(name, _)| name.contains(' ')).copied().collect();
    Ok(Found { count, broken: tidy::without_exceptions(&lapses, &longer) })
}

/// The lengths of files.
///
/// # Errors
///
/// A file cannot be read.
pub fn files(root: &Path) -> Checked {
    let files = code_files(root)?;
    let longer: Vec<_> = LONGER.iter().filter(|(name, _)| !name.contains(' ')).copied().collect();
    Ok(Found {
        count: files.len() as u64,
        broken: tidy::without_exceptions(&code::long_files(&files), &longer),
    })
}

/// The words of comments and documents.
///
/// # Errors
///
/// A file cannot be read.
pub fn words_of_people(root: &Path) -> Checked {
    let (count, mut lapses) = prose::lapses(&tidy::tracked(root, &[".md", ".rs"])?);
    lapses.extend(prose::machine_paths(&tidy::tracked(root, &[".md", ".rs", ".toml", ".json"])?));
    Ok(Found { count, broken: tidy::without_exceptions(&lapses, &[]) })
}

/// The form of invariants, and that what holds them exists.
///
/// # Errors
///
/// A file cannot be read.
pub fn invariants(root: &Path) -> Checked {
    let (count, broken) = prose::invariants(root, &tidy::tracked(root, &[".rs"])?);
    Ok(Found { count, broken })
}

/// The reasons of lint overrides, and that none is an `allow`, which would outlive its cause.
///
/// # Errors
///
/// A file cannot be read.
pub fn expectations(root: &Path) -> Checked {
    let mut found = Found::default();
    for file in code_files(root)? {
        found.count += 1;
        for line in code::contents(&file)?.unreasoned {
            found
                .broken
                .push(format!("{}:{line}: expected `#[expect(lint, reason = \"…\")]`", file.path));
        }
    }
    Ok(found)
}

/// The three files of each bypass.
///
/// # Errors
///
/// A folder cannot be listed.
pub fn twins(root: &Path) -> Checked {
    let files = workspace::files_below(root, BYPASSES.trim_end_matches('/'))?;
    let mut found = Found::default();
    let stem = |file: &str| {
        let inner = file.strip_prefix(BYPASSES)?;
        let (folder, name) = inner.split_once('/')?;
        let stem = [".twin.rs", ".stderr", ".rs"].iter().find_map(|end| name.strip_suffix(end))?;
        Some(format!("{BYPASSES}{folder}/{stem}"))
    };
    let mut stems: Vec<_> = files.iter().filter_map(|file| stem(file)).collect();
    stems.dedup();
    for stem in stems {
        found.count += 1;
        for end in [".rs", ".stderr", ".twin.rs"] {
            let wanted = format!("{stem}{end}");
            if !files.contains(&wanted) {
                found
                    .broken
                    .push(format!("{wanted}: expected this file beside its twins, found none"));
            }
        }
    }
    Ok(found)
}

/// That each function that is a check is in the one list, and the reverse.
///
/// # Errors
///
/// A file cannot be read.
pub fn listed(root: &Path) -> Checked {
    let mut found = Found::default();
    let mut there = Vec::new();
    for file in code_files(root)?.iter().filter(|file| file.path.starts_with("harness/src/")) {
        there.extend(code::contents(file)?.checks);
    }
    for name in &there {
        found.count += 1;
        if !CHECKS.iter().any(|check| check.name == name) {
            found.broken.push(format!(
                "harness/src/checks.rs: expected the check {name} in the list; name it there"
            ));
        }
    }
    for check in CHECKS.iter().filter(|check| !there.iter().any(|name| name == check.name)) {
        found.broken.push(format!(
            "harness/src/checks.rs: expected a public function {}; it is listed",
            check.name
        ));
    }
    Ok(found)
}

fn code_files(root: &Path) -> Result<Vec<File>, Trouble> {
    let mut files = tidy::tracked(root, &[".rs"])?;
    files.retain(|file| !(file.path.starts_with(BYPASSES) && file.path.matches('/').count() > 2));
    Ok(files)
}
