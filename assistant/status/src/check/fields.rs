//! Each member against what the contract says of it.

use std::borrow::Cow;
use std::collections::HashSet;

use regex_lite::Regex;

use super::marks::Marks;
use super::shared::Checked;
use super::{Mode, Options};
use crate::contract::{Age, Bounds, Codes, Contract, INT_BITS, Member, Members, Shape};
use crate::finding::{Code, FOUND_MAX_BYTES, Finding, shown};
use crate::findings::Findings;
use crate::read::{Kind, NONE, Num, Tree, escaped};

struct Fields<'c, 'd, 'f> {
    options: &'c Options<'c>,
    findings: &'f mut Findings,
    tree: &'f Tree<'d>,
    /// Where each member of the contract stands, then each of the object that is looked at, and of those above it;
    /// `NONE` where there is none.
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
    let slots = Vec::with_capacity(contract.members.list.len() * 2);
    let mut fields = Fields { options, findings, tree: &tree, slots, marks };
    if tree.kind(0) == Kind::Object {
        fields.members(0, &contract.members);
    } else if !fields.marks.has(0) {
        fields.fault(0, Code::Type, "an object");
    }
    fields.huge();
    let Fields { slots, marks, .. } = fields;
    Checked::new(tree, &marks, &slots, &contract.places)
}

