//! The abstract domain of the kernel: every case that its rules can tell apart, and two missing beside one.

use std::fmt;

use sha2::{Digest, Sha256};
use speech_kernel::{
    Authority, ContextTrace, EnforcementViolation, Response, ResponseKind, Source, SystemMode,
};

/// The kinds of response, in the order of the contract.
pub const KINDS: [ResponseKind; 2] = [ResponseKind::Answer, ResponseKind::Refusal];
/// The authorities, in the order of the contract.
pub const AUTHORITIES: [Authority; 4] =
    [Authority::None, Authority::System, Authority::Memory, Authority::Tool];
/// The modes, in the order of the contract.
pub const MODES: [SystemMode; 3] = [SystemMode::Full, SystemMode::Minimal, SystemMode::LocalPower];
/// The kinds of source, in the order of the contract, each with the word that a canonical line has for it.
pub const SOURCES: [(Source, &str); 4] = [
    (Source::System, "system"),
    (Source::Library, "library"),
    (Source::Memory, "memory"),
    (Source::Tool, "tool"),
];
/// How many required contexts are missing.
pub const MISSING: [usize; 3] = [0, 1, 2];
/// The number of sets of source kinds.
pub const SOURCE_SETS: u8 = 16;
/// The number of cases.
pub const COUNT: u64 = 3_456;

/// One case of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// What the response claims.
    pub response: Response,
    /// The set of source kinds, each kind its bit.
    pub sources: u8,
    /// How many required contexts are missing.
    pub missing: usize,
    /// The mode that the system is in.
    pub true_mode: SystemMode,
}

impl Case {
    /// The members of the source set, in the order of the contract.
    #[must_use]
    pub fn source_list(&self) -> Vec<Source> {
        members(self.sources).map(|(source, _)| source).collect()
    }

    /// What the kernel decides.
    ///
    /// # Errors
    ///
    /// The kernel's own.
    pub fn enforced(&self) -> Result<(), EnforcementViolation> {
        let sources = self.source_list();
        let trace = ContextTrace {
            sources: &sources,
            required_but_missing: self.missing,
            system_mode: self.true_mode,
        };
        speech_kernel::enforce(&self.response, &trace)
    }
}

/// Writes the case as the columns of its canonical line: kind, claimed authority, reported mode, sources, missing, true mode.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Response { kind, authority, system_mode } = self.response;
        let words: Vec<_> = members(self.sources).map(|(_, word)| word).collect();
        let sources = if words.is_empty() { "-".to_owned() } else { words.join("+") };
        let Self { missing, true_mode, .. } = self;
        write!(f, "{kind} {authority} {system_mode} {sources} {missing} {true_mode}")
    }
}

fn members(set: u8) -> impl Iterator<Item = (Source, &'static str)> {
    SOURCES.into_iter().filter(move |(source, _)| set & *source as u8 != 0)
}

/// Every claim that a response can make, in domain order.
pub fn responses() -> impl Iterator<Item = Response> {
    KINDS.into_iter().flat_map(|kind| {
        AUTHORITIES.into_iter().flat_map(move |authority| {
            MODES.into_iter().map(move |system_mode| Response { kind, authority, system_mode })
        })
    })
}

/// Every case, in domain order: kind, authority, mode, source set, missing, true mode, the last turning fastest.
pub fn cases() -> impl Iterator<Item = Case> {
    responses().flat_map(|response| {
        (0..SOURCE_SETS).flat_map(move |sources| {
            MISSING.into_iter().flat_map(move |missing| {
                MODES.into_iter().map(move |true_mode| Case {
                    response,
                    sources,
                    missing,
                    true_mode,
                })
            })
        })
    })
}

/// The digest of a decision table: SHA-256 over its canonical lines in domain order, in hexadecimal.
///
/// A canonical line is the case, a space, `allow` or the code of the violation, and a newline.
#[must_use]
pub fn table_sha256(verdicts: impl Iterator<Item = (Case, String)>) -> String {
    let mut digest = Sha256::new();
    for (case, verdict) in verdicts {
        digest.update(format!("{case} {verdict}\n"));
    }
    hex(&digest.finalize())
}

/// The canonical word for a verdict of the kernel.
#[must_use]
pub fn verdict_word(verdict: &Result<(), EnforcementViolation>) -> String {
    match verdict {
        Ok(()) => "allow".to_owned(),
        Err(violation) => speech_exit::code(violation).to_owned(),
    }
}

/// The digest of the kernel's own decision table.
#[must_use]
pub fn kernel_table_sha256() -> String {
    table_sha256(cases().map(|case| (case, verdict_word(&case.enforced()))))
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
