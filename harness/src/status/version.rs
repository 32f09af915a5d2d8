//! The bond between the version of a contract and what it stands for: fields, codes and rules.

use std::path::Path;

use serde_json::{Value, json};

use super::contract::{CONTRACTS, EMBEDDED, MANIFEST};
use crate::domain::sha256;
use crate::surface;
use crate::trouble::Trouble;
use crate::workspace;

/// The members of a manifest that its version stands for.
const MEANT: [&str; 5] = ["registries", "document", "rules", "precedence", "transitions"];

/// The name of the snapshot of a contract.
#[must_use]
pub fn snapshot(contract: &str) -> String {
    format!("status_{}_version", contract.replace('-', "_"))
}

/// The version of a contract and the digest of everything that it stands for. A profile has a version of its own, of
/// what it adds.
///
/// # Errors
///
/// The manifest cannot be read or says no version.
pub fn bond(root: &Path, contract: &str) -> Result<String, Trouble> {
    let file = format!("{CONTRACTS}/{contract}/{MANIFEST}");
    let mut manifest: Value = serde_json::from_slice(&workspace::bytes(root, &file)?)
        .map_err(|error| Trouble::at(Path::new(&file), "a JSON text", &error))?;
    let name = version_name(&manifest);
    let version = manifest.get(name).and_then(Value::as_str).map(str::to_owned);
    let version = version.ok_or_else(|| Trouble::at(Path::new(&file), name, &"none"))?;
    let schema = manifest.get("status_schema_version").map(Value::to_string).unwrap_or_default();
    for list in ["rules", "transitions"] {
        let rules = manifest.get_mut(list).and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten().filter_map(Value::as_object_mut) {
            // For people.
            rule.remove("says");
        }
    }
    let meant = json!([schema, MEANT.map(|member| manifest.get(member))]);
    let digest = sha256(meant.to_string().as_bytes());
    Ok(format!("{name} {version}\nfields, codes and rules {digest}\n"))
}

fn version_name(manifest: &Value) -> &'static str {
    if manifest.get("extends").is_some() { "profile_version" } else { "contract_version" }
}

/// What is wrong when what a version stands for changed and the version did not, for each contract. `bless` cannot
/// mend it.
///
/// # Errors
///
/// A manifest cannot be read.
pub fn unraised(root: &Path) -> Result<Vec<String>, Trouble> {
    let mut broken = Vec::new();
    for (contract, _) in EMBEDDED {
        let now = bond(root, contract)?;
        let Ok(approved) = surface::approved(root, &snapshot(contract)) else {
            continue;
        };
        let version = |bond: &str| bond.lines().next().map(str::to_owned);
        if version(&now) == version(&approved) && now.trim() != approved.trim() {
            let version = version(&now).unwrap_or_default();
            broken.push(format!(
                "a field, a code or a rule changed: expected a higher version than {version} in {CONTRACTS}/{contract}/{MANIFEST}; raise it, then bless"
            ));
        }
    }
    Ok(broken)
}
