//! Looks for a document that breaks one rule and nothing else: first what breaks it, then what mends the rest.

use serde_json::Value;
use status_contract::manifest::{Root, Rule};
use status_contract::{Contract, Finding, Mode, Options, check};

use super::super::cases::{Cases, Fixture};
use super::super::place::{Change, Known, changed, fields};
use super::values::{Hints, changes, suggested};

/// So many documents are kept that break the rule and others too.
const KEPT: usize = 24;

/// So often the rest is mended.
const MENDED: usize = 3;

/// So many documents are looked at for one rule.
const LOOKED_AT_MAX: usize = 12_000;

/// A document that breaks the rule.
#[derive(Debug, Clone)]
pub(super) struct Breach {
    /// The fixture and what was changed in it.
    pub(super) what: String,
    /// All that is found in it.
    pub(super) findings: Vec<Finding>,
}

/// A document, the one before it, and what was changed in both.
#[derive(Debug, Clone)]
struct State<'c> {
    fixture: &'c Fixture,
    before: Option<&'c Fixture>,
    edits: Vec<Edit>,
    findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq)]
struct Edit {
    is_before: bool,
    change: Change,
}

struct Search<'c> {
    contract: &'c Contract,
    rule: &'c Rule,
    known: Vec<Known<'c>>,
    fixtures: Vec<&'c Value>,
    suggested: Vec<Value>,
    looked_at: usize,
}

/// The document that breaks the rule with the fewest other findings, at best with none.
#[must_use]
pub(super) fn breach(contract: &Contract, cases: &Cases, rule: &Rule) -> Option<Breach> {
    let is_transition = contract.manifest().transitions.iter().any(|known| known.id == rule.id);
    let mut search = Search {
        contract,
        rule,
        known: fields(contract.manifest()),
        fixtures: cases.fixtures.iter().map(|fixture| &fixture.value).collect(),
        suggested: suggested(contract.manifest(), rule),
        looked_at: 0,
    };
    let state = |fixture, before| State { fixture, before, edits: vec![], findings: vec![] };
    let seeds: Vec<_> = if is_transition {
        let same = cases.fixtures.iter().map(|fixture| (fixture, fixture));
        let pairs = cases.pairs().chain(same);
        pairs.map(|(before, after)| state(after, Some(before))).collect()
    } else {
        cases.fixtures.iter().map(|fixture| state(fixture, None)).collect()
    };
    let mut best = search.after_one(&seeds);
    if best.is_empty() {
        best = search.after_two(&seeds);
    }
    for _ in 0..MENDED {
        if best.first().is_none_or(State::is_alone) {
            break;
        }
        let mut next: Vec<_> = best.iter().flat_map(|state| search.mended(state)).collect();
        next.append(&mut best);
        best = least(next);
    }
    best.into_iter().next().map(|state| Breach { what: state.what(), findings: state.findings })
}

