//! Is this document complete and honest?

mod fields;
mod marks;
mod owner;
mod rules;
mod shared;
mod value;

pub use owner::Owner;

use crate::contract::Contract;
use crate::finding::{Code, Finding};
use crate::findings::Findings;
use crate::read::{self, Tree};
use shared::Checked;

/// How strict a check is about members that the contract does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// For running systems, which may say more at the top and where nothing is closed.
    #[default]
    Min,
    /// For fixtures: nothing more.
    Exact,
}

impl Mode {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Exact => "exact",
        }
    }
}

/// What a check is told beside the document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// How strict it is.
    pub mode: Mode,
    /// Milliseconds since the epoch. Without it no age is judged.
    pub now: Option<i64>,
    /// The document before this one, for the rules about both.
    pub prev: Option<&'a [u8]>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
    omitted: usize,
    owner: Option<Owner>,
    were_ages_judged: bool,
}

impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.findings.is_empty()
    }

    /// What was found, by place. What is left out of it is counted by [`omitted`](Self::omitted).
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many more there are.
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.omitted
    }

    /// Whether it is no JSON text at all.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.findings.iter().any(|finding| finding.code == Code::NotJson)
    }

    /// What a valid document says to its owner first, by the contract's precedence.
    #[must_use]
    pub const fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    /// Whether each age was judged: there was a `now`, or the contract limits none.
    #[must_use]
    pub const fn were_ages_judged(&self) -> bool {
        self.were_ages_judged
    }
}

/// Compares a document with its contract: each field, then each rule whose fields are as they should be.
#[must_use]
pub fn check(contract: &Contract, document: &[u8], options: &Options<'_>) -> Report {
    let mut findings = Findings::default();
    let before = options.prev.map(|bytes| before(contract, bytes));
    let owner = read::read_into(document, &mut findings).and_then(|tree| {
        let checked = fields::check(contract, tree, options, &mut findings);
        rules::check(contract, &checked, options.now, &mut findings);
        match &before {
            Some(Ok(before)) => {
                rules::transitions(contract, &checked, before, options.now, &mut findings)
            }
            Some(Err(fault)) => findings.push(|| fault.clone()),
            None => {}
        }
        findings.is_empty().then(|| owner::of(contract, &checked))?
    });
    let (findings, omitted) = findings.sorted();
    let were_ages_judged = options.now.is_some() || !contract.limits_ages();
    Report { findings, omitted, owner, were_ages_judged }
}

/// The document before, which has to be a valid one itself: from any other nothing follows.
fn before<'d>(contract: &Contract, bytes: &'d [u8]) -> Result<Checked<'d>, Finding> {
    let mut findings = Findings::default();
    let options = Options::default();
    let checked = read::read_into(bytes, &mut findings)
        .map(|tree: Tree<'d>| fields::check(contract, tree, &options, &mut findings));
    if let Some(checked) = &checked {
        rules::check(contract, checked, None, &mut findings);
    }
    let (findings, _) = findings.sorted();
    match (checked, findings.first()) {
        (Some(checked), None) => Ok(checked),
        (_, first) => Err(Finding {
            code: Code::Transition,
            rule: None,
            pointer: String::new(),
            expected: "a valid document before this one".to_owned(),
            found: first.map_or_else(String::new, |first| {
                crate::finding::shown(
                    &format!("{} at {}", first.code, first.pointer),
                    crate::finding::FOUND_MAX_BYTES,
                )
            }),
            span: (0, 0),
        }),
    }
}
