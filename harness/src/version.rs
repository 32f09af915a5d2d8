//! The bond between `contract_version` and what it stands for: enums, codes, rules.

use std::path::Path;

use serde_json::{Value, json};

use crate::domain::sha256;
use crate::manifest::Manifest;
use crate::oracle::RULES;
use crate::surface;
use crate::trouble::Trouble;
use crate::workspace;

/// The name of the snapshot.
pub const SNAPSHOT: &str = "contract_version";

/// The version and the digest of everything that it stands for.
///
/// # Errors
///
/// The manifest or the rules cannot be read.
pub fn bond(root: &Path) -> Result<String, Trouble> {
    let manifest = Manifest::read(root)?;
    let rules: Value = serde_json::from_slice(&workspace::bytes(root, RULES)?)
        .map_err(|error| Trouble::at(Path::new(RULES), "a JSON text", &error))?;
    let meant = json!([
        manifest.enums,
        manifest.rules,
        manifest.order,
        manifest.codes,
        manifest.malformed,
        rules
    ]);
    Ok(format!(
        "contract_version {}\nenums, codes and rules {}\n",
        manifest.contract_version,
        sha256(meant.to_string().as_bytes())
    ))
}

/// What is wrong when what the version stands for changed and the version did not. `bless` cannot mend it.
///
/// # Errors
///
/// The manifest or the rules cannot be read.
pub fn unraised(root: &Path) -> Result<Option<String>, Trouble> {
    let now = bond(root)?;
    let Ok(approved) = surface::approved(root, SNAPSHOT) else {
        return Ok(None);
    };
    let version = |bond: &str| bond.lines().next().map(str::to_owned);
    if version(&now) == version(&approved) && now.trim() != approved.trim() {
        return Ok(Some(format!(
            "a code, an enum or a rule changed: expected a higher contract_version in {}; raise it, then bless",
            crate::manifest::MANIFEST
        )));
    }
    Ok(None)
}
