//! What a sound contract still leaves out: rules, modes and codes that no document beside it shows.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};
use status_contract::manifest::{Kind, Rule};
use status_contract::{Broken, Contract, Mode, Options, check};

use super::cases::{Cases, Fault, Fixture, Reject, said};
use super::codes;
use super::coverage::{exercised, tripped};
use super::tell::tier_fields;
use crate::report::{End, Format};

/// What was found.
#[derive(Debug)]
pub struct Lint {
    /// What the contract is called.
    pub contract: String,
    /// How many documents were looked at.
    pub documents: usize,
    /// What has to be mended.
    pub gaps: Vec<String>,
    /// Codes that no fixture shows.
    pub unseen: Vec<String>,
}

/// Looks at a contract and the documents beside it.
///
/// # Errors
///
/// The rules cannot be relied on.
pub fn lint(name: &str, contract: &Contract, cases: &Cases) -> Result<Lint, Broken> {
    let mut gaps = cases.unmatched.clone();
    gaps.extend(cases.fixtures.iter().flat_map(|fixture| invalid(contract, fixture)));
    gaps.extend(cases.pairs().filter_map(|(before, after)| stuck(contract, before, after)));
    let own = cases.rejects.iter().filter(|reject| reject.is_own);
    gaps.extend(own.filter_map(|reject| misjudged(contract, cases, reject)));
    gaps.extend(unexercised(contract, cases)?);
    gaps.extend(modes(contract, cases));
    Ok(Lint {
        contract: name.to_owned(),
        documents: cases.fixtures.len() + cases.transitions.len() + cases.rejects.len(),
        gaps,
        unseen: unseen(contract, cases),
    })
}

/// A fixture is valid in both modes.
fn invalid(contract: &Contract, fixture: &Fixture) -> Vec<String> {
    let look = |mode: Mode| {
        let report =
            check(contract, &fixture.bytes, &Options { mode, now: fixture.now, prev: None });
        let place = format!("fixtures/{}.json", fixture.name);
        let found = said(report.findings());
        (!report.is_valid()).then(|| {
            format!("{place}: expected a valid document in {}, found {found}", mode.as_str())
        })
    };
    [Mode::Min, Mode::Exact].into_iter().filter_map(look).collect()
}

fn stuck(contract: &Contract, before: &Fixture, after: &Fixture) -> Option<String> {
    let options = Options { mode: Mode::Exact, now: after.now, prev: Some(&before.bytes) };
    let report = check(contract, &after.bytes, &options);
    let (before, after, found) = (&before.name, &after.name, said(report.findings()));
    (!report.is_valid())
        .then(|| format!("fixtures.json: expected {after} to follow {before}, found {found}"))
}

fn misjudged(contract: &Contract, cases: &Cases, reject: &Reject) -> Option<String> {
    let place = format!("rejects/{}.json", reject.name);
    let prev = match &reject.expected.prev {
        Some(name) => match cases.fixture(name) {
            Some(fixture) => Some(fixture.bytes.as_slice()),
            None => {
                return Some(format!("{place}: expected a fixture {name} before it, found none"));
            }
        },
        None => None,
    };
    let (mode, now) = (reject.expected.mode.mode(), reject.expected.now);
    let report = check(contract, &reject.bytes, &Options { mode, now, prev });
    let found: Vec<_> = report.findings().iter().map(Fault::from).collect();
    let expected = &reject.expected.findings;
    if expected.is_empty() || found != *expected || report.omitted() > 0 {
        let words = |faults: &[Fault]| faults.iter().map(Fault::to_string).collect::<Vec<_>>();
        let (expected, found) = (words(expected).join(", "), said(report.findings()));
        return Some(format!("{place}: expected {expected}, found {found}"));
    }
    None
}

fn unexercised(contract: &Contract, cases: &Cases) -> Result<Vec<String>, Broken> {
    let manifest = contract.manifest();
    let exercised = exercised(contract, cases)?;
    let tripped = tripped(contract, cases);
    let mut gaps = Vec::new();
    for Rule { id, .. } in manifest.rules.iter().chain(&manifest.transitions) {
        if !exercised.iter().any(|(_, rules)| rules.contains(id)) {
            gaps.push(format!("rule {id}: expected a fixture where it applies, found none"));
        }
        let mut findings = tripped.iter().flat_map(|(_, findings)| findings);
        if !findings.any(|finding| finding.rule.as_ref() == Some(id)) {
            gaps.push(format!("rule {id}: expected a reject that breaks it, found none"));
        }
    }
    Ok(gaps)
}

/// Each value of a field that selects a tier is shown by a fixture.
fn modes(contract: &Contract, cases: &Cases) -> Vec<String> {
    let fields = &contract.manifest().document.fields;
    let mut gaps = Vec::new();
    for name in tier_fields(fields.values()) {
        let of = fields.get(name).and_then(|field| field.of.as_ref());
        for (_, value) in codes::of(contract.manifest(), of) {
            let shows =
                |fixture: &Fixture| fixture.value.get(name).and_then(Value::as_str) == Some(value);
            if !cases.fixtures.iter().any(shows) {
                gaps.push(format!("fixtures: expected one with {name} {value}, found none"));
            }
        }
    }
    gaps
}

/// Codes of tiers that no fixture shows. Where a contract has fixtures for its drills and not for its reasons, that is
/// no fault of it.
fn unseen(contract: &Contract, cases: &Cases) -> Vec<String> {
    let manifest = contract.manifest();
    let mut unseen = Vec::new();
    let of_tiers = manifest.document.fields.iter().filter(|(_, field)| field.tier.is_some());
    for (name, field) in of_tiers {
        let shown: BTreeSet<&str> = cases
            .fixtures
            .iter()
            .filter_map(|fixture| fixture.value.get(name))
            .flat_map(|value| match field.kind {
                Kind::Codes => value.as_array().map(Vec::as_slice).unwrap_or_default(),
                _ => std::slice::from_ref(value),
            })
            .filter_map(Value::as_str)
            .collect();
        let codes = codes::of(manifest, field.of.as_ref()).into_iter();
        let codes = codes.filter(|(tier, code)| tier.is_some() && !shown.contains(code));
        unseen.extend(
            codes.map(|(_, code)| format!("{name}: expected a fixture with {code}, found none")),
        );
    }
    unseen
}

impl Lint {
    /// How it ended, a code that no fixture shows taken for a gap or not.
    #[must_use]
    pub fn end(&self, every_code: bool) -> End {
        let is_sound = self.gaps.is_empty() && (!every_code || self.unseen.is_empty());
        if is_sound { End::Kept } else { End::Broken }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub fn write(
        &self,
        every_code: bool,
        format: Format,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let is_sound = self.end(every_code) == End::Kept;
        let Self { contract, documents, gaps, unseen } = self;
        if format == Format::Json {
            let json = json!({
                "contract": contract, "sound": is_sound, "documents": documents,
                "gaps": gaps, "unseen": unseen,
            });
            return writeln!(output, "{json}");
        }
        for gap in gaps {
            writeln!(output, "gap      {gap}")?;
        }
        let word = if every_code { "gap" } else { "warning" };
        for code in unseen {
            writeln!(output, "{word:<7}  {code}")?;
        }
        let verdict = if is_sound { "sound" } else { "gaps" };
        writeln!(output, "{verdict:<7}  {contract}: {documents} documents looked at")
    }
}
