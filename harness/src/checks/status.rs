//! Checks of the contracts of status documents.

use std::fs;
use std::path::Path;

use super::{Checked, Found};
use crate::status::cases::Cases;
use crate::status::contract::{CONTRACTS, EMBEDDED, Loaded, in_workspace};
use crate::status::coverage::{self, Coverage};
use crate::status::lint::lint;
use crate::status::{Stop, schemas, version};
use crate::{surface, workspace};

/// The contracts whose fixtures show every code that can be a reason. The others show what happens in their drills.
const WITH_EVERY_CODE: [&str; 1] = ["assistant"];

/// The committed schemas against those that the manifests give.
///
/// # Errors
///
/// None: what cannot be read is broken.
pub fn status_schemas(root: &Path) -> Checked {
    let mut found = Found::default();
    let files = match schemas::files(root) {
        Ok(files) => files,
        Err(stop) => return Ok(Found { count: 0, broken: vec![stop.words] }),
    };
    for (file, generated) in files {
        found.count += 1;
        if workspace::text(root, &file).ok().as_ref() != Some(&generated) {
            found.broken.push(format!(
                "{file}: expected what the manifest gives; run `cargo harness bless`"
            ));
        }
    }
    Ok(found)
}

/// Each fixture and each reject against its contract, and that the contracts are those that the command carries.
///
/// # Errors
///
/// The folder of the contracts cannot be listed.
pub fn status_cases(root: &Path) -> Checked {
    let mut found = each(|name| {
        let (Loaded { contract, .. }, cases) = with_cases(root, name)?;
        let lint = lint(name, &contract, &cases)?;
        let every_code = WITH_EVERY_CODE.contains(&name);
        let unseen = lint.unseen.iter().filter(|_| every_code);
        let broken = lint.gaps.iter().chain(unseen).map(|gap| format!("{name}: {gap}")).collect();
        Ok(Found { count: lint.documents as u64, broken })
    });
    let unlisted = |error| crate::trouble::Trouble::at(Path::new(CONTRACTS), "a folder", &error);
    for folder in fs::read_dir(root.join(CONTRACTS)).map_err(unlisted)? {
        let name = folder.map_err(unlisted)?.file_name();
        if !EMBEDDED.iter().any(|(known, _)| name == *known) {
            let name = name.to_string_lossy();
            found.broken.push(format!(
                "{CONTRACTS}/{name}: expected the name of a contract that the command carries"
            ));
        }
    }
    Ok(found)
}

/// The documents that are derived from each field and each rule of each contract.
///
/// # Errors
///
/// None: what cannot be read is broken.
pub fn status_coverage(root: &Path) -> Checked {
    Ok(each(|name| {
        let (Loaded { contract, .. }, cases) = with_cases(root, name)?;
        let rows = coverage::table(&contract, &cases)?;
        let coverage = Coverage { contract: name.to_owned(), rows };
        let derived = coverage.rows.iter().map(|row| row.derived.len() as u64).sum();
        let broken =
            [("unenforced", coverage.unenforced()), ("unexercised", coverage.unexercised())];
        let broken = broken.into_iter().flat_map(|(word, lines)| {
            lines.into_iter().map(move |line| format!("{name}: {word}: {line}"))
        });
        Ok(Found { count: derived, broken: broken.collect() })
    }))
}

/// The version of each contract against what it stands for.
///
/// # Errors
///
/// A manifest or a snapshot cannot be read.
pub fn status_version(root: &Path) -> Checked {
    let mut found = Found { count: 0, broken: version::unraised(root)? };
    for (name, _) in EMBEDDED {
        found.count += 1;
        let snapshot = version::snapshot(name);
        let approved = surface::approved(root, &snapshot)?;
        if found.broken.is_empty() && approved.trim() != version::bond(root, name)?.trim() {
            found.broken.push(format!(
                "snapshots/{snapshot}.snap: expected the present version; run `cargo harness bless`"
            ));
        }
    }
    Ok(found)
}

fn with_cases(root: &Path, name: &str) -> Result<(Loaded, Cases), Stop> {
    let loaded = in_workspace(root, name)?;
    let cases = Cases::read(&loaded.folders)?;
    Ok((loaded, cases))
}

/// What is found in every contract, one that cannot be relied on being broken.
fn each(look: impl Fn(&str) -> Result<Found, Stop>) -> Found {
    let mut all = Found::default();
    for (name, _) in EMBEDDED {
        match look(name) {
            Ok(Found { count, broken }) => {
                all.count += count;
                all.broken.extend(broken);
            }
            Err(stop) => all.broken.push(stop.words),
        }
    }
    all
}
