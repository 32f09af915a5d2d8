//! The committed schemas of the contracts, generated from the manifests, never the reverse.

use std::path::Path;

use status_contract::{Mode, schema};

use super::Stop;
use super::contract::{CONTRACTS, EMBEDDED, in_workspace};

/// Where the schemas stand, and what belongs there.
///
/// # Errors
///
/// A contract cannot be relied on.
pub fn files(root: &Path) -> Result<Vec<(String, String)>, Stop> {
    let mut files = Vec::new();
    for (name, _) in EMBEDDED {
        let contract = in_workspace(root, name)?.contract;
        for mode in [Mode::Min, Mode::Exact] {
            let json = schema::generate(&contract, mode).json;
            let file = format!("{CONTRACTS}/{name}/{}.schema.json", mode.as_str());
            files.push((file, format!("{json:#}\n")));
        }
    }
    Ok(files)
}
