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
/// says nothing of either. One that lets something pass unless the rest holds is exercised where it does not pass.
fn probe(rule: &Rule) -> Rule {
    let mut probe = rule.clone();
    let mut conditions: Vec<_> = probe.condition.take().into_iter().collect();
    if let Some((left, right)) = probe.iff.take() {
        conditions.push(left);
        probe.then = Some(right);
    }
    if let Some(Predicate::Any(parts)) = &probe.then
        && !parts.iter().all(|part| matches!(part, Predicate::Not(_)))
    {
        conditions.extend(parts.iter().filter_map(|part| match part {
            Predicate::Not(part) => Some(*part.clone()),
            _ => None,
        }));
    }
    probe.condition = (!conditions.is_empty()).then_some(Predicate::All(conditions));
    let unmet =
        |demand: Predicate| Predicate::All(vec![demand.clone(), Predicate::Not(Box::new(demand))]);
    probe.then = probe.then.map(unmet);
    probe
}

#[cfg(test)]
mod tests {
    use status_contract::{Broken, Manifest};

    use super::Probe;

    /// Whether a document exercises a rule about the flags `a`, `b` and `c`.
    fn is_exercised(rule: &str, document: &str) -> Result<bool, Broken> {
        let flag = r#"{"type": "bool"}"#;
        let fields = format!(r#"{{"a": {flag}, "b": {flag}, "c": {flag}}}"#);
        let manifest = format!(
            r#"{{"contract_version": "1", "document": {{"fields": {fields}}}, "rules": [{{"id": "it", {rule}}}]}}"#
        );
        let probe = Probe::new(&Manifest::parse(manifest.as_bytes())?)?;
        Ok(probe.exercised(document.as_bytes(), None, None).contains("it"))
    }

    #[test]
    fn a_rule_is_exercised_where_it_applies_and_has_something_to_say() -> Result<(), Broken> {
        let (yes, no) =
            (r#"{"a": true, "b": true, "c": true}"#, r#"{"a": false, "b": false, "c": true}"#);
        let is = |name: &str| format!(r#"{{"eq": ["@{name}", true]}}"#);
        let (a, b) = (is("a"), is("b"));
        for (rule, on_yes, on_no) in [
            (format!(r#""if": {a}, "then": {b}"#), true, false),
            (format!(r#""iff": [{a}, {b}]"#), true, false),
            (format!(r#""then": {{"any": [{b}, {{"not": {a}}}]}}"#), true, false),
            (format!(r#""then": {{"any": [{{"not": {a}}}, {{"not": {b}}}]}}"#), true, true),
            (r#""then": {"eq": ["@a", "@b"]}"#.to_owned(), true, true),
        ] {
            assert_eq!(is_exercised(&rule, yes)?, on_yes, "{rule}");
            assert_eq!(is_exercised(&rule, no)?, on_no, "{rule}");
            assert!(!is_exercised(&rule, r#"{"c": true}"#)?, "{rule}");
        }
        Ok(())
    }
}
