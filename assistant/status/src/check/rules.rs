//! What has to hold between the fields.

use std::borrow::Cow;

use super::shared::{Checked, below};
use super::value::Value;
use crate::contract::{CompiledRule, Contract, Demand, Source, Term, Test};
use crate::finding::{Code, FOUND_MAX_BYTES, Finding, shown};
use crate::findings::Findings;
use crate::manifest::{Reading, Root};
use crate::read::Num;

/// What rules read.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) contract: &'a Contract,
    pub(super) document: &'a Checked<'a>,
    before: Option<&'a Checked<'a>>,
    item: Option<(&'a Checked<'a>, u32)>,
    now: Option<i64>,
}

/// Asks each rule about one document.
pub(super) fn check(
    contract: &Contract,
    document: &Checked<'_>,
    now: Option<i64>,
    findings: &mut Findings,
) {
    let scene = Scene { now, ..Scene::of(contract, document) };
    for rule in &contract.rules {
        scene.ask(rule, Code::Rule, findings);
    }
}

/// Asks each rule about a document and the one before it.
pub(super) fn transitions(
    contract: &Contract,
    document: &Checked<'_>,
    before: &Checked<'_>,
    now: Option<i64>,
    findings: &mut Findings,
) {
    let scene = Scene { before: Some(before), now, ..Scene::of(contract, document) };
    for rule in &contract.transitions {
        scene.ask(rule, Code::Transition, findings);
    }
}

impl<'a> Scene<'a> {
    pub(super) const fn of(contract: &'a Contract, document: &'a Checked<'a>) -> Self {
        Self { contract, document, before: None, item: None, now: None }
    }

    fn ask(&self, rule: &CompiledRule, code: Code, findings: &mut Findings) {
        // What few rules are is asked last.
        if !self.holds(rule) && self.is_askable(rule) {
            findings.push(|| self.finding(rule, code));
        }
    }

    /// A rule is about fields that are there and as they should be: the others have their finding.
    fn is_askable(&self, rule: &CompiledRule) -> bool {
        (self.now.is_some() || !rule.reads_now)
            && rule.places.iter().all(|(root, place)| self.found(*root, *place).is_some())
    }

    /// The value at one of the contract's places, and the document that it stands in.
    #[inline(always)]
    fn found(&self, root: Root, place: usize) -> Option<(&'a Checked<'a>, u32)> {
        let of = if root == Root::Before { self.before? } else { self.document };
        Some((of, of.at(place)?))
    }

    fn holds(&self, rule: &CompiledRule) -> bool {
        if rule.condition.as_ref().is_some_and(|condition| !self.test(condition)) {
            return true;
        }
        match &rule.demand {
            Demand::Then(then) => self.test(then),
            Demand::Iff(left, right) => self.test(left) == self.test(right),
        }
    }

    fn finding(&self, rule: &CompiledRule, code: Code) -> Finding {
        let place = rule.places.iter().find(|(root, _)| *root == Root::Document);
        let tree = &self.document.tree;
        let at = place.and_then(|(_, place)| self.document.at(*place)).unwrap_or(0);
        let node = tree.node(at);
        Finding {
            code,
            rule: Some(rule.id.clone()),
            pointer: tree.pointer(at),
            expected: rule.expected.clone(),
            found: shown(tree.written(at), FOUND_MAX_BYTES),
            span: (node.start as usize, node.end as usize),
        }
    }

    fn test(&self, test: &'a Test) -> bool {
        match test {
            Test::All(parts) => parts.iter().all(|part| self.test(part)),
            Test::Any(parts) => parts.iter().any(|part| self.test(part)),
            Test::Not(part) => !self.test(part),
            Test::Eq(one, other) => self.same(one, other),
            Test::Ne(one, other) => !self.same(one, other),
            Test::Le(one, other) => self.value(one).is_below(&self.value(other), true),
            Test::Lt(one, other) => self.value(one).is_below(&self.value(other), false),
            Test::In(one, list) => self.value(list).has(&self.value(one)),
            Test::Has(Term::Read(Reading::Value, source), Term::Literal(literal)) => {
                self.source(source).is_some_and(|(of, at)| literal.is_in(&of.tree, at))
            }
            Test::Has(list, one) => self.value(list).has(&self.value(one)),
            Test::Each(list, part) => self.each(list, part),
        }
    }

    #[inline(always)]
    fn same(&self, one: &'a Term, other: &'a Term) -> bool {
        match (one, other) {
            // Most of what rules ask.
            (Term::Read(Reading::Value, source), Term::Literal(literal)) => {
                self.source(source).is_some_and(|(of, at)| literal.is(&of.tree, at))
            }
            (Term::Read(Reading::Value, source), Term::List(written)) => {
                self.source(source).is_some_and(|(of, at)| written.is(&of.tree, at))
            }
            _ => self.value(one).equals(&self.value(other)),
        }
    }

    fn each(&self, list: &'a Term, part: &'a Test) -> bool {
        let Value::Nested(of, at) = self.value(list) else { return false };
        let Some(mut items) = of.tree.items(at) else { return false };
        items.all(|(item, _)| Self { item: Some((of, item)), ..*self }.test(part))
    }

    pub(super) fn value(&self, term: &'a Term) -> Value<'a> {
        match term {
            Term::Literal(literal) => Value::literal(literal),
            Term::List(items) => Value::List(items),
            Term::Now => self.now.map_or(Value::Absent, |now| Value::Num(Num::Int(now.into()))),
            Term::Read(reading, place) => self.read(*reading, place),
        }
    }

    #[inline(always)]
    fn source(&self, source: &Source) -> Option<(&'a Checked<'a>, u32)> {
        match source {
            Source::Document(root, place) => self.found(*root, *place),
            Source::Item(steps) => {
                let (of, item) = self.item?;
                Some((of, below(&of.tree, item, steps)?))
            }
        }
    }

    fn read(&self, reading: Reading, source: &Source) -> Value<'a> {
        let found = self.source(source);
        let value = found.map_or(Value::Absent, |(of, at)| Value::node(of, at));
        match (reading, value) {
            (Reading::Value, value) => value,
            (Reading::Length, value) => value.length(),
            (reading, Value::Text(code)) => self.known(reading, &code),
            _ => Value::Absent,
        }
    }

    /// What the registries say of a code.
    fn known(&self, reading: Reading, code: &str) -> Value<'a> {
        let Some(entry) = self.contract.entry(code) else { return Value::Absent };
        let unblock = entry.unblock.as_ref();
        let text = match reading {
            Reading::Latched => return Value::Bool(entry.latched),
            Reading::Display => entry.display.as_deref(),
            Reading::Unblock => unblock.map(|unblock| unblock.kind.as_str()),
            Reading::Condition => unblock.map(|unblock| unblock.condition.as_str()),
            Reading::Value | Reading::Length => None,
        };
        text.map_or(Value::Absent, |text| Value::Text(Cow::Borrowed(text)))
    }
}
