//! Rules, ready to be asked.

use super::term::Scope;
use super::{Builder, Codes, Member, Members, Shape, Term};
use crate::manifest::{Operand, Path, Predicate, Reading, Root, Rule, Scalar};
use crate::read::hash;

/// A rule.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) id: String,
    pub(crate) expected: String,
    pub(crate) condition: Option<Test>,
    pub(crate) demand: Demand,
    /// The places that it reads of this document and of the one before, each once, in order.
    pub(crate) places: Vec<(Root, usize)>,
    pub(crate) reads_now: bool,
}

/// What has to hold where the condition does.
#[derive(Debug)]
pub(crate) enum Demand {
    Then(Test),
    Iff(Test, Test),
}

/// A predicate.
#[derive(Debug)]
pub(crate) enum Test {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Eq(Term, Term),
    Ne(Term, Term),
    Le(Term, Term),
    Lt(Term, Term),
    In(Term, Term),
    Has(Term, Term),
    Each(Term, Box<Self>),
}

/// A place of a document, which is looked for once however many rules read it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The place among the members of the document.
    pub(crate) first: usize,
    /// What leads from there further down.
    pub(crate) rest: Vec<Step>,
}

/// One step down.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) hash: u32,
    /// Which item of a list it is.
    pub(crate) index: Option<usize>,
}

/// Where a rule reads.
#[derive(Debug)]
pub(crate) enum Source {
    /// In a document, at one of the contract's places.
    Document(Root, usize),
    /// In the element of `each`, so far down.
    Item(Vec<Step>),
}

fn steps(segments: &[String]) -> Vec<Step> {
    let step = |name: &String| {
        let hash = hash(name.as_bytes());
        Step { name: name.clone(), hash, index: name.parse().ok() }
    };
    segments.iter().map(step).collect()
}

