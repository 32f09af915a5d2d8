//! What every status document is held to.

use std::sync::Arc;

use status_contract::manifest::Entry;
use status_contract::{Contract, Finding, Manifest, Mode, Options, check};

use super::document::{Facts, StatusDocument};

const MANIFEST: &[u8] = include_bytes!("../../../../contracts/status/assistant/manifest.json");

/// Why no status could be stated at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("STATUS_CONTRACT_BROKEN: expected the contract of the status to be usable: {0}")]
pub struct BrokenContract(String);

/// The contract of `GET /status`, checked. Clones are the same.
///
/// INVARIANT: the document that says only that a status broke it holds it. Held by
/// `a_contract_that_the_last_resort_breaks_is_refused`.
#[derive(Debug, Clone)]
pub struct StatusContract(Arc<Contract>);

impl StatusContract {
    /// The contract that this program was built with.
    ///
    /// # Errors
    ///
    /// [`BrokenContract`].
    pub fn embedded() -> Result<Self, BrokenContract> {
        Self::parse(MANIFEST)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// [`BrokenContract`] when it is no contract, or the last resort of a status would break it.
    pub fn parse(manifest: &[u8]) -> Result<Self, BrokenContract> {
        let contract = Manifest::parse(manifest).and_then(Contract::new);
        let contract = contract.map_err(|broken| BrokenContract(broken.to_string()))?;
        let contract = Self(Arc::new(contract));
        let last_resort = StatusDocument::unproven(&contract, Facts::EPOCH, Facts::EPOCH);
        match contract.findings(&last_resort.bytes(), Facts::EPOCH).first() {
            None => Ok(contract),
            Some(Finding { code, pointer, expected, .. }) => Err(BrokenContract(format!(
                "a document that says only that it was broken breaks it: {code} at {pointer}: expected {expected}"
            ))),
        }
    }

    /// What is wrong with these bytes at this time, in milliseconds since the epoch.
    pub(super) fn findings(&self, document: &[u8], now: i64) -> Vec<Finding> {
        let options = Options { mode: Mode::Exact, now: Some(now), prev: None };
        check(&self.0, document, &options).findings().to_vec()
    }

    /// What it says of a code.
    pub(super) fn entry(&self, code: &str) -> Option<&Entry> {
        self.0.entry(code)
    }

    /// What it was made of.
    pub(super) fn manifest(&self) -> &Manifest {
        self.0.manifest()
    }
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, StatusContract};
    use crate::status::{Latch, Reason};
    use crate::telemetry::DENIALS;
    use status_contract::manifest::Registry;

    #[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    fn codes(registry: &str) -> Vec<(Option<String>, String)> {
        let contract = StatusContract::embedded().unwrap();
        let entries = contract.manifest().registries.get(registry).map(Registry::entries).unwrap();
        entries.map(|(tier, entry)| (tier.map(str::to_owned), entry.code.clone())).collect()
    }

    #[test]
    fn the_codes_are_those_of_the_contract() {
        let reasons = Reason::ALL.map(|reason| (Some(reason.mode().to_string()), reason.code()));
        let reasons = reasons.map(|(tier, code)| (tier, code.to_owned()));
        assert_eq!(codes("ModeReasonCode"), reasons);
        let latches = Latch::ALL.map(|latch| (None, latch.code().to_owned()));
        assert_eq!(codes("LatchCode"), latches);
        let denials = DENIALS.map(|code| (None, code.to_owned()));
        assert_eq!(codes("ViolationCode"), denials);
    }

    fn refused(manifest: &str) -> String {
        StatusContract::parse(manifest.as_bytes()).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_contract_that_cannot_be_parsed_is_refused() {
        for manifest in ["", "{}", "[", r#"{"contract_version":"1.0","document":{"fields":{}}}"#] {
            let said = refused(manifest);
            assert!(said.starts_with("STATUS_CONTRACT_BROKEN: "), "{manifest}: {said}");
        }
    }

    #[test]
    fn a_contract_that_the_last_resort_breaks_is_refused() {
        let manifest = String::from_utf8_lossy(MANIFEST);
        let (with, without) = (r#""enforce"], "null": true"#, r#""enforce"]"#);
        let said = refused(&manifest.replacen(with, without, 1));
        assert!(said.contains("TYPE at /gate_mode"), "{said}");
    }
}
