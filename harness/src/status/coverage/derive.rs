//! Documents that must be refused, derived from what a contract says of one field.

use serde_json::{Number, Value, json};
use status_contract::manifest::{Field, Kind};
use status_contract::{Code, Manifest, Mode};

use super::super::cases::Fixture;
use super::super::codes::{self, UNKNOWN};
use super::super::place::{Change, Known, Step, below};

/// A member that no contract knows.
pub(super) const EXTRA: &str = "no_such_member";

/// More than 64 bits hold.
const BEYOND_64_BITS: f64 = 18_446_744_073_709_551_616.0;

/// Strings of which a pattern that says something refuses one.
const STRANGE: [&str; 7] = ["", " ", "-", "0", "a", "A", "\u{e9}\u{0}"];

/// What is done to a field, and what has to be found then, and nothing else.
#[derive(Debug, Clone)]
pub(super) struct Mutant {
    /// What is done.
    pub(super) what: String,
    /// Changes of the fixture; one of them has to be refused so.
    pub(super) changes: Vec<Change>,
    /// How strictly it is looked at.
    pub(super) mode: Mode,
    /// The code of the finding.
    pub(super) code: Code,
    /// The place of the finding.
    pub(super) pointer: String,
}

struct Deriving<'a> {
    manifest: &'a Manifest,
    field: &'a Field,
    fixture: &'a Fixture,
    value: &'a Value,
    pointer: String,
    mutants: Vec<Mutant>,
}

/// Everything that can be derived from a field in a fixture.
#[must_use]
pub(super) fn of_field(manifest: &Manifest, known: &Known<'_>, fixture: &Fixture) -> Vec<Mutant> {
    let at = known.first(&fixture.value);
    let Some((pointer, value)) =
        at.and_then(|pointer| fixture.value.pointer(&pointer).map(|value| (pointer, value)))
    else {
        return Vec::new();
    };
    let field = known.field;
    let mut deriving = Deriving { manifest, field, fixture, value, pointer, mutants: Vec::new() };
    if matches!(known.steps.last(), Some(Step::Member(_))) && !field.opt {
        let changes = vec![Change::Remove(deriving.pointer.clone())];
        deriving.add("removed", changes, Code::Missing, None);
    }
    if !field.null {
        deriving.set("null", Value::Null, Code::Type);
    }
    if !value.is_null() {
        deriving.types();
        deriving.constant();
        deriving.narrowed();
    }
    deriving.mutants
}

/// What can be derived of the document as a whole.
#[must_use]
pub(super) fn of_document(fixture: &Fixture) -> Vec<Mutant> {
    let mutant = |what: &str, pointer: String, value, code| Mutant {
        what: what.to_owned(),
        changes: vec![Change::Set(pointer.clone(), value)],
        mode: Mode::Exact,
        code,
        pointer,
    };
    if !fixture.value.is_object() {
        return Vec::new();
    }
    vec![
        mutant("a list", String::new(), json!([]), Code::Type),
        mutant("an extra member", below("", EXTRA), json!(1), Code::Extra),
    ]
}