impl Builder<'_> {
    pub(super) fn rule(
        &mut self,
        rule: &Rule,
        members: &Members,
        is_transition: bool,
    ) -> Option<CompiledRule> {
        let scope = Scope { before: is_transition, item: false };
        let test = |this: &mut Self, name: &str, predicate: &Predicate| {
            this.inside(name, |this| this.test(predicate, members, scope))
        };
        let condition = rule.condition.as_ref().map(|condition| test(self, "if", condition));
        let demand = match (&rule.then, &rule.iff) {
            (Some(then), None) => Demand::Then(test(self, "then", then)),
            (None, Some((left, right))) => {
                Demand::Iff(test(self, "iff", left), test(self, "iff", right))
            }
            _ => {
                self.problem("expected either then or iff");
                return None;
            }
        };
        let paths = rule.paths();
        let has = |root| paths.iter().any(|path| path.root == root);
        if is_transition && !(has(Root::Before) && has(Root::Document)) {
            self.problem(
                "expected a transition to read this document and, as @prev, the one before",
            );
        } else if !has(Root::Document) {
            self.problem("expected a rule to read the document");
        }
        let mut places = Vec::new();
        for path in paths.into_iter().filter(|path| path.root != Root::Item) {
            let place = self.found(path, members).map(|(place, _)| (path.root, self.number(place)));
            places.extend(place.filter(|place| !places.contains(place)));
        }
        let expected = rule.says.clone().unwrap_or_else(|| crate::say::demand(rule));
        let mut operands = Vec::new();
        rule.predicates().for_each(|predicate| predicate.operands(&mut operands));
        let reads_now = operands.contains(&&Operand::Now);
        Some(CompiledRule { id: rule.id.clone(), expected, condition, demand, places, reads_now })
    }

    fn test(&mut self, predicate: &Predicate, members: &Members, scope: Scope) -> Test {
        let pair = |this: &mut Self, one: &Operand, other: &Operand| {
            this.comparable(one, other, members);
            (this.term(one, members, scope), this.term(other, members, scope))
        };
        match predicate {
            Predicate::All(parts) => Test::All(self.tests(parts, members, scope)),
            Predicate::Any(parts) => Test::Any(self.tests(parts, members, scope)),
            Predicate::Not(part) => Test::Not(self.test(part, members, scope).into()),
            Predicate::Eq(one, other) => {
                let (one, other) = pair(self, one, other);
                Test::Eq(one, other)
            }
            Predicate::Ne(one, other) => {
                let (one, other) = pair(self, one, other);
                Test::Ne(one, other)
            }
            Predicate::Le(one, other) => {
                let (one, other) = pair(self, one, other);
                Test::Le(one, other)
            }
            Predicate::Lt(one, other) => {
                let (one, other) = pair(self, one, other);
                Test::Lt(one, other)
            }
            Predicate::In(one, other) => {
                let (one, other) = pair(self, one, other);
                Test::In(one, other)
            }
            Predicate::Has(one, other) => {
                let (one, other) = pair(self, one, other);
                Test::Has(one, other)
            }
            Predicate::Each(list, part) => {
                if list.path().is_none() {
                    self.problem("expected each to go through a list of the document");
                }
                self.quick(part, members);
                let list = self.term(list, members, scope);
                let scope = Scope { item: true, ..scope };
                Test::Each(list, self.test(part, members, scope).into())
            }
        }
    }

    fn tests(&mut self, parts: &[Predicate], members: &Members, scope: Scope) -> Vec<Test> {
        if parts.is_empty() {
            self.problem("expected a part at least");
        }
        parts.iter().map(|part| self.test(part, members, scope)).collect()
    }

    /// What is gone through again for each item must not be as long as a document lets it be.
    fn quick(&mut self, part: &Predicate, members: &Members) {
        let mut operands = Vec::new();
        part.operands(&mut operands);
        for path in operands.into_iter().filter_map(Operand::path) {
            let of_document = Some(path).filter(|path| path.root != Root::Item);
            let found = of_document.and_then(|path| self.found_quietly(path, members));
            if let Some((_, Some(member))) = found
                && is_endless(&member.shape)
            {
                let path = path.segments.join(".");
                let message = format!(
                    "expected @{path} to have a bound, since each item is compared with it"
                );
                self.problem(message);
            }
        }
    }

    /// A code that is compared with a field has to be one that may stand there.
    fn comparable(&mut self, one: &Operand, other: &Operand, members: &Members) {
        for (read, written) in [(one, other), (other, one)] {
            let Operand::Read(Reading::Value, path) = read else { continue };
            let Some((_, Some(member))) = self.found_quietly(path, members) else { continue };
            let (Shape::Code { codes, .. } | Shape::Codes { codes, .. }) = &member.shape else {
                continue;
            };
            for code in texts(written) {
                if codes.place(code).is_none() {
                    self.problem(format!("expected {}, found {code:?}", codes.name));
                }
            }
        }
    }

    pub(super) fn source(&mut self, path: &Path, members: &Members, scope: Scope) -> Source {
        match path.root {
            Root::Before if !scope.before => self.problem("expected @prev in a transition only"),
            Root::Item if !scope.item => self.problem("expected @item inside each only"),
            Root::Document | Root::Before | Root::Item => {}
        }
        let place = (path.root != Root::Item).then(|| self.found(path, members)).flatten();
        match place {
            Some((place, _)) => Source::Document(path.root, self.number(place)),
            None => Source::Item(steps(&path.segments)),
        }
    }

    /// The number of a place among those of the contract.
    fn number(&mut self, place: Place) -> usize {
        let known = self.places.iter().position(|known| *known == place);
        known.unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        })
    }

    /// The place and the member that a path leads to; a problem where it leads nowhere.
    fn found<'m>(
        &mut self,
        path: &Path,
        members: &'m Members,
    ) -> Option<(Place, Option<&'m Member>)> {
        let found = self.found_quietly(path, members);
        if found.is_none() {
            let path = path.segments.join(".");
            self.problem(format!("expected a field of the document, found @{path}"));
        }
        found
    }

    fn found_quietly<'m>(
        &self,
        path: &Path,
        members: &'m Members,
    ) -> Option<(Place, Option<&'m Member>)> {
        let (first, rest) = path.segments.split_first()?;
        let (place, mut member) = members.of_name(first)?;
        let place = Place { first: place, rest: steps(rest) };
        for segment in rest {
            member = match &member.shape {
                Shape::Object(members) => members.of_name(segment)?.1,
                Shape::List { item, .. } if is_index(segment) => item,
                Shape::Map { value, keys }
                    if keys.as_ref().is_none_or(|keys: &Codes| keys.place(segment).is_some()) =>
                {
                    value
                }
                Shape::Codes { .. } if is_index(segment) => return Some((place, None)),
                _ => return None,
            };
        }
        Some((place, Some(member)))
    }
}

/// Whether a value may have any number of elements without a finding of its own.
const fn is_endless(shape: &Shape) -> bool {
    match shape {
        Shape::List { bounds, .. } => bounds.max.is_none(),
        Shape::Codes { bounds, is_unique, .. } => bounds.max.is_none() && !*is_unique,
        Shape::Map { keys, .. } => keys.is_none(),
        Shape::Object(_) => true,
        _ => false,
    }
}

fn is_index(segment: &str) -> bool {
    segment == "0"
        || (!segment.starts_with('0') && segment.bytes().all(|byte| byte.is_ascii_digit()))
}

fn texts(operand: &Operand) -> Vec<&str> {
    fn text(scalar: &Scalar) -> Option<&str> {
        if let Scalar::Text(text) = scalar { Some(text) } else { None }
    }
    match operand {
        Operand::Literal(scalar) => text(scalar).into_iter().collect(),
        Operand::List(items) => items.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}
