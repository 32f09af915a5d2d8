//! Which fields and rules of a contract are enforced and exercised: a table, not a claim.

mod derive;
mod search;
mod values;
mod write;

use std::collections::BTreeSet;

use serde::Serialize;
use status_contract::manifest::{Root, Rule};
use status_contract::{Broken, Code, Contract, Finding, Options, check};

use super::cases::{Cases, Fault, Fixture, Reject, said};
use super::exercise::Probe;
use super::place::{Known, changed, fields};
use derive::Mutant;
use search::Breach;
pub use write::Coverage;

/// What is known of one field or one rule.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What it is.
    pub kind: Kind,
    /// Its place, or its id.
    pub name: String,
    /// Every document that was derived from it.
    pub derived: Vec<Derived>,
    /// The fixtures, or pairs of them, that exercise it.
    pub fixtures: Vec<String>,
    /// The rejects that trip it.
    pub rejects: Vec<String>,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The document as a whole.
    Document,
    /// A field.
    Field,
    /// A rule about one document.
    Rule,
    /// A rule about two documents.
    Transition,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Field => "field",
            Self::Rule => "rule",
            Self::Transition => "transition",
        }
    }
}

/// A document that had to be refused.
#[derive(Debug, Serialize)]
pub struct Derived {
    /// What was done.
    pub what: String,
    /// What has to be found, and nothing else.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// Whether it was that.
    pub refused: bool,
    /// The rules that broke with it in every document that was tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
}

impl Row {
    /// Whether every document that was derived from it was refused as it had to be, and there was one.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        !self.derived.is_empty() && self.derived.iter().all(|derived| derived.refused)
    }

    /// Whether it is seen in a fixture and, where it is a rule, tripped by a reject.
    #[must_use]
    pub const fn is_exercised(&self) -> bool {
        let is_tripped = match self.kind {
            Kind::Document | Kind::Field => true,
            Kind::Rule | Kind::Transition => !self.rejects.is_empty(),
        };
        !self.fixtures.is_empty() && is_tripped
    }
}

/// The table of a contract.
///
/// # Errors
///
/// The rules cannot be relied on.
pub fn table(contract: &Contract, cases: &Cases) -> Result<Vec<Row>, Broken> {
    let tripped = tripped(contract, cases);
    let mut rows = vec![document(contract, cases)];
    let manifest = contract.manifest();
    let known = fields(manifest);
    rows.extend(known.iter().map(|one| Row {
        rejects: tripping(&tripped, |finding| is_about(finding, one, &known)),
        ..field(contract, cases, one)
    }));
    let seen = exercised(contract, cases)?;
    let rules = manifest.rules.iter().map(|rule| (Kind::Rule, rule));
    let transitions = manifest.transitions.iter().map(|rule| (Kind::Transition, rule));
    for (kind, rule) in rules.chain(transitions) {
        let has = |(_, rules): &&(String, BTreeSet<String>)| rules.contains(&rule.id);
        rows.push(Row {
            kind,
            name: rule.id.clone(),
            derived: vec![broken(contract, cases, kind, rule)],
            fixtures: seen.iter().filter(has).map(|(name, _)| name.clone()).collect(),
            rejects: tripping(&tripped, |finding| finding.rule.as_ref() == Some(&rule.id)),
        });
    }
    Ok(rows)
}

/// Each reject and what is found in it.
#[must_use]
pub fn tripped(contract: &Contract, cases: &Cases) -> Vec<(String, Vec<Finding>)> {
    let findings = |reject: &Reject| {
        let prev = reject.expected.prev.as_ref().and_then(|name| cases.fixture(name));
        let prev = prev.map(|fixture| fixture.bytes.as_slice());
        let options = Options { mode: reject.expected.mode.mode(), now: reject.expected.now, prev };
        check(contract, &reject.bytes, &options).findings().to_vec()
    };
    cases.rejects.iter().map(|reject| (reject.name.clone(), findings(reject))).collect()
}

/// The rejects with such a finding.
fn tripping(tripped: &[(String, Vec<Finding>)], is_such: impl Fn(&Finding) -> bool) -> Vec<String> {
    let trips = |(_, findings): &&(String, Vec<Finding>)| findings.iter().any(&is_such);
    tripped.iter().filter(trips).map(|(name, _)| name.clone()).collect()
}

