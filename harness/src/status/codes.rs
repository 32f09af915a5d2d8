//! Which codes a field may hold.

use serde_json::Value;
use status_contract::Manifest;
use status_contract::manifest::{Field, Of, Registry};

/// A code that no contract has.
pub(super) const UNKNOWN: &str = "NO_SUCH_CODE";

/// Every code of a field with its tier, in order.
#[must_use]
pub(super) fn of<'m>(
    manifest: &'m Manifest,
    codes: Option<&'m Of>,
) -> Vec<(Option<&'m str>, &'m str)> {
    match codes {
        Some(Of::Registry(name)) => {
            let entries = manifest.registries.get(name).into_iter().flat_map(Registry::entries);
            entries.map(|(tier, entry)| (tier, entry.code.as_str())).collect()
        }
        Some(Of::Inline(codes)) => codes.iter().map(|code| (None, code.as_str())).collect(),
        Some(Of::Items(_)) | None => Vec::new(),
    }
}

/// The codes that the field may hold in this document, and those of other tiers.
#[must_use]
pub(super) fn parted<'m>(
    manifest: &'m Manifest,
    field: &'m Field,
    document: &Value,
) -> (Vec<&'m str>, Vec<&'m str>) {
    let all = of(manifest, field.of.as_ref());
    let tier = field.tier.as_deref().and_then(|name| document.get(name)?.as_str());
    let has_tier = |tier| all.iter().any(|(known, _)| *known == Some(tier));
    let Some(tier) = tier.filter(|tier| has_tier(tier)) else {
        return (all.into_iter().map(|(_, code)| code).collect(), Vec::new());
    };
    let (own, other): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(known, _)| *known == Some(tier));
    let codes = |list: Vec<(_, &'m str)>| list.into_iter().map(|(_, code)| code).collect();
    (codes(own), codes(other))
}
