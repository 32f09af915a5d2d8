//! `LOCKED.md`: what may not move, by digest.

use std::path::Path;

use crate::domain::sha256;
use crate::tidy::holder;
use crate::trouble::Trouble;
use crate::workspace;

/// The file that holds the locks.
pub const LOCKED: &str = "LOCKED.md";

/// The folders of which every file has to be covered by a row.
pub const COVERED: [&str; 3] = ["contracts", "snapshots", "tests/compile_fail"];

const HEAD: [&str; 4] = ["Locked", "File", "SHA-256", "Fails"];

/// One row: a file, or a folder with everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What is locked, for people.
    pub thing: String,
    /// The file, or the folder with a slash at its end.
    pub path: String,
    /// The digest that was accepted.
    pub sha256: String,
    /// The test that fails when the thing moves, `module::name` in `tests/`.
    pub test: String,
}

impl Row {
    /// Whether the row speaks for that file.
    #[must_use]
    pub fn covers(&self, file: &str) -> bool {
        self.path == file || (self.path.ends_with('/') && file.starts_with(&self.path))
    }
}

/// The rows of the table.
///
/// # Errors
///
/// The file has no such table.
pub fn rows(text: &str) -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [thing, path, sha256, test] = cells.as_slice() else {
            return Err(Trouble::at(Path::new(LOCKED), "four cells in a row", &line));
        };
        if cells != HEAD && !thing.starts_with("---") {
            let code = |cell: &str| cell.trim_matches('`').to_owned();
            rows.push(Row {
                thing: (*thing).to_owned(),
                path: code(path),
                sha256: code(sha256),
                test: code(test),
            });
        }
    }
    Ok(rows)
}

/// The files below the covered folders. What a test run leaves beside them for a person to look at is not among them.
///
/// # Errors
///
/// A folder cannot be listed.
pub fn covered_files(root: &Path) -> Result<Vec<String>, Trouble> {
    let mut files = Vec::new();
    for folder in COVERED {
        files.extend(workspace::files_below(root, folder)?);
    }
    files.retain(|file| is_kept(file));
    Ok(files)
}

fn is_kept(file: &str) -> bool {
    !file.ends_with(".snap.new") && !file.contains("/wip/")
}

/// The digest of a file, or of a folder: that of the sorted lines `sha256  relative/path`.
///
/// # Errors
///
/// A file cannot be read, or the folder is empty.
pub fn digest(root: &Path, path: &str) -> Result<String, Trouble> {
    let Some(folder) = path.strip_suffix('/') else {
        return Ok(sha256(&workspace::bytes(root, path)?));
    };
    let mut lines = Vec::new();
    for file in workspace::files_below(root, folder)?.iter().filter(|file| is_kept(file)) {
        let relative = file.strip_prefix(path).unwrap_or(file);
        lines.push(format!("{}  {relative}\n", sha256(&workspace::bytes(root, file)?)));
    }
    if lines.is_empty() {
        return Err(Trouble::at(Path::new(path), "a folder with files", &"none"));
    }
    lines.sort();
    Ok(sha256(lines.concat().as_bytes()))
}

/// What of the table does not match the workspace, both ways, and how many files it covers.
///
/// # Errors
///
/// The table cannot be read.
pub fn mismatches(root: &Path) -> Result<(u64, Vec<String>), Trouble> {
    let rows = rows(&workspace::text(root, LOCKED)?)?;
    let mut broken = Vec::new();
    for Row { path, sha256, test, .. } in &rows {
        match digest(root, path) {
            Ok(found) if found == *sha256 => {}
            Ok(found) => broken.push(format!(
                "{path}: expected {sha256}, found {found}; if the change is meant, run `cargo harness locked --accept {path}`"
            )),
            Err(gone) => broken.push(format!("{gone}; if it is meant to be gone, take its row out of {LOCKED}")),
        }
        if !test_exists(root, test) {
            broken.push(format!("{path}: expected a test {test} in tests/, found none"));
        }
    }
    let files = covered_files(root)?;
    for file in files.iter().filter(|file| !rows.iter().any(|row| row.covers(file))) {
        broken.push(format!(
            "{file}: expected a row of {LOCKED} that covers it, found none; add one"
        ));
    }
    Ok((files.len() as u64, broken))
}

/// Whether `module::name` is a test of the workspace's one test binary.
#[must_use]
pub fn test_exists(root: &Path, test: &str) -> bool {
    let Some((module, name)) = test.split_once("::") else {
        return false;
    };
    let text = |module: &str| workspace::text(root, &format!("tests/{module}.rs"));
    text("main").is_ok_and(|text| holder::has_module(&text, module))
        && text(module).is_ok_and(|text| holder::has_test(&text, name))
}

/// Writes the present digest of one row's path into `LOCKED.md`, and nothing else.
///
/// # Errors
///
/// No row has that path.
pub fn accept(root: &Path, path: &str) -> Result<Row, Trouble> {
    let text = workspace::text(root, LOCKED)?;
    let row = rows(&text)?.into_iter().find(|row| row.path == path);
    let Some(row) = row else {
        return Err(Trouble::at(
            Path::new(LOCKED),
            &format!("a row for {path}"),
            &"none; add one first",
        ));
    };
    let accepted = digest(root, path)?;
    let cell = format!("| `{path}` |");
    let lines = text.lines().map(|line| {
        if line.contains(&cell) {
            format!("{}\n", line.replace(&row.sha256, &accepted))
        } else {
            format!("{line}\n")
        }
    });
    workspace::write(root, LOCKED, &lines.collect::<String>())?;
    Ok(Row { sha256: accepted, ..row })
}

/// The rows that are not the same as at that revision: changed, added or taken out.
///
/// # Errors
///
/// Git does not know the revision.
pub fn changed_since(root: &Path, revision: &str) -> Result<Vec<String>, Trouble> {
    let now = rows(&workspace::text(root, LOCKED)?)?;
    let was_there = workspace::git(root, &["ls-tree", "--name-only", revision, LOCKED])?;
    if was_there.trim().is_empty() {
        return Ok(now
            .iter()
            .map(|row| format!("added    {} ({})", row.path, row.thing))
            .collect());
    }
    let then = rows(&workspace::git(root, &["show", &format!("{revision}:{LOCKED}")])?)?;
    let mut changed = Vec::new();
    for row in &now {
        match then.iter().find(|old| old.path == row.path) {
            Some(old) if old == row => {}
            Some(old) => changed.push(format!(
                "changed  {} ({}): {} to {}",
                row.path, row.thing, old.sha256, row.sha256
            )),
            None => changed.push(format!("added    {} ({})", row.path, row.thing)),
        }
    }
    for row in then.iter().filter(|row| !now.iter().any(|new| new.path == row.path)) {
        changed.push(format!("removed  {} ({})", row.path, row.thing));
    }
    Ok(changed)
}