/// The states with the fewest findings.
fn least(mut states: Vec<State<'_>>) -> Vec<State<'_>> {
    states.sort_by_key(|state| (state.findings.len(), state.edits.len()));
    states.truncate(KEPT);
    states
}

impl<'c> Search<'c> {
    /// What breaks the rule after one change of a field that it names.
    fn after_one(&mut self, seeds: &[State<'c>]) -> Vec<State<'c>> {
        let mut found = Vec::new();
        for seed in seeds {
            for edit in self.edits(seed, &self.named()) {
                found.extend(self.look(seed, vec![edit]));
                if found.last().is_some_and(State::is_alone) {
                    return least(found);
                }
            }
        }
        least(found)
    }

    /// What breaks the rule after two such changes.
    fn after_two(&mut self, seeds: &[State<'c>]) -> Vec<State<'c>> {
        let mut found = Vec::new();
        for seed in seeds {
            let edits = self.edits(seed, &self.named());
            for (index, one) in edits.iter().enumerate() {
                for other in edits.iter().skip(index + 1) {
                    found.extend(self.look(seed, vec![one.clone(), other.clone()]));
                    let is_enough = self.looked_at == LOOKED_AT_MAX;
                    if is_enough || found.last().is_some_and(State::is_alone) {
                        return least(found);
                    }
                }
            }
        }
        least(found)
    }

    fn named(&self) -> Vec<(Root, String)> {
        self.rule.paths().iter().map(|path| (path.root, path.pointer())).collect()
    }

    /// What still breaks the rule after one more change, of a field that another finding is about.
    fn mended(&mut self, state: &State<'c>) -> Vec<State<'c>> {
        let manifest = self.contract.manifest();
        let mut named = Vec::new();
        for finding in state.findings.iter().filter(|finding| !self.is_of(finding)) {
            let rules = manifest.rules.iter().chain(&manifest.transitions);
            let rule = rules.filter(|rule| Some(&rule.id) == finding.rule.as_ref());
            let paths = rule.flat_map(Rule::paths).map(|path| (path.root, path.pointer()));
            named.extend(paths.chain([(Root::Document, finding.pointer.clone())]));
        }
        let edits = self.edits(state, &named);
        edits.into_iter().flat_map(|edit| self.look(state, vec![edit])).collect()
    }

    /// The changes of these places.
    fn edits(&self, state: &State<'c>, named: &[(Root, String)]) -> Vec<Edit> {
        let manifest = self.contract.manifest();
        let hints = Hints { suggested: &self.suggested, others: &self.fixtures };
        let mut edits = Vec::new();
        for is_before in [false, true] {
            let Some(document) = state.document(is_before) else { continue };
            let root = if is_before { Root::Before } else { Root::Document };
            for (_, way) in named.iter().filter(|(of, _)| *of == root) {
                for known in &self.known {
                    let Some(pointer) = known.along(&document, way) else { continue };
                    let found = changes(manifest, known, &document, &pointer, &hints);
                    for edit in found.into_iter().map(|change| Edit { is_before, change }) {
                        if !state.has_changed(&edit) && !edits.contains(&edit) {
                            edits.push(edit);
                        }
                    }
                }
            }
        }
        edits
    }

    /// The state after these changes, if it breaks the rule.
    fn look(&mut self, state: &State<'c>, edits: Vec<Edit>) -> Option<State<'c>> {
        if self.looked_at >= LOOKED_AT_MAX {
            return None;
        }
        self.looked_at += 1;
        let edits = [state.edits.clone(), edits].concat();
        let mut next = State { edits, ..state.clone() };
        let prev = next.before.map(|before| next.bytes(before, true));
        let document = next.bytes(next.fixture, false);
        let options = Options { mode: Mode::Exact, now: state.fixture.now, prev: prev.as_deref() };
        let report = check(self.contract, &document, &options);
        next.findings = report.findings().to_vec();
        next.findings.iter().any(|finding| self.is_of(finding)).then_some(next)
    }

    fn is_of(&self, finding: &Finding) -> bool {
        finding.rule.as_ref() == Some(&self.rule.id)
    }
}

impl State<'_> {
    /// Whether nothing else is found.
    const fn is_alone(&self) -> bool {
        self.findings.len() == 1
    }

    fn bytes(&self, fixture: &Fixture, is_before: bool) -> Vec<u8> {
        let edits = self.edits.iter().filter(|edit| edit.is_before == is_before);
        let changes: Vec<_> = edits.map(|edit| &edit.change).collect();
        changed(&fixture.value, &changes)
    }

    fn document(&self, is_before: bool) -> Option<Value> {
        let fixture = if is_before { self.before? } else { self.fixture };
        let mut document = fixture.value.clone();
        for edit in self.edits.iter().filter(|edit| edit.is_before == is_before) {
            edit.change.make(&mut document);
        }
        Some(document)
    }

    fn has_changed(&self, other: &Edit) -> bool {
        let mut edits = self.edits.iter().filter(|edit| edit.is_before == other.is_before);
        edits.any(|edit| edit.change.pointer() == other.change.pointer())
    }

    /// The fixture and what was changed in it, for people.
    fn what(&self) -> String {
        let edits = self.edits.iter().map(|edit| {
            let of = if edit.is_before { "@prev" } else { "" };
            match &edit.change {
                Change::Set(pointer, value) => format!("{of}{pointer} = {value}"),
                Change::Remove(pointer) => format!("{of}{pointer} removed"),
            }
        });
        let edits: Vec<_> = edits.collect();
        let before = self.before.map(|before| format!("{} then ", before.name)).unwrap_or_default();
        format!("{before}{} with {}", self.fixture.name, edits.join(", "))
    }
}
