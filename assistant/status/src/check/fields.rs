//! Each member against what the contract says of it.

use std::borrow::Cow;
use std::collections::HashSet;

use regex_lite::Regex;

use super::marks::Marks;
use super::shared::Checked;
use super::{Mode, Options};
use crate::contract::{Age, Bounds, Codes, Contract, INT_BITS, Literal, Member, Members, Shape};
use crate::finding::{Code, FOUND_MAX_BYTES, Finding, shown};
use crate::findings::Findings;
use crate::read::{Kind, NONE, Num, Tree, escaped};

struct Fields<'c, 'd, 'f> {
    options: &'c Options<'c>,
    findings: &'f mut Findings,
    tree: Tree<'d>,
    slots: Vec<u32>,
    marks: Marks,
}

/// Looks at every member.
pub(super) fn check<'d>(
    contract: &Contract,
    mut tree: Tree<'d>,
    options: &Options<'_>,
    findings: &mut Findings,
) -> Checked<'d> {
    let marks = Marks::new(std::mem::take(&mut tree.faulty));
    let mut fields = Fields { options, findings, tree, slots: Vec::new(), marks };
    if fields.tree.kind(0) == Kind::Object {
        let slots = fields.slots(0, &contract.members);
        fields.slots.clone_from(&slots);
        fields.members(0, &contract.members, &slots);
    } else {
        if !fields.marks.has(0) {
            fields.fault(0, Code::Type, "an object");
        }
        fields.slots.resize(contract.members.list.len(), NONE);
    }
    fields.huge();
    let Fields { tree, slots, marks, .. } = fields;
    Checked { tree, slots, marks }
}

impl<'c> Fields<'c, '_, '_> {
    /// A finding about the value itself.
    fn fault(&mut self, at: u32, code: Code, expected: &str) {
        let Self { tree, findings, marks, .. } = self;
        marks.value(at);
        let node = tree.node(at);
        findings.push(|| Finding {
            code,
            rule: None,
            pointer: tree.pointer(at),
            expected: expected.to_owned(),
            found: shown(tree.written(at), FOUND_MAX_BYTES),
            span: (node.start as usize, node.end as usize),
        });
    }

    fn missing(&mut self, object: u32, member: &Member) {
        let Self { tree, findings, marks, .. } = self;
        marks.lacking(object);
        let start = tree.node(object).start as usize;
        findings.push(|| Finding {
            code: Code::Missing,
            rule: None,
            pointer: format!("{}/{}", tree.pointer(object), escaped(&member.name)),
            expected: member.expected.clone(),
            found: "nothing".to_owned(),
            span: (start, start + 1),
        });
    }

    /// Where each member stands. Members that the contract does not know are extra, unless they may be there.
    fn slots(&mut self, object: u32, members: &Members) -> Vec<u32> {
        let mut slots = vec![NONE; members.list.len()];
        let mut extra = Vec::new();
        for (at, node) in self.tree.elements(object) {
            match members.place(node.hash, &self.tree.key(&node)) {
                Some(place) => {
                    if let Some(slot) = slots.get_mut(place).filter(|slot| **slot == NONE) {
                        *slot = at;
                    }
                }
                None => extra.push(at),
            }
        }
        if members.is_closed || self.options.mode == Mode::Exact {
            for at in extra {
                if !self.marks.has(at) {
                    self.fault(at, Code::Extra, "no such member");
                }
            }
        }
        slots
    }

    fn members(&mut self, object: u32, members: &'c Members, slots: &[u32]) {
        for (member, at) in members.list.iter().zip(slots) {
            match *at {
                NONE if member.may_lack => {}
                NONE => self.missing(object, member),
                at => self.value(at, member),
            }
        }
    }

