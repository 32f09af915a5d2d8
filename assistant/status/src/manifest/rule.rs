//! What has to hold.

use serde::Deserialize;

use super::operand::{Operand, Path};

/// A rule: `then` where `if` holds, or both sides of `iff` alike.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, that findings carry.
    pub id: String,
    /// What it says, for people.
    pub says: Option<String>,
    /// Where it applies; everywhere when it is not said.
    #[serde(rename = "if")]
    pub condition: Option<Predicate>,
    /// What has to hold.
    pub then: Option<Predicate>,
    /// Two that hold or fail together.
    pub iff: Option<(Predicate, Predicate)>,
}

/// What holds or does not.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Predicate {
    /// Every one holds.
    All(Vec<Self>),
    /// One holds at least.
    Any(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// Both are the same; numbers by value.
    Eq(Operand, Operand),
    /// Both are not the same.
    Ne(Operand, Operand),
    /// Not greater: two numbers, or two maps of numbers by key.
    Le(Operand, Operand),
    /// Less, in the same way.
    Lt(Operand, Operand),
    /// The first is an element of the second.
    In(Operand, Operand),
    /// The first, a list or a map, has the second as an element or a key.
    Has(Operand, Operand),
    /// It holds for every element of the list, which it reads as `@item`.
    Each(Operand, Box<Self>),
}

impl Rule {
    /// Its predicates in order: `if`, `then`, both sides of `iff`.
    pub fn predicates(&self) -> impl Iterator<Item = &Predicate> {
        let iff = self.iff.iter().flat_map(|(left, right)| [left, right]);
        self.condition.iter().chain(&self.then).chain(iff)
    }

    /// The places that it reads, in order, of this document, the one before and an item.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        let mut operands = Vec::new();
        self.predicates().for_each(|predicate| predicate.operands(&mut operands));
        operands.into_iter().filter_map(Operand::path).collect()
    }
}

impl Predicate {
    /// Adds its operands, in order.
    pub fn operands<'a>(&'a self, found: &mut Vec<&'a Operand>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.operands(found));
            }
            Self::Not(part) => part.operands(found),
            Self::Eq(one, other)
            | Self::Ne(one, other)
            | Self::Le(one, other)
            | Self::Lt(one, other)
            | Self::In(one, other)
            | Self::Has(one, other) => found.extend([one, other]),
            Self::Each(list, part) => {
                found.push(list);
                part.operands(found);
            }
        }
    }
}
