//! The one list of all checks.

use std::path::Path;

use crate::trouble::Trouble;

pub mod contract;
pub mod gate;
pub mod keeping;
pub mod speech;
pub mod status;
pub mod tools;

/// What a check found: how much it looked at, and what is not as promised.
#[derive(Debug, Default)]
pub struct Found {
    /// How many cases, files, items.
    pub count: u64,
    /// What is not as promised, each with its place and what to do.
    pub broken: Vec<String>,
}

/// The outcome of a check.
pub type Checked = Result<Found, Trouble>;

/// When a check is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// By `verify` and by `ci`: it concerns what the kernel promises.
    Kernel,
    /// By `ci` alone: it concerns another surface, or how the workspace is kept.
    Workspace,
}

/// One check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The name of its function.
    pub name: &'static str,
    /// When it is made.
    pub of: Of,
    /// What it promises, as a sentence.
    pub promise: &'static str,
    /// Makes it, in the workspace at that path.
    pub run: fn(&Path) -> Checked,
}

macro_rules! checks {
    ($($of:ident $module:ident::$name:ident $promise:literal),+ $(,)?) => {
        /// All checks. A test fails when there is one that is not here.
        pub const CHECKS: &[Check] = &[$(Check {
            name: stringify!($name),
            of: Of::$of,
            promise: $promise,
            run: $module::$name,
        }),+];
    };
}

checks! {
    Kernel speech::whole_domain "the kernel decides the whole domain as the rules say",
    Kernel speech::fixtures "each fixture is decided as it says, by the door and by the rules",
    Kernel speech::pairs "each rule has a fixture that breaks it alone, each pair of rules one that breaks both",
    Kernel speech::rejects "each reject has its fault at its place",
    Kernel speech::laws "each law holds on generated traces",
    Kernel contract::words "the code has the contract's words, in order",
    Kernel contract::codes "the code has the contract's codes, texts and statuses, in order",
    Kernel contract::limits "the code has the contract's limits",
    Kernel contract::rules "the manifest tells the rules as the decision table has them",
    Kernel contract::schemas "the schemas are those that the manifest gives",
    Kernel contract::version "the contract's version was raised with what it stands for",
    Kernel keeping::readme "the kernel's README has the contract's rules",
    Kernel keeping::surface "public items, features and dependencies are the approved ones",
    Kernel keeping::locks "each lock holds and each file that needs one has one",
    Workspace gate::gate_domain "the gate decides its whole domain as its rules say",
    Workspace gate::gate_fixtures "each line of the gate's contract is answered as it says",
    Workspace gate::gate_rejects "each reject of the gate's contract has its fault at its place",
    Workspace gate::gate_laws "each law of the gate holds on generated runs",
    Workspace gate::gate_words "the gate has its contract's words, codes, transitions, routes and limits, in order",
    Workspace status::status_schemas "each status schema is the one its manifest gives",
    Workspace status::status_cases "each status fixture is valid and each reject has its findings",
    Workspace status::status_coverage "each field and rule of a status contract is exercised and enforced",
    Workspace status::status_version "the version of a status contract was raised with its codes, fields and rules",
    Workspace keeping::functions "functions are short",
    Workspace keeping::files "files are short",
    Workspace keeping::words_of_people "comments and documents shout nothing, date nothing, place nothing",
    Workspace keeping::invariants "each invariant names what holds it",
    Workspace keeping::expectations "each expected lint has a reason",
    Workspace keeping::twins "each bypass has its reason and its twin",
    Workspace keeping::listed "each check is in the one list",
    Workspace tools::formatted "the code is formatted",
    Workspace tools::linted "the linter finds nothing",
}