impl Deriving<'_> {
    fn add(&mut self, what: &str, changes: Vec<Change>, code: Code, item: Option<String>) {
        let pointer = match item {
            Some(item) => below(&self.pointer, &item),
            None => self.pointer.clone(),
        };
        self.mutants.push(Mutant {
            what: what.to_owned(),
            changes,
            mode: Mode::Exact,
            code,
            pointer,
        });
    }

    /// Another value in its place, which is what is refused.
    fn set(&mut self, what: &str, value: Value, code: Code) {
        self.add(what, vec![Change::Set(self.pointer.clone(), value)], code, None);
    }

    /// Another list in its place, of which one item is refused.
    fn item(&mut self, what: &str, items: Vec<Value>, index: usize, code: Code) {
        let changes = vec![Change::Set(self.pointer.clone(), Value::Array(items))];
        self.add(what, changes, code, Some(index.to_string()));
    }

    fn types(&mut self) {
        use Kind::{Bool, Code as OneCode, Codes, Int, List, Map, Num, Obj, Str};
        let others: [(&str, Value, &[Kind]); 5] = [
            ("a string", json!("x"), &[Str, OneCode]),
            ("a number", json!(7), &[Int, Num]),
            ("a boolean", json!(true), &[Bool]),
            ("a list", json!([]), &[Codes, List]),
            ("an object", json!({}), &[Obj, Map]),
        ];
        for (what, value, kinds) in others {
            if !kinds.contains(&self.field.kind) {
                self.set(what, value, Code::Type);
            }
        }
        if self.field.kind == Int {
            self.set("not whole", json!(1.5), Code::Type);
            self.set("beyond 64 bits", json!(BEYOND_64_BITS), Code::Range);
        }
    }

    fn constant(&mut self) {
        if self.field.constant.is_none() {
            return;
        }
        let other = match self.value {
            Value::Bool(value) => json!(!value),
            Value::Number(number) => json!(beyond(number, 1)),
            Value::String(code) if self.field.kind == Kind::Code => {
                let codes = codes::of(self.manifest, self.field.of.as_ref());
                let other = codes.into_iter().find(|(_, other)| other != code);
                match other {
                    Some((_, other)) => json!(other),
                    // A single code has no other: the unknown one is refused as such.
                    None => return,
                }
            }
            Value::String(text) => json!(format!("{text}x")),
            _ => return,
        };
        self.set("another constant", other, Code::Const);
    }

    fn narrowed(&mut self) {
        match self.field.kind {
            Kind::Int | Kind::Num => self.number(),
            Kind::Str => self.text(),
            Kind::Code => self.code(),
            Kind::Codes => self.codes(),
            Kind::List => self.list(),
            Kind::Map => self.map(),
            Kind::Obj => self.object(),
            Kind::Bool => {}
        }
    }

    fn number(&mut self) {
        if self.field.constant.is_some() {
            return;
        }
        if let Some(min) = &self.field.min {
            self.set("below min", json!(beyond(min, -1)), Code::Range);
        }
        if let Some(max) = &self.field.max {
            self.set("above max", json!(beyond(max, 1)), Code::Range);
        }
        let (Some(age), Some(now)) = (self.field.age, self.fixture.now) else { return };
        let unit = if self.field.unit.as_deref() == Some("s") { 1_000 } else { 1 };
        let (now, age) = (now / unit, i64::from(age) * 1_000 / unit);
        self.set("too old", json!(now - age - 1), Code::Age);
        // Whole seconds of now are up to one second behind it.
        self.set("too new", json!(now + age + 2), Code::Age);
    }

    fn text(&mut self) {
        let text = self.value.as_str().unwrap_or_default();
        let least = self.field.minlen.unwrap_or(0);
        if least > 0 {
            let short: String = text.chars().take(least - 1).collect();
            self.set("too short", json!(short), Code::Range);
        }
        if self.field.pattern.is_some() {
            let long = text.repeat(2);
            let strange = STRANGE.iter().map(|strange| format!("{strange}{text}"));
            let strange = strange.chain(STRANGE.map(str::to_owned)).chain([long]);
            let strange = strange.filter(|text| text.chars().count() >= least);
            let changes = strange.map(|text| Change::Set(self.pointer.clone(), json!(text)));
            self.add("against the pattern", changes.collect(), Code::Range, None);
        }
    }

    fn code(&mut self) {
        self.set("an unknown code", json!(UNKNOWN), Code::Enum);
        let (_, other) = codes::parted(self.manifest, self.field, &self.fixture.value);
        if let Some(code) = other.first() {
            self.set("a code of another tier", json!(code), Code::Tier);
        }
    }

    fn codes(&mut self) {
        let items = self.value.as_array().cloned().unwrap_or_default();
        let (own, other) = codes::parted(self.manifest, self.field, &self.fixture.value);
        let with = |item: Value| [items.clone(), vec![item]].concat();
        self.item("an unknown code", with(json!(UNKNOWN)), items.len(), Code::Enum);
        self.item("an item of another type", with(json!(1)), items.len(), Code::Type);
        if let Some(code) = other.first() {
            self.item("a code of another tier", with(json!(code)), items.len(), Code::Tier);
        }
        let has = self.field.has.as_deref();
        if self.field.ordered && own.len() > 1 {
            self.order(&items, &own);
        }
        let repeated = items.last().cloned().or_else(|| Some(json!(has.or(own.first().copied())?)));
        if let Some(code) = repeated.filter(|_| self.field.unique) {
            let list = if items.is_empty() { vec![code; 2] } else { with(code) };
            let last = list.len() - 1;
            self.item("repeated", list, last, Code::Duplicate);
        }
        if let Some(has) = has {
            let rest = own.iter().filter(|code| **code != has).map(|code| json!(code)).collect();
            self.set("without what it has to have", rest, Code::Enum);
        }
        let longer = own.iter().map(|code| json!(code)).collect();
        self.lengths(&items, longer);
    }

    /// A code after one that it has to stand before: behind the present ones, or in a list of two.
    fn order(&mut self, items: &[Value], own: &[&str]) {
        let last = items.last().and_then(Value::as_str);
        let after = |code: &str| own.iter().position(|known| *known == code);
        let list = match last.and_then(after) {
            Some(0) => return,
            Some(_) => items.iter().cloned().chain(own.first().map(|code| json!(code))).collect(),
            None => own.iter().take(2).rev().map(|code| json!(code)).collect::<Vec<_>>(),
        };
        let index = list.len() - 1;
        self.item("in another order", list, index, Code::Order);
    }

    fn list(&mut self) {
        let items = self.value.as_array().cloned().unwrap_or_default();
        let Some(first) = items.first() else { return };
        if self.field.unique {
            self.item("repeated", vec![first.clone(); 2], 1, Code::Duplicate);
        }
        self.lengths(&items, Vec::new());
    }

    /// Too few items, and too many: `others`, or the first again and again.
    fn lengths(&mut self, items: &[Value], others: Vec<Value>) {
        if let Some(min) = bound(self.field.min.as_ref()).filter(|min| *min > 0) {
            let few = items.iter().take(min - 1).cloned().collect();
            self.set("too few items", few, Code::Range);
        }
        if let Some(max) = bound(self.field.max.as_ref()) {
            let many = match items.first() {
                Some(first) if !self.field.unique => vec![first.clone(); max + 1],
                _ => others.into_iter().take(max + 1).collect(),
            };
            if many.len() > max {
                self.set("too many items", Value::Array(many), Code::Range);
            }
        }
    }

    fn map(&mut self) {
        let value = self.value.as_object().and_then(|members| members.values().next());
        if let Some(value) = value.filter(|_| self.field.keys.is_some()) {
            let key = below(&self.pointer, UNKNOWN);
            let changes = vec![Change::Set(key, value.clone())];
            self.add("an unknown key", changes, Code::Enum, Some(UNKNOWN.to_owned()));
        }
    }

    fn object(&mut self) {
        let changes = vec![Change::Set(below(&self.pointer, EXTRA), json!(1))];
        self.add("an extra member", changes.clone(), Code::Extra, Some(EXTRA.to_owned()));
        if self.field.closed {
            let what = "an extra member, where more is allowed";
            self.add(what, changes, Code::Extra, Some(EXTRA.to_owned()));
            if let Some(mutant) = self.mutants.last_mut() {
                mutant.mode = Mode::Min;
            }
        }
    }
}

fn bound(number: Option<&Number>) -> Option<usize> {
    number.and_then(Number::as_u64).and_then(|bound| usize::try_from(bound).ok())
}

/// The next number in that direction: the next whole one where it is whole.
#[must_use]
pub(super) fn beyond(number: &Number, step: i8) -> Number {
    let whole = number.as_i64().and_then(|number| number.checked_add(step.into()));
    let natural = number.as_u64().and_then(|number| number.checked_add_signed(step.into()));
    match (whole, natural, number.as_f64()) {
        (Some(next), _, _) => next.into(),
        (None, Some(next), _) => next.into(),
        (None, None, Some(near)) => {
            Number::from_f64(near + f64::from(step)).unwrap_or_else(|| step.into())
        }
        (None, None, None) => step.into(),
    }
}