    fn value(&mut self, at: u32, member: &'c Member) {
        let kind = self.tree.kind(at);
        if self.marks.has(at) || (kind == Kind::Null && member.may_be_null) {
            return;
        }
        match (&member.shape, kind) {
            (Shape::Int { bounds, age }, Kind::Int | Kind::Float) => {
                self.int(at, member, bounds, *age);
            }
            (Shape::Num { bounds }, Kind::Int | Kind::Float) => self.num(at, member, bounds),
            (Shape::Bool, Kind::True | Kind::False) => {
                self.constant(at, member, |_| Literal::Bool(kind == Kind::True));
            }
            (Shape::Text { min, pattern }, Kind::Text) => {
                self.text(at, member, *min, pattern.as_ref());
            }
            (Shape::Code { codes, tier }, Kind::Text) => {
                if self.code(at, codes, *tier).is_some() {
                    self.constant(at, member, |code| Literal::Text(code.into_owned()));
                }
            }
            (Shape::Codes { .. }, Kind::List) => self.codes(at, &member.shape),
            (Shape::Object(members), Kind::Object) => {
                let slots = self.slots(at, members);
                self.members(at, members, &slots);
            }
            (Shape::List { item, is_unique, bounds }, Kind::List) => {
                self.list(at, item, *is_unique, bounds);
            }
            (Shape::Map { value, keys }, Kind::Object) => self.map(at, value, keys.as_ref()),
            _ => self.fault(at, Code::Type, &member.expected),
        }
    }

