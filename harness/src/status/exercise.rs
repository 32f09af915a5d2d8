//! Which rules a document exercises: where they apply and have something to say.

use std::collections::BTreeSet;

use status_contract::manifest::{Predicate, Rule};
use status_contract::{Broken, Contract, FINDINGS_MAX, Manifest, Mode, Options, check};

/// So many rules are asked at once: no more than would be told.
const AT_ONCE: usize = FINDINGS_MAX / 2;

/// A contract in which each rule fails wherever it applies.
#[derive(Debug)]
pub(super) struct Probe {
    contracts: Vec<Contract>,
}

impl Probe {
    /// Makes it of the rules and transitions of a manifest.
    ///
    /// # Errors
    ///
    /// The rules cannot be relied on.
    pub(super) fn new(manifest: &Manifest) -> Result<Self, Broken> {
        let probes = |rules: &[Rule]| rules.iter().map(probe).collect::<Vec<_>>();
        let (rules, transitions) = (probes(&manifest.rules), probes(&manifest.transitions));
        let parts = rules.chunks(AT_ONCE).map(|part| (part.to_vec(), Vec::new()));
        let parts =
            parts.chain(transitions.chunks(AT_ONCE).map(|part| (Vec::new(), part.to_vec())));
        let contracts = parts.map(|(rules, transitions)| {
            Contract::new(Manifest { rules, transitions, ..manifest.clone() })
        });
        Ok(Self { contracts: contracts.collect::<Result<_, _>>()? })
    }

    /// The ids of the rules that a document exercises, with one before it those of the transitions too.
    #[must_use]
    pub(super) fn exercised(
        &self,
        document: &[u8],
        now: Option<i64>,
        prev: Option<&[u8]>,
    ) -> BTreeSet<String> {
        let options = Options { mode: Mode::Min, now, prev };
        let reports = self.contracts.iter().map(|contract| check(contract, document, &options));
        let found = reports.flat_map(|report| report.findings().to_vec());
        found.filter_map(|finding| finding.rule).collect()
    }
}

/// The rule with a demand that nothing meets. One with two sides is exercised where both hold: where both fail it
/// says nothing of either.
fn probe(rule: &Rule) -> Rule {
    let unmet = |demand: &Predicate| {
        Predicate::All(vec![demand.clone(), Predicate::Not(Box::new(demand.clone()))])
    };
    let mut probe = rule.clone();
    if let Some((left, right)) = probe.iff.take() {
        let parts = probe.condition.into_iter().chain([left]).collect();
        probe.condition = Some(Predicate::All(parts));
        probe.then = Some(right);
    }
    probe.then = probe.then.as_ref().map(unmet);
    probe
}
