//! What has to hold between the fields.

use std::borrow::Cow;

use super::shared::Checked;
use super::value::Value;
use crate::contract::{CompiledRule, Contract, Demand, Place, Term, Test};
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
    let scene = Scene { contract, document, before: None, item: None, now };
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
    let scene = Scene { contract, document, before: Some(before), item: None, now };
    for rule in &contract.transitions {
        scene.ask(rule, Code::Transition, findings);
    }
}

impl<'a> Scene<'a> {
    pub(super) const fn of(contract: &'a Contract, document: &'a Checked<'a>) -> Self {
        Self { contract, document, before: None, item: None, now: None }
    }

    fn ask(self, rule: &CompiledRule, code: Code, findings: &mut Findings) {
        if self.is_askable(rule) && !self.holds(rule) {
            findings.push(|| self.finding(rule, code));
        }
    }

    /// A rule is about fields that are there and as they should be: the others have their finding.
    fn is_askable(self, rule: &CompiledRule) -> bool {
        (self.now.is_some() || !rule.reads_now)
            && rule.places.iter().all(|place| {
                let of = self.root(place.root).map(|of| (of, of.at(place)));
                matches!(of, Some((of, Some(at))) if !of.marks.touch(&of.tree, at))
            })
    }

    const fn root(self, root: Root) -> Option<&'a Checked<'a>> {
        match root {
            Root::Document => Some(self.document),
            Root::Before => self.before,
            Root::Item => None,
        }
    }

    fn holds(self, rule: &CompiledRule) -> bool {
        if rule.condition.as_ref().is_some_and(|condition| !self.test(condition)) {
            return true;
        }
        match &rule.demand {
            Demand::Then(then) => self.test(then),
            Demand::Iff(left, right) => self.test(left) == self.test(right),
        }
    }

    fn finding(self, rule: &CompiledRule, code: Code) -> Finding {
        let mut places = rule.places.iter().filter(|place| place.root == Root::Document);
        let tree = &self.document.tree;
        let at = places.next().and_then(|place| self.document.at(place)).unwrap_or(0);
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

    fn test(self, test: &'a Test) -> bool {
        match test {
            Test::All(parts) => parts.iter().all(|part| self.test(part)),
            Test::Any(parts) => parts.iter().any(|part| self.test(part)),
            Test::Not(part) => !self.test(part),
            Test::Eq(one, other) => self.value(one).equals(&self.value(other)),
            Test::Ne(one, other) => !self.value(one).equals(&self.value(other)),
            Test::Le(one, other) => self.value(one).is_below(&self.value(other), true),
            Test::Lt(one, other) => self.value(one).is_below(&self.value(other), false),
            Test::In(one, other) => self.value(other).has(&self.value(one)),
            Test::Has(one, other) => self.value(one).has(&self.value(other)),
            Test::Each(list, part) => self.each(list, part),
        }
    }

    fn each(self, list: &'a Term, part: &'a Test) -> bool {
        let Value::Nested(of, at) = self.value(list) else { return false };
        let Some(mut items) = of.tree.items(at) else { return false };
        items.all(|(item, _)| Self { item: Some((of, item)), ..self }.test(part))
    }

    pub(super) fn value(self, term: &'a Term) -> Value<'a> {
        match term {
            Term::Literal(literal) => Value::literal(literal),
            Term::List(items) => Value::List(items),
            Term::Now => self.now.map_or(Value::Absent, |now| Value::Num(Num::Int(now.into()))),
            Term::Read(reading, place) => self.read(*reading, place),
        }
    }

    fn read(self, reading: Reading, place: &'a Place) -> Value<'a> {
        let found = match place.root {
            Root::Item => self.item.and_then(|(of, item)| Some((of, of.below(item, &place.rest)?))),
            root => self.root(root).and_then(|of| Some((of, of.at(place)?))),
        };
        let value = found.map_or(Value::Absent, |(of, at)| Value::node(of, at));
        match (reading, value) {
            (Reading::Value, value) => value,
            (Reading::Length, value) => value.length(),
            (reading, Value::Text(code)) => self.known(reading, &code),
            _ => Value::Absent,
        }
    }

    /// What the registries say of a code.
    fn known(self, reading: Reading, code: &str) -> Value<'a> {
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
