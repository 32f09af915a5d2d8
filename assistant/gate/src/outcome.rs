//! What is done about a decision.

use crate::class::MutationClass;
use crate::decide::{Context, Decision, Verdict};
use crate::mode::GateMode;
use crate::reason::Reason;

/// The licence for one write to the store. Only [`apply_mode`] makes one, and a write takes it away.
///
/// ```compile_fail
/// let permit = mutation_gate::Permit { class: None };
/// ```
///
/// ```compile_fail
/// fn twice(permit: mutation_gate::Permit) -> [mutation_gate::Permit; 2] {
///     [permit.clone(), permit]
/// }
/// ```
///
/// ```compile_fail
/// let permit: mutation_gate::Permit = Default::default();
/// ```
// INVARIANT: each value was given for a decision. Held by privacy.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit that is not used lets nothing be written"]
pub struct Permit {
    class: Option<MutationClass>,
}

impl Permit {
    /// The class of the mutation that may be written; none where the request was no mutation of any class.
    #[must_use]
    pub const fn class(&self) -> Option<MutationClass> {
        self.class
    }
}

/// What happens where the record of a decision cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrecorded {
    /// The mutation passes all the same.
    Passes,
    /// The mutation is undone and answered with [`Reason::AuditUnavailable`].
    Rejected,
}

/// What is done about a decision.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an outcome that nobody looks at gates nothing"]
pub enum Outcome {
    /// The mutation is applied.
    Pass(Permit),
    /// The mutation is applied, and its decision is recorded in the same transaction.
    PassRecorded {
        /// For the write.
        permit: Permit,
        /// For the record.
        decision: Decision,
        /// For the case that there is no record.
        unrecorded: Unrecorded,
    },
    /// The mutation is not applied; its decision is recorded.
    Reject(Decision),
}

/// Turns a decision into what is done about it. The only place where the mode is read.
pub fn apply_mode(mode: GateMode, decision: Decision) -> Outcome {
    let permit = Permit { class: decision.class() };
    match (mode, decision.verdict()) {
        (GateMode::Off, _) => Outcome::Pass(permit),
        (GateMode::Shadow, _) => {
            Outcome::PassRecorded { permit, decision, unrecorded: Unrecorded::Passes }
        }
        (GateMode::Enforce, Verdict::Allow) => {
            Outcome::PassRecorded { permit, decision, unrecorded: Unrecorded::Rejected }
        }
        (GateMode::Enforce, Verdict::Deny(_)) => Outcome::Reject(decision),
    }
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::PassRecorded { .. } => "pass_recorded",
            Self::Reject(_) => "reject",
        }
    }
}

/// The body of a rejection, keys in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Denial<'a> {
    ok: bool,
    reason_code: Reason,
    enforcement_mode: GateMode,
    method: &'a str,
    path: &'a str,
    class: Option<MutationClass>,
    context: &'a Context,
}

impl<'a> Denial<'a> {
    /// The body for a decision about a request that is rejected for `reason`: its own, or that it could not be recorded.
    #[must_use]
    pub const fn new(
        reason: Reason,
        mode: GateMode,
        method: &'a str,
        path: &'a str,
        decision: &'a Decision,
    ) -> Self {
        let (class, context) = (decision.class(), decision.context());
        Self {
            ok: false,
            reason_code: reason,
            enforcement_mode: mode,
            method,
            path,
            class,
            context,
        }
    }
}