/// Whether a finding is about that field: it stands there, or below it where the contract knows no field.
fn is_about(finding: &Finding, one: &Known<'_>, known: &[Known<'_>]) -> bool {
    let pointer = &finding.pointer;
    let is_known = || known.iter().any(|other| other.is_at(pointer));
    let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
    finding.rule.is_none() && (one.is_at(pointer) || (one.is_at(above) && !is_known()))
}

/// Each fixture and each pair of them, with the rules that it exercises.
///
/// # Errors
///
/// The rules cannot be relied on.
pub fn exercised(
    contract: &Contract,
    cases: &Cases,
) -> Result<Vec<(String, BTreeSet<String>)>, Broken> {
    let probe = Probe::new(contract.manifest())?;
    let alone = cases
        .fixtures
        .iter()
        .map(|fixture| (fixture.name.clone(), probe.exercised(&fixture.bytes, fixture.now, None)));
    let pairs = cases.pairs().map(|(before, after)| {
        let rules = probe.exercised(&after.bytes, after.now, Some(&before.bytes));
        (format!("{} then {}", before.name, after.name), rules)
    });
    Ok(alone.chain(pairs).collect())
}

fn document(contract: &Contract, cases: &Cases) -> Row {
    let first = cases.fixtures.first();
    let mutants = first.map(derive::of_document).unwrap_or_default();
    let derived = first
        .map(|fixture| mutants.iter().map(|mutant| refused(contract, fixture, mutant)).collect());
    Row {
        kind: Kind::Document,
        name: "/".to_owned(),
        derived: derived.unwrap_or_default(),
        fixtures: cases.fixtures.iter().map(|fixture| fixture.name.clone()).collect(),
        rejects: Vec::new(),
    }
}

fn field(contract: &Contract, cases: &Cases, known: &Known<'_>) -> Row {
    let mut derived: Vec<Derived> = Vec::new();
    for fixture in &cases.fixtures {
        for mutant in derive::of_field(contract.manifest(), known, fixture) {
            // What else is said of a document may forbid the change too: the next fixture may say less.
            match derived.iter_mut().find(|known| known.what == mutant.what) {
                Some(known) if known.refused => {}
                Some(known) => *known = refused(contract, fixture, &mutant),
                None => derived.push(refused(contract, fixture, &mutant)),
            }
        }
    }
    let has = |fixture: &&Fixture| known.first(&fixture.value).is_some();
    Row {
        kind: Kind::Field,
        name: known.name(),
        derived,
        fixtures: cases.fixtures.iter().filter(has).map(|fixture| fixture.name.clone()).collect(),
        rejects: Vec::new(),
    }
}

/// Looks whether a document that was derived from a fixture is refused for what was done to it, and for that alone.
fn refused(contract: &Contract, fixture: &Fixture, mutant: &Mutant) -> Derived {
    let code = mutant.code.as_str().to_owned();
    let expected = Fault { code, rule: None, pointer: mutant.pointer.clone() }.to_string();
    let mut found = "no change that could be refused".to_owned();
    for change in &mutant.changes {
        let document = changed(&fixture.value, &[change]);
        let options = Options { mode: mutant.mode, now: fixture.now, prev: None };
        let report = check(contract, &document, &options);
        found = said(report.findings());
        if found == expected {
            break;
        }
    }
    let refused = found == expected;
    Derived { what: mutant.what.clone(), refused, expected, found, beside: Vec::new() }
}

/// The document that the search for one that breaks this rule alone came up with. A rule that the others imply breaks
/// together with them only.
fn broken(contract: &Contract, cases: &Cases, kind: Kind, rule: &Rule) -> Derived {
    let code = if kind == Kind::Transition { Code::Transition } else { Code::Rule };
    let paths = rule.paths();
    let first = paths.iter().find(|path| path.root == Root::Document);
    let expected = Fault {
        code: code.as_str().to_owned(),
        rule: Some(rule.id.clone()),
        pointer: first.map(|path| path.pointer()).unwrap_or_default(),
    };
    let Some(Breach { what, findings }) = search::breach(contract, cases, rule) else {
        let what = "each change that the rule suggests".to_owned();
        let expected = expected.to_string();
        return Derived { what, expected, found: said(&[]), refused: false, beside: Vec::new() };
    };
    let (own, beside): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| Fault::from(*finding) == expected);
    let beside: Vec<_> = beside.into_iter().map(|finding| finding.rule.clone()).collect();
    Derived {
        what,
        expected: expected.to_string(),
        found: said(&findings),
        refused: own.len() == 1 && beside.iter().all(Option::is_some),
        beside: beside.into_iter().flatten().collect(),
    }
}
