//! What is said: the document, if it holds the contract, and the last resort if it does not.

use status_contract::Finding;

use super::document::{Facts, StatusDocument};
use super::{Health, StatusContract};

/// A document that holds the contract, whichever of the two it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub document: StatusDocument,
    /// The same as it leaves.
    pub bytes: Vec<u8>,
    /// What was wrong with the document that this one stands for; empty if there is no such.
    pub withheld: Vec<Finding>,
}

impl Statement {
    /// Whether the document could be stated.
    #[must_use]
    pub const fn health(&self) -> Health {
        if self.withheld.is_empty() { Health::Up } else { Health::Down }
    }

    /// Codes and places of what was wrong, without any value.
    #[must_use]
    pub fn faults(&self) -> String {
        let faults = self.withheld.iter().map(|finding| {
            let rule = finding.rule.as_deref().map(|rule| format!(" {rule}")).unwrap_or_default();
            format!("{}{rule} at {}", finding.code, finding.pointer)
        });
        faults.collect::<Vec<_>>().join(", ")
    }
}

/// States the facts, or that they cannot be stated.
#[must_use]
pub fn state(facts: &Facts, contract: &StatusContract) -> Statement {
    let document = StatusDocument::of(facts, contract);
    let bytes = document.bytes();
    let withheld = contract.findings(&bytes, facts.generated_at);
    if withheld.is_empty() {
        return Statement { document, bytes, withheld };
    }
    let document = StatusDocument::unproven(contract, facts.started_at, facts.generated_at);
    Statement { bytes: document.bytes(), document, withheld }
}