    /// The value against the only one that may stand there, if there is only one.
    fn constant(
        &mut self,
        at: u32,
        member: &Member,
        value: impl FnOnce(Cow<'_, str>) -> Literal,
    ) -> bool {
        let Some(constant) = &member.constant else { return false };
        if value(self.tree.string(at)) != *constant {
            self.fault(at, Code::Const, &constant.to_string());
        }
        true
    }

    fn int(&mut self, at: u32, member: &Member, bounds: &Bounds, age: Option<Age>) {
        let value = match self.tree.number(at) {
            Some(Num::Int(value)) if INT_BITS.contains(&value) => value,
            Some(Num::Float(value)) if value.fract() != 0.0 => {
                return self.fault(at, Code::Type, "a whole number");
            }
            _ => return self.fault(at, Code::Range, "a whole number of at most 64 bits"),
        };
        self.bounded(at, member, bounds, Num::Int(value));
        if let (Some(age), Some(now)) = (age, self.options.now)
            && !age.allows(value, now)
            && !self.marks.has(at)
        {
            let expected = format!("a time at most {} s from now", age.seconds);
            self.fault(at, Code::Age, &expected);
        }
    }

    fn num(&mut self, at: u32, member: &Member, bounds: &Bounds) {
        if let Some(value) = self.tree.number(at) {
            self.bounded(at, member, bounds, value);
        }
    }

    fn bounded(&mut self, at: u32, member: &Member, bounds: &Bounds, value: Num) {
        if !self.constant(at, member, |_| Literal::Num(value)) && !bounds.hold(value) {
            self.fault(at, Code::Range, &bounds.say());
        }
    }

    fn text(&mut self, at: u32, member: &Member, min: usize, pattern: Option<&Regex>) {
        let text = self.tree.string(at);
        if text.chars().take(min).count() < min {
            self.fault(at, Code::Range, &format!("a string of at least {min} characters"));
        } else if let Some(pattern) = pattern.filter(|pattern| !pattern.is_match(&text)) {
            self.fault(at, Code::Range, &format!("a string like {pattern}"));
        } else {
            self.constant(at, member, |text| Literal::Text(text.into_owned()));
        }
    }

    /// The place of a code that may stand there.
    fn code(&mut self, at: u32, codes: &Codes, tier: Option<usize>) -> Option<usize> {
        let place = codes.place(&self.tree.string(at));
        let Some(place) = place else {
            self.fault(at, Code::Enum, &codes.name);
            return None;
        };
        match tier.and_then(|field| self.tier(field, codes)) {
            Some(tier) if codes.tier(place) != Some(&tier) => {
                self.fault(at, Code::Tier, &format!("a code of tier {tier}"));
                None
            }
            _ => Some(place),
        }
    }

    /// The present tier, where the field that selects it says one.
    fn tier(&self, field: usize, codes: &Codes) -> Option<String> {
        let at = self.slots.get(field).copied().filter(|at| *at != NONE)?;
        let is_text = self.tree.kind(at) == Kind::Text && !self.marks.has(at);
        let tier = is_text.then(|| self.tree.string(at))?;
        codes.has_tier(&tier).then(|| tier.into_owned())
    }

    fn codes(&mut self, at: u32, shape: &'c Shape) {
        let Shape::Codes { codes, tier, is_ordered, is_unique, has, bounds } = shape else {
            return;
        };
        let items: Vec<_> = self.tree.elements(at).map(|(item, node)| (item, node.kind)).collect();
        let mut seen = HashSet::new();
        let (mut last, mut is_in_order) = (0, true);
        for (item, kind) in &items {
            if self.marks.has(*item) {
                continue;
            }
            if *kind != Kind::Text {
                self.fault(*item, Code::Type, &codes.name);
                continue;
            }
            let Some(place) = self.code(*item, codes, *tier) else { continue };
            if *is_unique && !seen.insert(place) {
                self.fault(*item, Code::Duplicate, "each code once");
            } else if *is_ordered && is_in_order && place < last {
                self.fault(*item, Code::Order, "codes in the order of their registry");
                is_in_order = false;
            }
            last = last.max(place);
        }
        self.length(at, items.len(), bounds);
        if let Some(code) = has
            && !items
                .iter()
                .any(|(item, kind)| *kind == Kind::Text && self.tree.string(*item) == *code)
            && !self.marks.has(at)
        {
            self.fault(at, Code::Enum, &format!("a list that has {code}"));
        }
    }

    fn length(&mut self, at: u32, length: usize, bounds: &Bounds) {
        if !bounds.hold(Num::Int(length as i128)) {
            self.fault(at, Code::Range, &format!("{} items", bounds.say()));
        }
    }

    fn list(&mut self, at: u32, item: &'c Member, is_unique: bool, bounds: &Bounds) {
        let items: Vec<_> = self.tree.elements(at).map(|(item, _)| item).collect();
        let mut seen = HashSet::new();
        for value in &items {
            self.value(*value, item);
            if is_unique && !self.marks.has(*value) && !seen.insert(self.scalar(*value)) {
                self.fault(*value, Code::Duplicate, "each item once");
            }
        }
        self.length(at, items.len(), bounds);
    }

    /// A value without elements, so that equal ones are the same string.
    fn scalar(&self, at: u32) -> String {
        match (self.tree.kind(at), self.tree.number(at)) {
            (Kind::Text, _) => format!("\"{}", self.tree.string(at)),
            (_, Some(number)) => number.to_string(),
            _ => self.tree.written(at).to_owned(),
        }
    }

    fn map(&mut self, at: u32, value: &'c Member, keys: Option<&Codes>) {
        let members: Vec<_> = self.tree.elements(at).collect();
        for (member, node) in members {
            let is_known = keys.is_none_or(|keys| keys.place(&self.tree.key(&node)).is_some());
            if is_known {
                self.value(member, value);
            } else if !self.marks.has(member) {
                self.fault(member, Code::Enum, keys.map_or("", |keys| &keys.name));
            }
        }
    }

    /// Whole numbers beyond all finite ones, where none was expected that could be too large.
    fn huge(&mut self) {
        for at in std::mem::take(&mut self.tree.huge) {
            if !self.marks.has(at) {
                self.fault(at, Code::NotFinite, "a finite number");
            }
        }
    }
}

impl Age {
    fn allows(self, value: i128, now: i64) -> bool {
        let apart = (i128::from(now) - value * self.unit_ms).abs();
        apart <= i128::from(self.seconds) * 1_000
    }
}