impl<'c, 'd> Fields<'c, 'd, '_> {
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

    /// Notes where each member stands. One that the contract does not know is extra, unless it may be there.
    fn find(&mut self, object: u32, members: &Members) {
        let first = self.slots.len();
        self.slots.resize(first + members.list.len(), NONE);
        let may_have_more = !members.is_closed && self.options.mode == Mode::Min;
        for (at, node) in self.tree.elements(object) {
            match members.names.place_of(node.hash, |name| self.tree.is_key(node, name)) {
                Some(place) => {
                    if let Some(slot) =
                        self.slots.get_mut(first + place).filter(|slot| **slot == NONE)
                    {
                        *slot = at;
                    }
                }
                None if may_have_more || self.marks.has(at) => {}
                None => self.fault(at, Code::Extra, "no such member"),
            }
        }
    }

    fn members(&mut self, object: u32, members: &'c Members) {
        let first = self.slots.len();
        self.find(object, members);
        for (place, member) in (first..).zip(&members.list) {
            match self.slots.get(place).copied().unwrap_or(NONE) {
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
                self.constant(at, member);
            }
            (Shape::Text { min, pattern }, Kind::Text) => {
                self.text(at, member, *min, pattern.as_ref());
            }
            (Shape::Code { codes, tier }, Kind::Text) => {
                let tier = tier.and_then(|field| self.tier(field, codes));
                if self.code(at, codes, tier.as_deref()).is_some() {
                    self.constant(at, member);
                }
            }
            (Shape::Codes { .. }, Kind::List) => self.codes(at, &member.shape),
            (Shape::Object(members), Kind::Object) => {
                let first = self.slots.len();
                self.members(at, members);
                self.slots.truncate(first);
            }
            (Shape::List { item, is_unique, bounds }, Kind::List) => {
                self.list(at, item, *is_unique, bounds);
            }
            (Shape::Map { value, keys }, Kind::Object) => self.map(at, value, keys.as_ref()),
            _ => self.fault(at, Code::Type, &member.expected),
        }
    }

    /// The value against the only one that may stand there, if there is only one.
    #[inline(always)]
    fn constant(&mut self, at: u32, member: &Member) -> bool {
        let Some(constant) = &member.constant else { return false };
        if !constant.is(self.tree, at) {
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
        if !self.constant(at, member) && !bounds.hold(value) {
            self.fault(at, Code::Range, &bounds.say());
        }
    }

    fn text(&mut self, at: u32, member: &Member, min: usize, pattern: Option<&Regex>) {
        let text = || self.tree.string(at);
        if min > 0 && text().chars().take(min).count() < min {
            self.fault(at, Code::Range, &format!("a string of at least {min} characters"));
        } else if let Some(pattern) = pattern.filter(|pattern| !pattern.is_match(&text())) {
            self.fault(at, Code::Range, &format!("a string like {pattern}"));
        } else {
            self.constant(at, member);
        }
    }

    /// The place of a code that may stand there.
    fn code(&mut self, at: u32, codes: &Codes, tier: Option<&str>) -> Option<usize> {
        let place = codes.place(&self.tree.string(at));
        let Some(place) = place else {
            self.fault(at, Code::Enum, &codes.name);
            return None;
        };
        match tier {
            Some(tier) if codes.tier(place) != Some(tier) => {
                self.fault(at, Code::Tier, &format!("a code of tier {tier}"));
                None
            }
            _ => Some(place),
        }
    }

    /// The present tier, where the field that selects it says one.
    fn tier(&self, field: usize, codes: &Codes) -> Option<Cow<'d, str>> {
        let at = self.slots.get(field).copied().filter(|at| *at != NONE)?;
        let is_text = self.tree.kind(at) == Kind::Text && !self.marks.has(at);
        let tier = is_text.then(|| self.tree.string(at))?;
        codes.has_tier(&tier).then_some(tier)
    }

    fn codes(&mut self, at: u32, shape: &'c Shape) {
        let Shape::Codes { codes, tier, is_ordered, is_unique, has, bounds } = shape else {
            return;
        };
        let tier = tier.and_then(|field| self.tier(field, codes));
        let mut seen = Vec::new();
        if *is_unique {
            seen.resize(codes.tiers.len(), false);
        }
        let (mut last, mut is_in_order) = (0, true);
        for (item, node) in self.tree.elements(at) {
            if self.marks.has(item) {
                continue;
            }
            if node.kind != Kind::Text {
                self.fault(item, Code::Type, &codes.name);
                continue;
            }
            let Some(place) = self.code(item, codes, tier.as_deref()) else { continue };
            if seen.get_mut(place).is_some_and(|seen| std::mem::replace(seen, true)) {
                self.fault(item, Code::Duplicate, "each code once");
            } else if *is_ordered && is_in_order && place < last {
                self.fault(item, Code::Order, "codes in the order of their registry");
                is_in_order = false;
            }
            last = last.max(place);
        }
        self.length(at, bounds);
        let are_sound = self.tree.elements(at).all(|(item, _)| !self.marks.has(item));
        if let Some(code) = has
            && are_sound
            && !self
                .tree
                .elements(at)
                .any(|(item, node)| node.kind == Kind::Text && self.tree.is_text(item, code))
            && !self.marks.has(at)
        {
            self.fault(at, Code::Enum, &format!("a list that has {code}"));
        }
    }

    fn length(&mut self, at: u32, bounds: &Bounds) {
        if !bounds.hold(Num::Int(self.tree.elements(at).count() as i128)) {
            self.fault(at, Code::Range, &format!("{} items", bounds.say()));
        }
    }

    fn list(&mut self, at: u32, item: &'c Member, is_unique: bool, bounds: &Bounds) {
        let mut seen = HashSet::new();
        for (value, _) in self.tree.elements(at) {
            self.value(value, item);
            if is_unique && !self.marks.has(value) && !seen.insert(self.scalar(value)) {
                self.fault(value, Code::Duplicate, "each item once");
            }
        }
        self.length(at, bounds);
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
        for (member, node) in self.tree.elements(at) {
            let is_known = keys.is_none_or(|keys| keys.place(&self.tree.key(node)).is_some());
            if is_known {
                self.value(member, value);
            } else if !self.marks.has(member) {
                self.fault(member, Code::Enum, keys.map_or("", |keys| &keys.name));
            }
        }
    }

    /// Whole numbers beyond all finite ones, where none was expected that could be too large.
    fn huge(&mut self) {
        for at in &self.tree.huge {
            if !self.marks.has(*at) {
                self.fault(*at, Code::NotFinite, "a finite number");
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
